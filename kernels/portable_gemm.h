// SPDX-License-Identifier: Apache-2.0
//
// kernels/cpu/gemm.h behind kernels/packed_gemm.h: for machines, and builds, without a library
// whose rows do not depend on their number.
#pragma once

#include <memory>

#include "kernels/packed_gemm.h"

namespace longhaul::kernels {

// A bf16 weight is held as fp32 rounded to bf16 and rows are widened: a product of two bf16 values
// is exact in fp32.
std::unique_ptr<PackedGemm> MakePortableGemm(int64_t k, int64_t n, DType dtype);

void RunPortableGemmTransposed(const GemmTransposed& gemm, float* c);

}  // namespace longhaul::kernels
