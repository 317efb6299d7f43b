// SPDX-License-Identifier: Apache-2.0
//
// SwiGLU (Shazeer 2020): y = SiLU(gate) * up, elementwise in fp32, stored in the dtype of the
// tensors.
#pragma once

#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

struct SwigluArgs {
  TensorView gate;      // [rows, dim]
  TensorView up;        // [rows, dim]
  MutableTensorView y;  // [rows, dim]
};
void Swiglu(Stream& stream, const SwigluArgs& args);

struct SwigluBackwardArgs {
  TensorView dy;
  TensorView gate;
  TensorView up;
  MutableTensorView dgate;  // overwritten; may be gate
  MutableTensorView dup;    // overwritten; may be up
};
void SwigluBackward(Stream& stream, const SwigluBackwardArgs& args);

}  // namespace longhaul::kernels
