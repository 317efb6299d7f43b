// SPDX-License-Identifier: Apache-2.0
//
// Runs an elementwise kernel of kernels/cpu/elementwise.h over whole tensors.
#pragma once

#include <initializer_list>

#include "common/tensor.h"
#include "kernels/cpu/elementwise.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

// All tensors have the dtype and the number of elements of the first input.
void RunMap(Stream& stream, void (*range)(const cpu::MapArgs&),
            std::initializer_list<TensorView> inputs,
            std::initializer_list<MutableTensorView> outputs);

}  // namespace longhaul::kernels
