// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/logprob.h"

namespace longhaul::kernels {

PackedHead::PackedHead(int64_t vocab_size, int64_t hidden_size, DType compute_dtype, Use use)
    : vocab_size_(vocab_size), hidden_size_(hidden_size), compute_dtype_(compute_dtype) {
  CHECK(vocab_size > 0 && hidden_size > 0);
  for (int64_t v = 0; v < vocab_size; v += kVocabBlock) {
    const int64_t rows = std::min(kVocabBlock, vocab_size - v);
    forward_.emplace_back(rows, hidden_size, compute_dtype, PackFor::kForward);
    if (use == Use::kTraining) {
      backward_.emplace_back(rows, hidden_size, compute_dtype, PackFor::kInputGradient);
    }
  }
}

void PackedHead::Pack(Stream& stream, const TensorView& weight) {
  CHECK_EQ(weight.shape, Shape({vocab_size_, hidden_size_}));
  const int64_t block_bytes = kVocabBlock * hidden_size_ * SizeOf(weight.dtype);
  for (size_t b = 0; b < forward_.size(); ++b) {
    const void* rows = static_cast<const char*>(weight.data) + b * block_bytes;
    const TensorView block(rows, Shape({forward_[b].out(), hidden_size_}), weight.dtype);
    forward_[b].Pack(stream, block);
    if (!backward_.empty()) backward_[b].Pack(stream, block);
  }
}

int64_t PackedHead::bytes() const {
  int64_t total = 0;
  for (const PackedWeight& w : forward_) total += w.bytes();
  for (const PackedWeight& w : backward_) total += w.bytes();
  return total;
}

}  // namespace longhaul::kernels
