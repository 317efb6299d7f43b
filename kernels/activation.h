// SPDX-License-Identifier: Apache-2.0
//
// Elementwise activations: computed in fp32, stored in the dtype of the tensors. All views of one
// call have the same number of elements; outputs may be inputs.
#pragma once

#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

// y = x * sigmoid(x)
struct SiluArgs {
  TensorView x;
  MutableTensorView y;
};
void Silu(Stream& stream, const SiluArgs& args);
struct SiluBackwardArgs {
  TensorView dy;
  TensorView x;
  MutableTensorView dx;  // overwritten
};
void SiluBackward(Stream& stream, const SiluBackwardArgs& args);

// y = sigmoid(gate) * x
struct SigmoidGateArgs {
  TensorView gate;
  TensorView x;
  MutableTensorView y;
};
void SigmoidGate(Stream& stream, const SigmoidGateArgs& args);
struct SigmoidGateBackwardArgs {
  TensorView dy;
  TensorView gate;
  TensorView x;
  MutableTensorView dgate;  // overwritten
  MutableTensorView dx;     // overwritten
};
void SigmoidGateBackward(Stream& stream, const SigmoidGateBackwardArgs& args);

}  // namespace longhaul::kernels
