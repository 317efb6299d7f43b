// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/dtype.h"

namespace longhaul::kernels::cpu {

// kernels/adamw.h on n elements; arithmetic in float64, each result rounded once.
struct AdamWRangeArgs {
  const float* grad = nullptr;
  float* param = nullptr;
  float* m = nullptr;
  float* v = nullptr;
  int64_t n = 0;
  double grad_scale = 1;
  double beta1 = 0;
  double beta2 = 0;
  double decay = 1;  // 1 - lr weight_decay
  double lr = 0;
  double m_correction = 1;  // 1 / (1 - beta1^step)
  double v_correction = 1;  // 1 / (1 - beta2^step)
  double eps = 0;
};

struct SquaresArgs {
  const void* x = nullptr;
  DType dtype = DType::kF32;
  int64_t n = 0;
};

namespace avx2 {
void AdamWRange(const AdamWRangeArgs& args);
double SumSquaresRange(const SquaresArgs& args);  // float64, 8 lanes added at the end
}  // namespace avx2
namespace avx512 {
void AdamWRange(const AdamWRangeArgs& args);
double SumSquaresRange(const SquaresArgs& args);
}  // namespace avx512

}  // namespace longhaul::kernels::cpu
