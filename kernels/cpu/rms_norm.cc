// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/rms_norm.h"

#include "kernels/cpu/simd.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

Vec Rounded(Vec x, const float*) { return x; }
Vec Rounded(Vec x, const uint16_t*) { return WidenBf16(NarrowBf16(x)); }

template <typename T>
float SumOfSquares(const T* x, int64_t dim) {
  Vec even = Zero(), odd = Zero();
  for (int64_t i = 0; i < dim; i += 2 * kLanes) {
    const Vec a = LoadPartial(x + i, dim - i);
    even = Fma(a, a, even);
    if (i + kLanes >= dim) break;
    const Vec b = LoadPartial(x + i + kLanes, dim - i - kLanes);
    odd = Fma(b, b, odd);
  }
  return SumLanes(Add(even, odd));
}

template <typename T>
void Forward(const RmsNormRowsArgs<T>& args) {
  for (int64_t r = 0; r < args.rows; ++r) {
    const T* x = args.x + r * args.dim;
    T* y = args.y + r * args.dim;
    const float mean = SumOfSquares(x, args.dim) / static_cast<float>(args.dim);
    const float rstd = 1.0f / __builtin_sqrtf(mean + args.eps);
    if (args.rstd != nullptr) args.rstd[r] = rstd;
    const Vec scale = Set1(rstd);
    for (int64_t i = 0; i < args.dim; i += kLanes) {
      const int64_t left = args.dim - i;
      const Vec normal = Rounded(Mul(LoadPartial(x + i, left), scale), x);
      StorePartial(y + i, Mul(normal, LoadPartial(args.weight + i, left)), left);
    }
  }
}

// With n = x rstd and g = dy weight: dx = rstd (g - n mean(g n)), dweight = sum dy n.
template <typename T>
void Backward(const RmsNormBackwardRowsArgs<T>& args) {
  for (int64_t r = 0; r < args.rows; ++r) {
    const T* x = args.x + r * args.dim;
    const T* dy = args.dy + r * args.dim;
    const Vec rstd = Set1(args.rstd[r]);
    Vec dot = Zero();
    for (int64_t i = 0; i < args.dim; i += kLanes) {
      const int64_t left = args.dim - i;
      const Vec normal = Mul(LoadPartial(x + i, left), rstd);
      const Vec dy_normal = Mul(LoadPartial(dy + i, left), normal);
      dot = Fma(dy_normal, LoadPartial(args.weight + i, left), dot);
      StorePartial(args.dweight + i, Add(LoadPartial(args.dweight + i, left), dy_normal), left);
    }
    const Vec mean = Set1(SumLanes(dot) / static_cast<float>(args.dim));
    for (int64_t i = 0; i < args.dim; i += kLanes) {
      const int64_t left = args.dim - i;
      const Vec normal = Mul(LoadPartial(x + i, left), rstd);
      const Vec g = Mul(LoadPartial(dy + i, left), LoadPartial(args.weight + i, left));
      StorePartial(args.dx + r * args.dim + i, Mul(rstd, Sub(g, Mul(normal, mean))), left);
    }
  }
}

}  // namespace

void RmsNormRowsF32(const RmsNormRowsArgs<float>& args) { Forward(args); }
void RmsNormRowsBf16(const RmsNormRowsArgs<uint16_t>& args) { Forward(args); }
void RmsNormBackwardRowsF32(const RmsNormBackwardRowsArgs<float>& args) { Backward(args); }
void RmsNormBackwardRowsBf16(const RmsNormBackwardRowsArgs<uint16_t>& args) { Backward(args); }

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
