// SPDX-License-Identifier: Apache-2.0
//
// A build without the matrix library: the kernels of kernels/cpu/gemm.h serve every product.
#include "kernels/dnnl/packed_gemm.h"

#include "common/check.h"

namespace longhaul::kernels::onednn {

bool HasBatchInvariantGemm(DType) { return false; }

std::unique_ptr<PackedGemm> MakeGemm(int64_t, int64_t, DType) {
  CHECK(false) << "built without oneDNN";
  return nullptr;
}

void RunTransposed(const GemmTransposed&, float*) { CHECK(false) << "built without oneDNN"; }

}  // namespace longhaul::kernels::onednn
