// SPDX-License-Identifier: Apache-2.0
//
// Copies with a change of dtype (fp32 <-> bf16, round to nearest even), and row gathers and
// scatters.
#pragma once

#include <span>

#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

struct CastArgs {
  TensorView x;         // fp32 or bf16
  MutableTensorView y;  // fp32 or bf16, same number of elements
};
void Cast(Stream& stream, const CastArgs& args);

// y[i] = x[rows[i]]
struct GatherRowsArgs {
  TensorView x;                   // [num_rows, dim]
  std::span<const int32_t> rows;  // [n]
  MutableTensorView y;            // [n, dim], fp32 or bf16
};
void GatherRows(Stream& stream, const GatherRowsArgs& args);

}  // namespace longhaul::kernels
