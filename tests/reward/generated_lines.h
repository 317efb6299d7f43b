// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "common/json.h"
#include "reward/generators/generator_config.h"

namespace longhaul::reward {

// The lines of a generated data set; fails the test where there are none.
std::vector<Json> Lines(const GeneratorConfig& config);

}  // namespace longhaul::reward
