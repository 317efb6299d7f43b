// SPDX-License-Identifier: Apache-2.0
//
// The engine under Linear: y = x W for one packed piece of a weight, on one thread. Two
// implementations: the matrix library where it has kernels whose rows do not depend on the number
// of rows (AVX-512, AMX), and our own for the rest and for small fp32 weights.
#pragma once

#include <cstdint>
#include <memory>

#include "common/dtype.h"

namespace longhaul::kernels {

// Rows of one Run at most.
inline constexpr int64_t kGemmRows = 256;

// Where the elements of a weight to pack lie: element (i of k, j of n) is at
// data[i * k_stride + j * n_stride].
struct GemmWeight {
  const void* data = nullptr;
  DType dtype = DType::kF32;  // fp32 or bf16
  int64_t k_stride = 0;
  int64_t n_stride = 0;
};

// Run is thread-safe while nobody packs.
class PackedGemm {
 public:
  virtual ~PackedGemm() = default;
  virtual void Pack(const GemmWeight& weight) = 0;
  // x: [m, k] dense, of the dtype packed for; y: [m, n] dense fp32; 1 <= m <= kGemmRows. A row of y
  // is the same bits for every m.
  virtual void Run(int64_t m, const void* x, float* y) const = 0;
  virtual int64_t bytes() const = 0;
};

std::unique_ptr<PackedGemm> MakePackedGemm(int64_t k, int64_t n, DType dtype);

// c[rows, cols] = a^T b for a [m, rows] and b [m, cols] of the same dtype, with leading dimensions;
// c dense fp32, m >= 1. One thread; the order of the sums is a function of the sizes.
struct GemmTransposed {
  const void* a = nullptr;
  int64_t lda = 0;
  const void* b = nullptr;
  int64_t ldb = 0;
  DType dtype = DType::kF32;
  int64_t m = 0;
  int64_t rows = 0;
  int64_t cols = 0;
};
void RunGemmTransposed(const GemmTransposed& gemm, float* c);

}  // namespace longhaul::kernels
