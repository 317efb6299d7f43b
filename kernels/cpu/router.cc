// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/router.h"

#include "kernels/cpu/simd.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

template <typename T>
void Combine(const CombineRowsArgs<T>& args) {
  for (int64_t t = 0; t < args.rows; ++t) {
    const int32_t* slots = args.slot_of + t * args.choices;
    const float* weights = args.weights == nullptr ? nullptr : args.weights + t * args.choices;
    for (int64_t i = 0; i < args.dim; i += kLanes) {
      const int64_t left = args.dim - i;
      Vec sum = Zero();
      for (int64_t c = 0; c < args.choices; ++c) {
        const Vec x = LoadPartial(args.x + slots[c] * args.dim + i, left);
        sum = weights == nullptr ? Add(sum, x) : Fma(Set1(weights[c]), x, sum);
      }
      StorePartial(args.y + t * args.dim + i, sum, left);
    }
  }
}

template <typename T>
void CombineBackward(const CombineBackwardRowsArgs<T>& args) {
  for (int64_t t = 0; t < args.rows; ++t) {
    const T* dy = args.dy + t * args.dim;
    for (int64_t c = t * args.choices; c < (t + 1) * args.choices; ++c) {
      const int64_t slot = args.slot_of[c] * args.dim;
      const Vec weight = Set1(args.weights[c]);
      Vec dot = Zero();
      for (int64_t i = 0; i < args.dim; i += kLanes) {
        const int64_t left = args.dim - i;
        const Vec d = LoadPartial(dy + i, left);
        dot = Fma(d, LoadPartial(args.x + slot + i, left), dot);
        StorePartial(args.dx + slot + i, Mul(weight, d), left);
      }
      args.dweights[c] = SumLanes(dot);
    }
  }
}

}  // namespace

void SoftmaxRows(const SoftmaxRowsArgs& args) {
  const Vec lowest = Set1(-__builtin_inff());
  for (int64_t r = 0; r < args.rows; ++r) {
    const float* x = args.logits + r * args.n;
    float* p = args.probs + r * args.n;
    Vec highest = lowest;
    for (int64_t i = 0; i < args.n; i += kLanes) {
      highest = Max(highest, KeepFirst(LoadPartial(x + i, args.n - i), args.n - i, lowest));
    }
    const Vec top = Set1(MaxLanes(highest));
    Vec sum = Zero();
    for (int64_t i = 0; i < args.n; i += kLanes) {
      const int64_t left = args.n - i;
      const Vec e = KeepFirst(Exp(Sub(LoadPartial(x + i, left), top)), left, Zero());
      sum = Add(sum, e);
      StorePartial(p + i, e, left);
    }
    const Vec total = Set1(SumLanes(sum));
    for (int64_t i = 0; i < args.n; i += kLanes) {
      StorePartial(p + i, Div(LoadPartial(p + i, args.n - i), total), args.n - i);
    }
  }
}

void SoftmaxBackwardRows(const SoftmaxBackwardRowsArgs& args) {
  for (int64_t r = 0; r < args.rows; ++r) {
    const float* p = args.probs + r * args.n;
    float* d = args.dlogits + r * args.n;
    Vec dot = Zero();
    for (int64_t i = 0; i < args.n; i += kLanes) {
      dot = Fma(LoadPartial(p + i, args.n - i), LoadPartial(d + i, args.n - i), dot);
    }
    const Vec mean = Set1(SumLanes(dot));
    for (int64_t i = 0; i < args.n; i += kLanes) {
      const int64_t left = args.n - i;
      StorePartial(d + i, Mul(LoadPartial(p + i, left), Sub(LoadPartial(d + i, left), mean)), left);
    }
  }
}

void CombineRowsF32(const CombineRowsArgs<float>& args) { Combine(args); }
void CombineRowsBf16(const CombineRowsArgs<uint16_t>& args) { Combine(args); }
void CombineBackwardRowsF32(const CombineBackwardRowsArgs<float>& args) { CombineBackward(args); }
void CombineBackwardRowsBf16(const CombineBackwardRowsArgs<uint16_t>& args) {
  CombineBackward(args);
}

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
