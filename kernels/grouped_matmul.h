// SPDX-License-Identifier: Apache-2.0
//
// The same products for a mixture of experts: rows are sorted by expert, expert e owns rows
// [offsets[e], offsets[e + 1]) and multiplies them with its own weight. Rows are the same bits as
// with Linear.
#pragma once

#include <span>

#include "kernels/matmul.h"

namespace longhaul::kernels {

struct GroupedLinearArgs {
  TensorView x;                                  // [slots, in]
  std::span<const int64_t> offsets;              // [num_experts + 1]
  std::span<const PackedWeight* const> weights;  // [num_experts], kForward
  MutableTensorView y;                           // [slots, out]
};
void GroupedLinear(Stream& stream, const GroupedLinearArgs& args);

struct GroupedLinearInputGradientArgs {
  TensorView dy;  // [slots, out]
  std::span<const int64_t> offsets;
  std::span<const PackedWeight* const> weights;  // kInputGradient
  Accumulate accumulate = Accumulate::kOverwrite;
  MutableTensorView dx;  // [slots, in]; kAdd needs fp32
};
void GroupedLinearInputGradient(Stream& stream, const GroupedLinearInputGradientArgs& args);

struct GroupedLinearWeightGradientArgs {
  TensorView dy;  // [slots, out]
  TensorView x;   // [slots, in]
  std::span<const int64_t> offsets;
  std::span<const MutableTensorView> dweights;  // [num_experts] of [out, in] fp32, added to
};
void GroupedLinearWeightGradient(Stream& stream, const GroupedLinearWeightGradientArgs& args);

}  // namespace longhaul::kernels
