// SPDX-License-Identifier: Apache-2.0
#include "kernels/packed_gemm.h"

#include "common/check.h"
#include "kernels/cpu/isa.h"
#include "kernels/dnnl/packed_gemm.h"
#include "kernels/portable_gemm.h"

namespace longhaul::kernels {
namespace {

// Elements of an fp32 weight from which the library serves it. Below, its calls cost more than they
// do: 16 x 16 took 0.9 us against 0.08, 96 x 96 with one row 1.3 against 0.5.
constexpr int64_t kLibraryElements = 128 * 1024;

// LONGHAUL_ISA=avx2 stands for a machine without AVX-512 here too.
bool HasLibrary(DType dtype) {
  return cpu::ChosenIsa() == cpu::Isa::kAvx512 && onednn::HasBatchInvariantGemm(dtype);
}

}  // namespace

std::unique_ptr<PackedGemm> MakePackedGemm(int64_t k, int64_t n, DType dtype) {
  CHECK(k > 0 && n > 0) << k << " x " << n;
  CHECK(dtype == DType::kF32 || dtype == DType::kBF16) << DTypeName(dtype);
  const bool small = dtype == DType::kF32 && k * n < kLibraryElements;
  return HasLibrary(dtype) && !small ? onednn::MakeGemm(k, n, dtype)
                                     : MakePortableGemm(k, n, dtype);
}

void RunGemmTransposed(const GemmTransposed& gemm, float* c) {
  if (HasLibrary(gemm.dtype)) {
    onednn::RunTransposed(gemm, c);
  } else {
    RunPortableGemmTransposed(gemm, c);
  }
}

}  // namespace longhaul::kernels
