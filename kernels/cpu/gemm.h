// SPDX-License-Identifier: Apache-2.0
//
// Our own fp32 product for machines without AVX-512, and what follows every product. Single
// threaded.
#pragma once

#include <cstdint>

namespace longhaul::kernels::cpu {

// The packed weight is [ceil(n / kGemmPanel)][k][kGemmPanel] fp32, columns past n are 0.
inline constexpr int64_t kGemmPanel = 16;

// y[m, n] = x[m, k] W, dense. An element is one chain of fused multiply-adds over k in order, so it
// does not depend on m.
struct GemmArgs {
  int64_t m = 0;
  int64_t k = 0;
  int64_t n = 0;
  const float* x = nullptr;
  const float* packed = nullptr;
  float* y = nullptr;
};

// y[r][c] = sum over parts p in order of acc[p][r][c], + bias[c] when there is one, + y[r][c] when
// adding; rounded once to the type of y.
template <typename T>
struct EpilogueArgs {
  const float* acc = nullptr;  // [parts, rows, cols] dense
  int64_t parts = 1;
  int64_t rows = 0;
  int64_t cols = 0;
  const float* bias = nullptr;  // [cols] or null
  T* y = nullptr;
  int64_t y_stride = 0;
};

// sums[c] += sum over rows of x[r][c], c < cols: fp32 inside runs of 64 rows, float64 across them.
template <typename T>
struct ColumnSumArgs {
  const T* x = nullptr;
  int64_t x_stride = 0;
  int64_t rows = 0;
  int64_t cols = 0;
  float* sums = nullptr;
};

namespace avx2 {
void Gemm(const GemmArgs& args);
void StoreF32(const EpilogueArgs<float>& args);
void StoreBf16(const EpilogueArgs<uint16_t>& args);
void AddF32(const EpilogueArgs<float>& args);
void ColumnSumF32(const ColumnSumArgs<float>& args);
void ColumnSumBf16(const ColumnSumArgs<uint16_t>& args);
}  // namespace avx2
namespace avx512 {
void Gemm(const GemmArgs& args);
void StoreF32(const EpilogueArgs<float>& args);
void StoreBf16(const EpilogueArgs<uint16_t>& args);
void AddF32(const EpilogueArgs<float>& args);
void ColumnSumF32(const ColumnSumArgs<float>& args);
void ColumnSumBf16(const ColumnSumArgs<uint16_t>& args);
}  // namespace avx512

}  // namespace longhaul::kernels::cpu
