// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/rotary.h"

#include "kernels/cpu/simd.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

template <typename T>
void RotateHead(const RotaryTokensArgs<T>& args, const float* cos, T* low) {
  const float* sin = cos + args.half;
  T* high = low + args.half;
  const Vec sign = Set1(args.sign);
  for (int64_t i = 0; i < args.half; i += kLanes) {
    const int64_t left = args.half - i;
    const Vec c = LoadPartial(cos + i, left);
    const Vec s = Mul(sign, LoadPartial(sin + i, left));
    const Vec a = LoadPartial(low + i, left), b = LoadPartial(high + i, left);
    StorePartial(low + i, Sub(Mul(a, c), Mul(b, s)), left);
    StorePartial(high + i, Add(Mul(b, c), Mul(a, s)), left);
  }
}

template <typename T>
void Rotate(const RotaryTokensArgs<T>& args) {
  for (int64_t t = 0; t < args.tokens; ++t) {
    const float* cos = args.cos_sin + t * 2 * args.half;
    T* x = args.x + t * args.heads * args.head_dim;
    for (int64_t h = 0; h < args.heads; ++h) RotateHead(args, cos, x + h * args.head_dim);
  }
}

}  // namespace

void RotaryTokensF32(const RotaryTokensArgs<float>& args) { Rotate(args); }
void RotaryTokensBf16(const RotaryTokensArgs<uint16_t>& args) { Rotate(args); }

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
