// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/adamw.h"

#include "kernels/cpu/simd.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

constexpr int64_t kSumLanes = 8;

template <typename T>
double SumSquares(const T* x, int64_t n) {
  double sums[kSumLanes] = {};
  int64_t i = 0;
  for (; i + kSumLanes <= n; i += kSumLanes) {
    for (int64_t lane = 0; lane < kSumLanes; ++lane) {
      const double value = ToFloat(x[i + lane]);
      sums[lane] += value * value;
    }
  }
  for (int64_t lane = 0; i + lane < n; ++lane) {
    const double value = ToFloat(x[i + lane]);
    sums[lane] += value * value;
  }
  double total = 0;
  for (double sum : sums) total += sum;
  return total;
}

}  // namespace

void AdamWRange(const AdamWRangeArgs& args) {
  const float* __restrict grad = args.grad;
  float* __restrict param = args.param;
  float* __restrict m = args.m;
  float* __restrict v = args.v;
  for (int64_t i = 0; i < args.n; ++i) {
    const double g = args.grad_scale * static_cast<double>(grad[i]);
    const double new_m = args.beta1 * static_cast<double>(m[i]) + (1.0 - args.beta1) * g;
    const double new_v = args.beta2 * static_cast<double>(v[i]) + (1.0 - args.beta2) * (g * g);
    const double size = __builtin_sqrt(new_v * args.v_correction) + args.eps;
    const double step = args.lr * (new_m * args.m_correction) / size;
    m[i] = static_cast<float>(new_m);
    v[i] = static_cast<float>(new_v);
    param[i] = static_cast<float>(static_cast<double>(param[i]) * args.decay - step);
  }
}

double SumSquaresRange(const SquaresArgs& args) {
  return args.dtype == DType::kF32 ? SumSquares(static_cast<const float*>(args.x), args.n)
                                   : SumSquares(static_cast<const uint16_t*>(args.x), args.n);
}

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
