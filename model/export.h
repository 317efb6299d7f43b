// SPDX-License-Identifier: Apache-2.0
//
// Writing a model as a directory that Transformers and vLLM load as it is: config.json,
// generation_config.json and safetensors under the names the checkpoint uses. Tokenizer files are
// the caller's.
#pragma once

#include <cstdint>
#include <string>

#include "common/status.h"
#include "model/model_config.h"
#include "model/parameters.h"

namespace longhaul::model {

struct SaveOptions {
  DType dtype =
      DType::kF32;  // of matrices and norms; router gates stay fp32 as MiniMax stores them
  int64_t max_shard_bytes = int64_t{5} << 30;
};
// Writes into an existing directory.
Status SaveModel(const std::string& dir, const ModelConfig& config, const Parameters& parameters,
                 const SaveOptions& options);

}  // namespace longhaul::model
