// SPDX-License-Identifier: Apache-2.0
#include "kernels/adamw.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/cpu/adamw.h"
#include "kernels/cpu/isa.h"
#include "kernels/row_loop.h"

namespace longhaul::kernels {
namespace {

// Elements whose squares are one term of the sum.
constexpr int64_t kSumBlock = 16 * 1024;

}  // namespace

void AdamW(Stream& stream, const AdamWArgs& args) {
  static const auto range = cpu::Pick(cpu::avx2::AdamWRange, cpu::avx512::AdamWRange);
  CHECK_GE(args.step, 1);
  CHECK_EQ(args.grad.shape, args.param.shape);
  CHECK_EQ(args.m.shape, args.param.shape);
  CHECK_EQ(args.v.shape, args.param.shape);
  const double step = static_cast<double>(args.step);
  cpu::AdamWRangeArgs whole;
  whole.grad_scale = args.grad_scale;
  whole.beta1 = args.beta1;
  whole.beta2 = args.beta2;
  whole.decay = 1.0 - args.lr * args.weight_decay;
  whole.lr = args.lr;
  whole.m_correction = 1.0 / (1.0 - std::pow(args.beta1, step));
  whole.v_correction = 1.0 / (1.0 - std::pow(args.beta2, step));
  whole.eps = args.eps;
  const float* grad = args.grad.as<float>();
  float* param = args.param.as<float>();
  float* m = args.m.as<float>();
  float* v = args.v.as<float>();
  ForRows(stream, args.param.numel(), 1, [&](int64_t begin, int64_t end) {
    cpu::AdamWRangeArgs part = whole;
    part.grad = grad + begin;
    part.param = param + begin;
    part.m = m + begin;
    part.v = v + begin;
    part.n = end - begin;
    range(part);
  });
}

double SquaredNorm(Stream& stream, const TensorView& x) {
  static const auto range = cpu::Pick(cpu::avx2::SumSquaresRange, cpu::avx512::SumSquaresRange);
  CheckFloat(x);
  const int64_t n = x.numel(), blocks = (n + kSumBlock - 1) / kSumBlock;
  std::vector<double> sums(static_cast<size_t>(blocks), 0.0);
  ForRows(stream, blocks, kSumBlock, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const int64_t first = b * kSumBlock;
      sums[static_cast<size_t>(b)] =
          range({At(x, first), x.dtype, std::min(n, first + kSumBlock) - first});
    }
  });
  double total = 0;
  for (double sum : sums) total += sum;
  return total;
}

}  // namespace longhaul::kernels
