// SPDX-License-Identifier: Apache-2.0
//
// Small models of every family for the tests of model/, made of config text and random parameters.
#pragma once

#include <string>
#include <vector>

#include "model/model_config.h"
#include "model/parameters.h"
#include "model/token_batch.h"

namespace longhaul::model {

// Reads a config that must be right.
ModelConfig ConfigOf(const std::string& json);

// Names of the models below: every family, and shapes that are awkward in one way each.
std::vector<std::string> TestModelNames();
ModelConfig TestModel(const std::string& name);

// Random parameters large enough that every part of the model shows in the output.
Parameters TestParameters(const ModelConfig& config, uint64_t seed);

std::vector<int32_t> RandomTokens(const ModelConfig& config, int64_t count, uint64_t sequence);

// Two prompts of two responses each as trunks with branches, and a plain sequence; all tokens that
// can be are targets.
TokenBatch TestTree(const ModelConfig& config);

}  // namespace longhaul::model
