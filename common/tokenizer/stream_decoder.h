// SPDX-License-Identifier: Apache-2.0
//
// Text of a generation as it grows, one token at a time. A character whose bytes are spread over
// several tokens appears when its last byte does, so that everything given out is valid UTF-8 and
// is never taken back. Push()es and Finish() joined are exactly Tokenizer::Decode of all the ids.
//
//   StreamDecoder decoder(*tokenizer);
//   for (int32_t id : ids) text += decoder.Push(id);
//   text += decoder.Finish();
//
// Thread-compatible; the tokenizer must outlive it. Copying one forks the stream.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/tokenizer/tokenizer.h"

namespace longhaul {

class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer, const DecodeOptions& options = {});

  // The text this token completes; "" while a character is unfinished.
  std::string Push(int32_t id);
  // What is left: U+FFFD for an unfinished character, else "". The decoder is then as new.
  std::string Finish();

  // Bytes of the unfinished character, at most 3.
  std::string_view pending() const { return pending_; }

 private:
  const Tokenizer* tokenizer_;
  DecodeOptions options_;
  std::string pending_;
  bool at_start_ = true;  // no token decoded yet: the decoder may strip or join here
};

}  // namespace longhaul
