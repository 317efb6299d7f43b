// SPDX-License-Identifier: Apache-2.0
//
// Root-mean-square normalisation over the last dimension.
//
//   rstd = 1 / sqrt(mean(x^2) + eps)        y = (x * rstd) * weight
//
// Rows are independent. Sums are in fp32 in a fixed lane order whatever the storage type; in bf16
// the product x * rstd is rounded to bf16 before the weight is applied, as the public
// implementations do.
#pragma once

#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

struct RmsNormArgs {
  TensorView x;       // [rows, dim], fp32 or bf16
  TensorView weight;  // [dim], dtype of x
  float eps = 0;
  MutableTensorView y;     // [rows, dim], dtype of x; may be x
  MutableTensorView rstd;  // [rows] fp32, read by the backward pass; may be empty
};
void RmsNorm(Stream& stream, const RmsNormArgs& args);

struct RmsNormBackwardArgs {
  TensorView dy;              // [rows, dim], dtype of x
  TensorView x;               // [rows, dim]
  TensorView weight;          // [dim], dtype of x
  TensorView rstd;            // [rows] fp32
  MutableTensorView dx;       // [rows, dim], dtype of x, overwritten; may be dy
  MutableTensorView dweight;  // [dim] fp32, added to; rows are summed in a fixed order
};
void RmsNormBackward(Stream& stream, const RmsNormBackwardArgs& args);

}  // namespace longhaul::kernels
