// SPDX-License-Identifier: Apache-2.0
//
// Comparing a plan with the machine before anything is allocated. model/ only.
#pragma once

#include <string_view>
#include <vector>

#include "common/status.h"
#include "model/training_pass.h"

namespace longhaul::model {

// kResourceExhausted, naming the largest purpose, when the lines do not fit into physical memory.
Status CheckFits(std::string_view what, const std::vector<MemoryLine>& lines);

}  // namespace longhaul::model
