// SPDX-License-Identifier: Apache-2.0
//
// Tokenizers of toy tasks: one token a character, in the tokenizer.json format, so that
// Transformers' PreTrainedTokenizerFast loads what we write. Model WordLevel; the pre-tokenizer
// isolates each character; the decoder fuses.
//
// Also the reader of the older form found in the wild (verl's digit-completion test model): a
// tokenizer_config.json with `char_ords` and no vocabulary file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"
#include "common/tokenizer/tokenizer.h"

namespace longhaul {

struct CharacterTokenizerArgs {
  // Special tokens first, ids from 0 in this order; then the characters of the alphabet.
  // Each is {role of tokenizer_config.json, text}: {"eos_token", "<eos>"}. A role may be "" for a
  // token that is special and has no role. An "unk_token" is required.
  struct Special {
    std::string role;
    std::string text;
  };
  std::vector<Special> special_tokens;
  std::string alphabet;          // UTF-8, distinct characters in id order
  int64_t model_max_length = 0;  // 0: not written
  std::string chat_template;     // "": none
};

// tokenizer.json, tokenizer_config.json and special_tokens_map.json.
StatusOr<std::vector<TokenizerFile>> MakeCharacterTokenizer(const CharacterTokenizerArgs& args);
// The same, written into an existing directory.
Status WriteCharacterTokenizer(const std::string& dir, const CharacterTokenizerArgs& args);

// Reads a tokenizer_config.json with `char_ords`, written by verl's CharTokenizer: the code points
// of the characters, with four special tokens in front that the class has built in: 'S' (sep, the
// generation prompt) is 0, 'E' (eos) 1, 'P' (pad) 2, 'U' (unk) 3, and the first character 4. With
// 12 characters that is the model's vocab_size 16, eos_token_id 1 and pad_token_id 2. So the
// letters S, E, P, U in a text are those tokens, as they are there.
StatusOr<CharacterTokenizerArgs> CharacterTokenizerFromConfig(const Json& config);

}  // namespace longhaul
