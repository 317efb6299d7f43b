// SPDX-License-Identifier: Apache-2.0
//
// RMS norm over rows of contiguous memory; T is float or uint16_t (bf16 bits).
#pragma once

#include <cstdint>

namespace longhaul::kernels::cpu {

template <typename T>
struct RmsNormRowsArgs {
  const T* x = nullptr;  // [rows, dim]
  const T* weight = nullptr;
  float eps = 0;
  int64_t rows = 0;
  int64_t dim = 0;
  T* y = nullptr;
  float* rstd = nullptr;  // [rows] or null
};

template <typename T>
struct RmsNormBackwardRowsArgs {
  const T* dy = nullptr;
  const T* x = nullptr;
  const T* weight = nullptr;
  const float* rstd = nullptr;
  int64_t rows = 0;
  int64_t dim = 0;
  T* dx = nullptr;
  float* dweight = nullptr;  // [dim], added to row by row
};

namespace avx2 {
void RmsNormRowsF32(const RmsNormRowsArgs<float>& args);
void RmsNormRowsBf16(const RmsNormRowsArgs<uint16_t>& args);
void RmsNormBackwardRowsF32(const RmsNormBackwardRowsArgs<float>& args);
void RmsNormBackwardRowsBf16(const RmsNormBackwardRowsArgs<uint16_t>& args);
}  // namespace avx2
namespace avx512 {
void RmsNormRowsF32(const RmsNormRowsArgs<float>& args);
void RmsNormRowsBf16(const RmsNormRowsArgs<uint16_t>& args);
void RmsNormBackwardRowsF32(const RmsNormBackwardRowsArgs<float>& args);
void RmsNormBackwardRowsBf16(const RmsNormBackwardRowsArgs<uint16_t>& args);
}  // namespace avx512

}  // namespace longhaul::kernels::cpu
