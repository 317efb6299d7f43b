// SPDX-License-Identifier: Apache-2.0
//
// The pre-tokenizers of a tokenizer.json, which cut a normalised text into the words a model
// encodes one by one: ByteLevel, Split, Digits, Punctuation, Whitespace, WhitespaceSplit, Sequence.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"
#include "common/tokenizer/split_pattern.h"

namespace longhaul::tokenizer {

// A text and the words in it, in order. The words need not cover the text.
struct Words {
  std::string text;
  std::vector<Span> spans;

  std::string_view word(size_t i) const {
    return std::string_view(text).substr(spans[i].begin, spans[i].end - spans[i].begin);
  }
};

class PreTokenizerStep {
 public:
  virtual ~PreTokenizerStep() = default;
  virtual void Apply(Words* words) const = 0;
};

// Thread-safe. Texts are valid UTF-8.
class PreTokenizer {
 public:
  // `json` is the value of "pre_tokenizer"; null: the whole text is one word.
  static StatusOr<PreTokenizer> Parse(const Json& json);

  Words Apply(std::string text) const;
  // Whether words come out in GPT-2's alphabet of bytes.
  bool byte_level() const { return byte_level_; }

 private:
  Status Append(const Json& json);
  Status AppendSplit(const Json& json);
  Status AppendByteLevel(const Json& json);
  Status AppendPattern(std::string_view pattern, const SplitRule& rule);

  std::vector<std::unique_ptr<const PreTokenizerStep>> steps_;
  bool byte_level_ = false;
};

}  // namespace longhaul::tokenizer
