// SPDX-License-Identifier: Apache-2.0
//
// A model directory made ready to compute with: config, parameters, packed weights, tokenizer and
// threads. What every command that runs a model begins with.
#pragma once

#include <memory>
#include <string>

#include "common/status.h"
#include "common/thread_pool.h"
#include "common/tokenizer/tokenizer.h"
#include "kernels/stream.h"
#include "model/model_config.h"
#include "model/parameters.h"
#include "model/weights.h"

namespace longhaul::tools {

struct ModelBundle {
  std::string dir;
  model::ModelConfig config;
  model::Parameters parameters;
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<kernels::Stream> stream;
  std::unique_ptr<model::Weights> weights;
  std::unique_ptr<Tokenizer>
      tokenizer;  // empty when the directory has no tokenizer and none was required
};

enum class TokenizerNeed { kRequired, kOptional };

struct BundleOptions {
  model::WeightsOptions weights;
  TokenizerNeed tokenizer = TokenizerNeed::kRequired;
  int threads = 0;  // 0 = all
};

// Reads `dir`: a Hugging Face model directory or a run's checkpoint.
StatusOr<ModelBundle> LoadModelBundle(const std::string& dir, const BundleOptions& options);

// Whether `dir` has a config.json. A directory above the models is given easily: the error names
// what to give instead.
Status CheckHoldsModel(const std::string& dir);

// A tokenizer must not name more ids than the model has rows.
Status CheckTokenizerFits(const Tokenizer& tokenizer, const model::ModelConfig& config);

// "fp32" or "bf16"; anything else is an error that names the two.
StatusOr<model::Precision> ParsePrecision(const std::string& name);

}  // namespace longhaul::tools
