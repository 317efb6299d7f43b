// SPDX-License-Identifier: Apache-2.0
//
// Vec for AVX-512; see kernels/cpu/simd.h.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace {

using Vec = __m512;
inline constexpr int kLanes = 16;

inline __mmask16 FirstLanes(int64_t n) {
  const int64_t lanes = n < 0 ? 0 : n > kLanes ? kLanes : n;
  return static_cast<__mmask16>((1u << lanes) - 1u);
}

inline Vec Zero() { return _mm512_setzero_ps(); }
inline Vec Set1(float x) { return _mm512_set1_ps(x); }

inline Vec Load(const float* p) { return _mm512_loadu_ps(p); }
inline Vec LoadPartial(const float* p, int64_t n) {
  return _mm512_maskz_loadu_ps(FirstLanes(n), p);
}
inline void Store(float* p, Vec x) { _mm512_storeu_ps(p, x); }
inline void StorePartial(float* p, Vec x, int64_t n) { _mm512_mask_storeu_ps(p, FirstLanes(n), x); }

inline Vec WidenBf16(__m256i bits) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}
inline __m256i NarrowBf16(Vec x) {
  const __m512i bits = _mm512_castps_si512(x);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
  const __m512i quiet = _mm512_or_si512(bits, _mm512_set1_epi32(0x400000));
  const __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
  return _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_mask_mov_epi32(rounded, nan, quiet), 16));
}
inline Vec Load(const uint16_t* p) {
  return WidenBf16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
inline Vec LoadPartial(const uint16_t* p, int64_t n) {
  return WidenBf16(_mm256_maskz_loadu_epi16(FirstLanes(n), p));
}
inline void Store(uint16_t* p, Vec x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), NarrowBf16(x));
}
inline void StorePartial(uint16_t* p, Vec x, int64_t n) {
  _mm256_mask_storeu_epi16(p, FirstLanes(n), NarrowBf16(x));
}

inline Vec Fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
inline Vec Add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
inline Vec Sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
inline Vec Mul(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
inline Vec Div(Vec a, Vec b) { return _mm512_div_ps(a, b); }
inline Vec Sqrt(Vec a) { return _mm512_sqrt_ps(a); }
// NaN in b wins; NaN in a alone is dropped.
inline Vec Max(Vec a, Vec b) { return _mm512_max_ps(a, b); }
inline Vec Min(Vec a, Vec b) { return _mm512_min_ps(a, b); }
inline Vec Round(Vec a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// 2^n for whole n in [-126, 127].
inline Vec PowerOfTwo(Vec n) {
  const __m512i exponent = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));
  return _mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23));
}
// The first n lanes of x, `fill` in the others; n <= 0 keeps none.
inline Vec KeepFirst(Vec x, int64_t n, Vec fill) {
  return _mm512_mask_mov_ps(fill, FirstLanes(n), x);
}

// Lane i with lane i + width / 2, until one is left.
inline float SumLanes(Vec x) {
  const __m256 a = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
  const __m128 b = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  const __m128 c = _mm_add_ps(b, _mm_movehl_ps(b, b));
  return _mm_cvtss_f32(_mm_add_ss(c, _mm_movehdup_ps(c)));
}
inline float MaxLanes(Vec x) {
  const __m256 a = _mm256_max_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
  const __m128 b = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  const __m128 c = _mm_max_ps(b, _mm_movehl_ps(b, b));
  return _mm_cvtss_f32(_mm_max_ss(c, _mm_movehdup_ps(c)));
}

}  // namespace
