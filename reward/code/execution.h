// SPDX-License-Identifier: Apache-2.0
//
// What all judges say to the sandbox, and how they tell people what it answered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/sandbox.pb.h"
#include "reward/code/code_options.h"

namespace longhaul::reward {

// Wall time for so much CPU time: ends what sleeps. Generous, because a verdict must not depend on
// how busy the machine is.
int64_t WallTimeMs(int64_t cpu_time_ms);

// Nothing of ours runs longer than that.
constexpr int64_t kMostCpuTimeMs = 300'000;
constexpr int64_t kMostWallTimeMs = 600'000;

// Limits of a run that takes `num_tests` tests' time and may write `output_bytes`.
struct RunSize {
  int64_t num_tests = 1;
  int64_t output_bytes = 0;  // beside the least
};
void SetLimits(const CodeOptions& options, const RunSize& size, proto::ExecutionLimits& limits);

void AddFile(proto::ExecutionProgram& program, std::string_view path, std::string_view content);
void AddFile(proto::ExecutionRun& run, std::string_view path, std::string_view content);

bool IsOk(const proto::Execution& execution);
// "time limit (cpu)", "exit code 1: NameError: name 'x' is not defined".
std::string DescribeFailure(const proto::Execution& execution);
// Empty when it was compiled or needs no compilation.
std::string CompileFailure(const proto::ExecuteReply& reply);

}  // namespace longhaul::reward
