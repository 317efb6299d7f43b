// SPDX-License-Identifier: Apache-2.0
//
// AdamW (Loshchilov and Hutter 2019) on one tensor, fp32 state, decoupled weight decay.
//
//   g = grad_scale * grad
//   m = beta1 m + (1 - beta1) g          v = beta2 v + (1 - beta2) g^2
//   p = p (1 - lr weight_decay) - lr (m / (1 - beta1^step)) / (sqrt(v / (1 - beta2^step)) + eps)
#pragma once

#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

struct AdamWArgs {
  TensorView grad;          // [...] fp32
  MutableTensorView param;  // same shape, fp32
  MutableTensorView m;
  MutableTensorView v;
  int64_t step = 1;  // 1-based, for the bias correction
  double lr = 0;
  double beta1 = 0.9;
  double beta2 = 0.95;
  double eps = 1e-15;
  double weight_decay = 0;
  double grad_scale = 1;  // global-norm clip
};
void AdamW(Stream& stream, const AdamWArgs& args);

// Sum of squares in float64, in a fixed order; NaN or Inf in, NaN or Inf out.
double SquaredNorm(Stream& stream, const TensorView& x);

}  // namespace longhaul::kernels
