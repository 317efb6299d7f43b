// SPDX-License-Identifier: Apache-2.0
//
// What the matrix library offers kernels/packed_gemm.h. CMake takes one of two implementations:
// this folder's, or that of kernels/no_dnnl, which offers nothing.
#pragma once

#include <memory>

#include "kernels/packed_gemm.h"

namespace longhaul::kernels::onednn {

// Whether this machine's kernels give a row the same bits whatever the number of rows. True with
// AVX-512.
bool HasBatchInvariantGemm(DType dtype);
// Only where HasBatchInvariantGemm.
std::unique_ptr<PackedGemm> MakeGemm(int64_t k, int64_t n, DType dtype);

// Only where HasBatchInvariantGemm.
void RunTransposed(const GemmTransposed& gemm, float* c);

}  // namespace longhaul::kernels::onednn
