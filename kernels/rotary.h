// SPDX-License-Identifier: Apache-2.0
//
// Rotary position embedding (Su et al. 2021) in the rotate-half form: inside the first rotary_dim
// elements of each head, element i pairs with i + rotary_dim / 2; the rest of the head passes
// through.
//
//   y[i] = x[i] cos - x[i + half] sin        y[i + half] = x[i + half] cos + x[i] sin
//
// Angles are position * inv_freq[i] in float64; cos and sin are stored in fp32 and shared by all
// layers.
#pragma once

#include <span>

#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

struct RotaryTableArgs {
  std::span<const int64_t> positions;  // [num_tokens]
  std::span<const double> inv_freq;    // [rotary_dim / 2]
  double scale = 1.0;                  // multiplies cos and sin
  MutableTensorView cos_sin;           // [num_tokens, rotary_dim] fp32: cos of every pair, then sin
};
void RotaryTable(Stream& stream, const RotaryTableArgs& args);

enum class RotaryDirection { kForward, kBackward };

struct RotaryArgs {
  TensorView cos_sin;  // [num_tokens, rotary_dim] fp32
  RotaryDirection direction = RotaryDirection::kForward;
  MutableTensorView x;  // [num_tokens, heads, head_dim], fp32 or bf16, rotated in place
};
void Rotary(Stream& stream, const RotaryArgs& args);

}  // namespace longhaul::kernels
