// SPDX-License-Identifier: Apache-2.0
#include "kernels/packed_gemm.h"

#include <algorithm>

#include "common/check.h"
#include "kernels/cpu/gemm.h"
#include "kernels/cpu/isa.h"
#include "kernels/dnnl/packed_gemm.h"
#include "kernels/scratch.h"
#include "kernels/tensor.h"

namespace longhaul::kernels {
namespace {

// Rows widened at a time where bf16 products are done in fp32.
constexpr int64_t kWidenRows = 256;

float ElementAt(const GemmWeight& weight, int64_t i) {
  return weight.dtype == DType::kF32
             ? static_cast<const float*>(weight.data)[i]
             : static_cast<float>(static_cast<const BFloat16*>(weight.data)[i]);
}

// kernels/cpu/gemm.h as a PackedGemm. A bf16 weight is held as fp32 rounded to bf16 and rows are
// widened: a product of two bf16 values is exact in fp32.
class PortableGemm : public PackedGemm {
 public:
  PortableGemm(int64_t k, int64_t n, DType dtype)
      : k_(k),
        n_(n),
        dtype_(dtype),
        packed_({(n + cpu::kGemmPanel - 1) / cpu::kGemmPanel, k, cpu::kGemmPanel}, DType::kF32) {}

  void Pack(const GemmWeight& weight) override {
    float* packed = packed_.as<float>();
    for (int64_t panel = 0; panel < packed_.shape()[0]; ++panel) {
      const int64_t first = panel * cpu::kGemmPanel;
      const int64_t columns = std::min(cpu::kGemmPanel, n_ - first);
      for (int64_t i = 0; i < k_; ++i, packed += cpu::kGemmPanel) {
        for (int64_t j = 0; j < columns; ++j) {
          const float w = ElementAt(weight, i * weight.k_stride + (first + j) * weight.n_stride);
          packed[j] = dtype_ == DType::kBF16 ? static_cast<float>(BFloat16(w)) : w;
        }
      }
    }
  }

  void Run(int64_t m, const void* x, float* y) const override {
    static const auto gemm = cpu::Pick(cpu::avx2::Gemm, cpu::avx512::Gemm);
    const float* rows = static_cast<const float*>(x);
    if (dtype_ == DType::kBF16) {
      float* wide = ScratchOf<float>(Scratch::kGemmLibrary, m * k_);
      const auto* narrow = static_cast<const BFloat16*>(x);
      for (int64_t i = 0; i < m * k_; ++i) wide[i] = static_cast<float>(narrow[i]);
      rows = wide;
    }
    gemm({m, k_, n_, rows, packed_.as<float>(), y});
  }

  int64_t bytes() const override { return packed_.bytes(); }

 private:
  int64_t k_;
  int64_t n_;
  DType dtype_;
  Tensor packed_;
};

// LONGHAUL_ISA=avx2 stands for a machine without AVX-512 here too.
bool UseLibrary(DType dtype) {
  return cpu::ChosenIsa() == cpu::Isa::kAvx512 && onednn::HasBatchInvariantGemm(dtype);
}

void Widen(const void* from, int64_t stride, int64_t rows, int64_t cols, float* to) {
  const auto* x = static_cast<const BFloat16*>(from);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < cols; ++c) to[r * cols + c] = static_cast<float>(x[r * stride + c]);
  }
}

void TransposedWidened(const GemmTransposed& g, float* c) {
  float* wide = ScratchOf<float>(Scratch::kGemmLibrary, kWidenRows * (g.rows + g.cols));
  for (int64_t start = 0; start < g.m; start += kWidenRows) {
    GemmTransposed part = g;
    part.dtype = DType::kF32;
    part.m = std::min(kWidenRows, g.m - start);
    float* b = wide + kWidenRows * g.rows;
    Widen(static_cast<const BFloat16*>(g.a) + start * g.lda, g.lda, part.m, g.rows, wide);
    Widen(static_cast<const BFloat16*>(g.b) + start * g.ldb, g.ldb, part.m, g.cols, b);
    part.a = wide;
    part.lda = g.rows;
    part.b = b;
    part.ldb = g.cols;
    onednn::TransposedFp32(part, c, start == 0 ? 0.0f : 1.0f);
  }
}

}  // namespace

std::unique_ptr<PackedGemm> MakePackedGemm(int64_t k, int64_t n, DType dtype) {
  CHECK(k > 0 && n > 0) << k << " x " << n;
  CHECK(dtype == DType::kF32 || dtype == DType::kBF16) << DTypeName(dtype);
  if (UseLibrary(dtype)) return onednn::MakeGemm(k, n, dtype);
  return std::make_unique<PortableGemm>(k, n, dtype);
}

void RunGemmTransposed(const GemmTransposed& gemm, float* c) {
  if (gemm.dtype == DType::kF32) return onednn::TransposedFp32(gemm, c, 0.0f);
  if (UseLibrary(DType::kBF16)) return onednn::TransposedBf16(gemm, c);
  TransposedWidened(gemm, c);
}

}  // namespace longhaul::kernels
