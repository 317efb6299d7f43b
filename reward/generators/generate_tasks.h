// SPDX-License-Identifier: Apache-2.0
//
// Tasks made rather than collected: lines of a data file (docs/data.md), a pure function of the
// configuration. Line i depends on (seed, i) and the difficulty alone, unless `distinct` is set.
//
//   {"uid": "arithmetic-train-1-0", "prompt": "47+85=", "response": "7+5+0:12,4+8+1:13#132",
//    "domain": "arithmetic", "reward": {...}, "synthetic": true, "family": "add", "digits": 2, ...}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "reward/generators/generator_config.h"

namespace longhaul::reward {

// What is impossible in a configuration whose fields are each valid.
Status CheckGenerator(const GeneratorConfig& config);

// `count` lines without their ends. FailedPrecondition when the split holds too few problems of
// this difficulty.
StatusOr<std::vector<std::string>> GenerateTasks(const GeneratorConfig& config);

// Characters that occur in prompts and example responses of a type: the alphabet of a character
// tokenizer for it.
std::string_view GeneratorAlphabet(GeneratorType type);

}  // namespace longhaul::reward
