// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/stream_decoder.h"

#include "common/tokenizer/tokenizer_spec.h"
#include "common/tokenizer/utf8.h"

namespace longhaul {

StreamDecoder::StreamDecoder(const Tokenizer& tokenizer, const DecodeOptions& options)
    : tokenizer_(&tokenizer), options_(options) {}

std::string StreamDecoder::Push(int32_t id) {
  if (id < 0 || id >= tokenizer_->vocab_size()) return "";
  if (options_.skip_special_tokens && tokenizer_->IsSpecial(id)) return "";
  const tokenizer::TokenDecoder& decoder = tokenizer_->spec_->decoder;
  const std::string_view bytes = tokenizer_->TokenBytes(id);
  if (at_start_) {
    pending_.append(decoder.StripTextStart(bytes));
  } else {
    pending_.append(decoder.separator()).append(bytes);
  }
  at_start_ = false;
  std::string text;
  pending_.erase(0, tokenizer::AppendLossy(pending_, &text));
  return text;
}

std::string StreamDecoder::Finish() {
  std::string text = tokenizer::ToValidUtf8(pending_);
  pending_.clear();
  at_start_ = true;
  return text;
}

}  // namespace longhaul
