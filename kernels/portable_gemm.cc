// SPDX-License-Identifier: Apache-2.0
#include "kernels/portable_gemm.h"

#include <algorithm>

#include "kernels/cpu/gemm.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/pack_rows.h"
#include "kernels/scratch.h"
#include "kernels/scratch_layout.h"
#include "kernels/storage_of.h"
#include "kernels/tensor.h"

namespace longhaul::kernels {
namespace {

// Rows of a transposed product that are summed at a time: its packed operands stay in the caches.
constexpr int64_t kSumRows = 256;

int64_t PanelsOf(int64_t columns) { return (columns + cpu::kGemmPanel - 1) / cpu::kGemmPanel; }

float ElementAt(const GemmWeight& weight, int64_t i) {
  return weight.dtype == DType::kF32
             ? static_cast<const float*>(weight.data)[i]
             : static_cast<float>(static_cast<const BFloat16*>(weight.data)[i]);
}

class PortableGemm : public PackedGemm {
 public:
  PortableGemm(int64_t k, int64_t n, DType dtype)
      : k_(k), n_(n), dtype_(dtype), packed_({PanelsOf(n), k, cpu::kGemmPanel}, DType::kF32) {}

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
    static const auto widen = cpu::Pick(cpu::avx2::PackRows, cpu::avx512::PackRows);
    const float* rows = static_cast<const float*>(x);
    if (dtype_ == DType::kBF16) {
      float* wide = ScratchOf<float>(Scratch::kGemmLibrary, m * k_);
      widen({x, StorageOf(dtype_), k_, m, k_, wide, k_});
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

const void* RowAt(const void* data, DType dtype, int64_t element) {
  return static_cast<const char*>(data) + element * SizeOf(dtype);
}

// `count` rows of b in the panels of kernels/cpu/gemm.h.
void PackPanels(const GemmTransposed& g, int64_t start, int64_t count, float* panels) {
  static const auto pack = cpu::Pick(cpu::avx2::PackRows, cpu::avx512::PackRows);
  for (int64_t first = 0; first < g.cols; first += cpu::kGemmPanel) {
    const int64_t columns = std::min(cpu::kGemmPanel, g.cols - first);
    const int64_t size = count * cpu::kGemmPanel;
    if (columns < cpu::kGemmPanel) std::fill_n(panels, size, 0.0f);
    pack({RowAt(g.b, g.dtype, start * g.ldb + first), StorageOf(g.dtype), g.ldb, count, columns,
          panels, cpu::kGemmPanel});
    panels += size;
  }
}

}  // namespace

std::unique_ptr<PackedGemm> MakePortableGemm(int64_t k, int64_t n, DType dtype) {
  return std::make_unique<PortableGemm>(k, n, dtype);
}

void RunPortableGemmTransposed(const GemmTransposed& g, float* c) {
  static const auto transpose = cpu::Pick(cpu::avx2::PackColumns, cpu::avx512::PackColumns);
  static const auto gemm = cpu::Pick(cpu::avx2::Gemm, cpu::avx512::Gemm);
  static const auto add = cpu::Pick(cpu::avx2::AddF32, cpu::avx512::AddF32);
  ScratchLayout layout;
  const int64_t at_a = layout.Add(g.rows * kSumRows);
  const int64_t at_b = layout.Add(PanelsOf(g.cols) * cpu::kGemmPanel * kSumRows);
  const int64_t at_sum = layout.Add(g.rows * g.cols);
  float* scratch = ScratchOf<float>(Scratch::kGemmLibrary, layout.size());
  for (int64_t start = 0; start < g.m; start += kSumRows) {
    const int64_t count = std::min(kSumRows, g.m - start);
    transpose({RowAt(g.a, g.dtype, start * g.lda), StorageOf(g.dtype), g.lda, count, g.rows,
               scratch + at_a, count});
    PackPanels(g, start, count, scratch + at_b);
    float* sum = start == 0 ? c : scratch + at_sum;
    gemm({g.rows, count, g.cols, scratch + at_a, scratch + at_b, sum});
    if (start > 0) add({sum, 1, g.rows, g.cols, nullptr, c, g.cols});
  }
}

}  // namespace longhaul::kernels
