// SPDX-License-Identifier: Apache-2.0
//
// y = alpha * a + beta * b, elementwise: fma(beta, b, alpha * a) in fp32, rounded once to the dtype
// of y. Also serves as copy with a scale (b empty) and as accumulation (y may be a or b). a, b and
// y may differ in dtype (fp32 or bf16).
#pragma once

#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

struct AddScaledArgs {
  TensorView a;
  float alpha = 1;
  TensorView b;  // may be empty
  float beta = 1;
  MutableTensorView y;
};
void AddScaled(Stream& stream, const AddScaledArgs& args);

}  // namespace longhaul::kernels
