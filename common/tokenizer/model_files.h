// SPDX-License-Identifier: Apache-2.0
//
// The tokenizer files of a model directory. Directories without tokenizer.json that hold the same
// knowledge in an older form get one made from it.
#pragma once

#include <string>
#include <vector>

#include "common/status.h"
#include "common/tokenizer/tokenizer.h"

namespace longhaul::tokenizer {

// tokenizer.json is always among the files.
StatusOr<std::vector<TokenizerFile>> ReadModelFiles(const std::string& model_dir);

// A tokenizer.json of a byte-level BPE from vocab.json and merges.txt, as the slow tokenizer
// classes of Transformers read them: GPT2Tokenizer's rules, or Qwen2Tokenizer's where the
// configuration names that.
struct BpeFilesArgs {
  std::string where;   // directory, for errors
  std::string vocab;   // text of vocab.json
  std::string merges;  // text of merges.txt
  std::string config;  // text of tokenizer_config.json, or "{}"
};
StatusOr<std::string> MakeBpeTokenizerJson(const BpeFilesArgs& args);

}  // namespace longhaul::tokenizer
