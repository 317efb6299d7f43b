// SPDX-License-Identifier: Apache-2.0
#include "kernels/head_rows.h"

#include <algorithm>

#include "kernels/cast.h"
#include "kernels/scratch.h"
#include "kernels/scratch_layout.h"

namespace longhaul::kernels {

HeadRows::HeadRows(Stream& stream, const TensorView& hidden, std::span<const int32_t> rows,
                   const PackedHead* head)
    : head_(head), count_(static_cast<int64_t>(rows.size())) {
  CHECK(count_ > 0 && count_ <= kHeadRows);
  const int64_t size = head->hidden_size();
  const int64_t columns = std::min(kVocabBlock, head->vocab_size());
  ScratchLayout layout;
  const int64_t x = layout.Add(count_ * size), logits = layout.Add(count_ * columns);
  const int64_t converted = layout.Add(count_ * columns), spare = layout.Add(count_ * size);
  float* base = ScratchOf<float>(Scratch::kLogits, layout.size());
  const MutableTensorView gathered(base + x, Shape({count_, size}), head->compute_dtype());
  GatherRows(stream, {hidden, rows, gathered});
  x_ = gathered;
  logits_ = base + logits;
  converted_ = base + converted;
  spare_ = MutableTensorView(base + spare, Shape({count_, size}));
}

MutableTensorView HeadRows::Logits(Stream& stream, int64_t block) const {
  const MutableTensorView logits(logits_, Shape({count_, BlockSize(block)}));
  Linear(stream, {x_, &head_->forward()[block], TensorView(), logits});
  return logits;
}

TensorView HeadRows::InComputeDtype(Stream& stream, const MutableTensorView& logits) const {
  if (head_->compute_dtype() == DType::kF32) return logits;
  const MutableTensorView converted(converted_, logits.shape, head_->compute_dtype());
  Cast(stream, {logits, converted});
  return converted;
}

void ForHeadRows(int64_t n, const std::function<void(int64_t, int64_t)>& body) {
  for (int64_t first = 0; first < n; first += kHeadRows) {
    body(first, std::min(kHeadRows, n - first));
  }
}

}  // namespace longhaul::kernels
