// SPDX-License-Identifier: Apache-2.0
//
// The "decoder" of a tokenizer.json, reduced to what each token adds to a text, so that a text can
// be given out token by token: ByteLevel, ByteFallback, Replace, Fuse, Strip, Sequence.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"

namespace longhaul::tokenizer {

class TokenDecoder {
 public:
  // `json` is the value of "decoder"; null: tokens are joined with a space.
  static StatusOr<TokenDecoder> Parse(const Json& json);

  // The bytes of a vocabulary piece.
  std::string Decode(std::string_view piece) const;

  // What stands between two tokens.
  std::string_view separator() const { return separator_; }
  // Removes what is stripped from the start of a whole text (Llama 2's leading space) from `bytes`,
  // those of the first token.
  std::string_view StripTextStart(std::string_view bytes) const;

 private:
  struct Strip {
    std::string content;
    size_t start;
    size_t stop;
  };
  using Step = std::function<std::string(std::string_view)>;
  Status Append(const Json& json);
  Status AppendStrip(const Json& json);
  Status AppendReplace(const Json& json);

  std::vector<Step> steps_;
  Strip text_strip_{"", 0, 0};
  bool fused_ = false;
  std::string separator_;
};

}  // namespace longhaul::tokenizer
