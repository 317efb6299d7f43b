// SPDX-License-Identifier: Apache-2.0
//
// A block of rows on its way through the head: hidden states gathered in the head's compute dtype,
// and logits of one vocabulary block at a time. Working memory is bounded by kHeadRows rows.
#pragma once

#include <functional>
#include <span>

#include "kernels/logprob.h"

namespace longhaul::kernels {

inline constexpr int64_t kHeadRows = 256;

class HeadRows {
 public:
  // Gathers hidden[rows[i]]. Takes the logits scratch of the calling thread. At most kHeadRows
  // rows.
  HeadRows(Stream& stream, const TensorView& hidden, std::span<const int32_t> rows,
           const PackedHead* head);

  int64_t count() const { return count_; }
  int64_t num_blocks() const { return static_cast<int64_t>(head_->forward().size()); }
  int64_t BlockSize(int64_t block) const { return head_->forward()[block].out(); }
  // [count, hidden_size] in the compute dtype
  TensorView x() const { return x_; }
  // [count, BlockSize] fp32: computes the logits of a block, over those of the one before.
  MutableTensorView Logits(Stream& stream, int64_t block) const;
  // The same numbers in the compute dtype, for products with the weight.
  TensorView InComputeDtype(Stream& stream, const MutableTensorView& logits) const;
  // [count, hidden_size] fp32 for the caller
  MutableTensorView spare() const { return spare_; }

 private:
  const PackedHead* head_;
  int64_t count_;
  TensorView x_;
  float* logits_;
  void* converted_;
  MutableTensorView spare_;
};

// Calls body(first, count) for rows [0, n) in blocks of kHeadRows.
void ForHeadRows(int64_t n, const std::function<void(int64_t, int64_t)>& body);

}  // namespace longhaul::kernels
