// SPDX-License-Identifier: Apache-2.0
//
// The tokenizer files under tests/golden/tokenizers, unpacked. Where they come from is in
// tests/golden/tokenizers/README.md.
#pragma once

#include <memory>
#include <string>

#include "common/json.h"
#include "common/tokenizer/tokenizer.h"

namespace longhaul {

// The bytes of a file; a name that ends in ".gz" is unpacked by zlib.
std::string ReadGolden(const std::string& name);
std::vector<Json> ReadGoldenLines(const std::string& name);

// Loaded once. Qwen3 from tokenizer.json and tokenizer_config.json; GPT-2 from encoder.json and
// vocab.bpe.
const Tokenizer& Qwen3();
const Tokenizer& Gpt2();

std::vector<int32_t> Ids(const Json& array);

}  // namespace longhaul
