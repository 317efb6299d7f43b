// SPDX-License-Identifier: Apache-2.0
//
// Added tokens: texts that are one token wherever they appear, before any word is cut.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"
#include "common/tokenizer/regex.h"
#include "common/tokenizer/tokenizer.h"

namespace longhaul::tokenizer {

struct AddedToken {
  int32_t id = -1;
  std::string content;
  bool special = false;
  bool single_word = false;  // not recognised next to a letter or digit
  bool lstrip = false;       // takes the white space on its left
  bool rstrip = false;
  bool normalized = false;  // sought in the normalised text

  // One element of "added_tokens", or a value of "added_tokens_decoder", whose id is its key.
  static StatusOr<AddedToken> Parse(const Json& json);
};

// Finds the longest token at the leftmost place. Thread-safe.
class AddedTokenMatcher {
 public:
  // `content` is what to look for (the normalised content, where the token is).
  void Add(const AddedToken& token, std::string_view content);

  // A stretch of text (id -1) or a token.
  struct Part {
    Span span;
    int32_t id;
  };
  std::vector<Part> Split(std::string_view text, AddedTokenMode mode) const;

 private:
  struct Entry {
    AddedToken token;
    size_t length;  // bytes of what is looked for
  };
  // Index into entries_ of the longest token that begins here, -1: none.
  int Longest(std::string_view text) const;
  bool Wanted(const Entry& entry, std::string_view text, size_t begin, AddedTokenMode mode) const;

  std::vector<Entry> entries_;
  // A trie: (node << 8 | byte) to node; the root is 0.
  absl::flat_hash_map<uint64_t, int> edges_;
  std::vector<int> entry_at_{-1};
  std::array<bool, 256> first_bytes_{};
};

}  // namespace longhaul::tokenizer
