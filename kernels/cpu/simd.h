// SPDX-License-Identifier: Apache-2.0
//
// Vec: kLanes floats (8 with AVX2, 16 with AVX-512), for files in kernels/cpu.
//
// Storage types are float and uint16_t (the bits of a bfloat16, rounded to nearest even on the way
// out). Every operation works lane by lane with the same rounding in both widths, so a lane's
// result depends on that lane alone; sums over lanes fold halves, so a sum of 16 values is the same
// bits from one Vec of 16 or from two of 8 added first.
//
// Loads and stores need no alignment. "Partial" ones touch the first n lanes only, n >= 0; loads
// fill the others with 0.
#pragma once

#ifdef __AVX512F__
#include "kernels/cpu/simd_avx512.h"  // IWYU pragma: export
#else
#include "kernels/cpu/simd_avx2.h"  // IWYU pragma: export
#endif

namespace {

// exp(x) within 1 ulp, exact at 0; 0 below -104 (-inf too), +inf above 88.73, NaN for NaN. Range
// reduction by ln 2 in two parts and the polynomial of Cephes' expf.
inline Vec Exp(Vec x) {
  x = Min(Set1(89.0f), Max(Set1(-104.0f), x));
  const Vec n = Round(Mul(x, Set1(1.44269504088896341f)));
  Vec r = Fma(n, Set1(-0.693359375f), x);
  r = Fma(n, Set1(2.12194440e-4f), r);
  Vec p = Set1(1.9875691500e-4f);
  p = Fma(p, r, Set1(1.3981999507e-3f));
  p = Fma(p, r, Set1(8.3334519073e-3f));
  p = Fma(p, r, Set1(4.1665795894e-2f));
  p = Fma(p, r, Set1(1.6666665459e-1f));
  p = Fma(p, r, Set1(5.0000001201e-1f));
  p = Add(Fma(p, Mul(r, r), r), Set1(1.0f));
  // 2^n in two steps: n reaches -150 and 128, outside what one exponent field holds.
  const Vec half = Round(Mul(n, Set1(0.5f)));
  return Mul(Mul(p, PowerOfTwo(half)), PowerOfTwo(Sub(n, half)));
}

inline Vec Sigmoid(Vec x) { return Div(Set1(1.0f), Add(Set1(1.0f), Exp(Sub(Zero(), x)))); }

// exp of one float: the same bits as a lane of Exp.
inline float Exp1(float x) {
  float lanes[kLanes];
  Store(lanes, Exp(Set1(x)));
  return lanes[0];
}

// Storage types for one element.
inline float ToFloat(float x) { return x; }
inline float ToFloat(uint16_t x) {
  return _mm_cvtss_f32(_mm_castsi128_ps(_mm_cvtsi32_si128(static_cast<int>(x) << 16)));
}

}  // namespace
