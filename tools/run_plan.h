// SPDX-License-Identifier: Apache-2.0
//
// What a run amounts to before it starts: batch arithmetic, weight window, memory by purpose and
// FLOPs a token.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/training_pass.h"
#include "tools/run_config.h"

namespace longhaul::tools {

// The least a run takes, by purpose, from its configuration alone: what is checked before anything
// is made.
std::vector<model::MemoryLine> PlanRunMemory(const LoadedRun& run);

// Of a data set of so many tasks while it is made, and after.
model::MemoryLine GeneratedTasksMemory(int64_t count);

// What the process holds now, before a run allocates: the first line of its plan.
model::MemoryLine ProgramMemory();

// What a run takes beside what its model does: `program` from before it began, its tasks, and what
// services and the matrix library allocate as they go.
std::vector<model::MemoryLine> PlanAround(const model::MemoryLine& program,
                                          const RunConfig& config);

// Lines for people: the model, the algorithm, warnings; and a memory plan with its sum.
std::vector<std::string> DescribeRun(const LoadedRun& run);
std::vector<std::string> DescribeMemory(const std::vector<model::MemoryLine>& plan);

// ResourceExhausted, with the largest lines of the plan, when it does not fit into the memory that
// is free now, or into the address space that this process may have (ulimit -v).
Status CheckMemory(const std::vector<model::MemoryLine>& plan);

}  // namespace longhaul::tools
