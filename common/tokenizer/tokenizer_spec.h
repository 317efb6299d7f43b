// SPDX-License-Identifier: Apache-2.0
//
// A tokenizer's files, parsed: what Tokenizer works from.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/tokenizer/added_tokens.h"
#include "common/tokenizer/chat_template.h"
#include "common/tokenizer/normalizer.h"
#include "common/tokenizer/pre_tokenizer.h"
#include "common/tokenizer/token_decoder.h"
#include "common/tokenizer/tokenizer.h"
#include "common/tokenizer/word_model.h"

namespace longhaul {

struct TokenizerSpec {
  tokenizer::Normalizer normalizer;
  tokenizer::PreTokenizer pre_tokenizer;
  std::unique_ptr<tokenizer::WordModel> model;
  tokenizer::TokenDecoder decoder;

  std::map<int32_t, tokenizer::AddedToken> added;         // by id
  std::map<std::string, int32_t, std::less<>> added_ids;  // by content
  tokenizer::AddedTokenMatcher raw_matcher;               // tokens sought in the text as it is
  tokenizer::AddedTokenMatcher normalized_matcher;        // tokens sought in the normalised text

  std::vector<int32_t> prefix_ids;  // what add_special_tokens puts in front and behind
  std::vector<int32_t> suffix_ids;
  std::vector<std::string> token_bytes;  // by id; "" for holes

  std::map<std::string, std::string, std::less<>> special_tokens;  // role to text
  std::unique_ptr<ChatTemplate> chat_template;                     // null: none
  std::vector<TokenizerFile> files;
};

namespace tokenizer {

// `where` is the directory or file that errors name.
StatusOr<std::unique_ptr<TokenizerSpec>> BuildSpec(std::vector<TokenizerFile> files,
                                                   const std::string& where);

const std::string* FindFile(const std::vector<TokenizerFile>& files, std::string_view name);

// Reads "post_processor" into prefix_ids and suffix_ids.
Status ParsePostProcessor(const Json& json, TokenizerSpec* spec);
// Reads tokenizer_config.json and its companions: roles, further added tokens, the chat template.
Status ParseConfigFiles(const std::string& where, TokenizerSpec* spec);

}  // namespace tokenizer
}  // namespace longhaul
