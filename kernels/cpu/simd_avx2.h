// SPDX-License-Identifier: Apache-2.0
//
// Vec for AVX2 with FMA; see kernels/cpu/simd.h.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace {

using Vec = __m256;
inline constexpr int kLanes = 8;

inline __m256i FirstLanes(int64_t n) {
  const int64_t lanes = n < 0 ? 0 : n > kLanes ? kLanes : n;
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(lanes)),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

inline Vec Zero() { return _mm256_setzero_ps(); }
inline Vec Set1(float x) { return _mm256_set1_ps(x); }

inline Vec Load(const float* p) { return _mm256_loadu_ps(p); }
inline Vec LoadPartial(const float* p, int64_t n) { return _mm256_maskload_ps(p, FirstLanes(n)); }
inline void Store(float* p, Vec x) { _mm256_storeu_ps(p, x); }
inline void StorePartial(float* p, Vec x, int64_t n) { _mm256_maskstore_ps(p, FirstLanes(n), x); }

inline Vec WidenBf16(__m128i bits) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
}
inline __m128i NarrowBf16(Vec x) {
  const __m256i bits = _mm256_castps_si256(x);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
  const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
  const __m256i upper = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, nan), 16);
  const __m256i packed = _mm256_packus_epi32(upper, upper);
  return _mm256_castsi256_si128(_mm256_permute4x64_epi64(packed, 0x08));
}
inline Vec Load(const uint16_t* p) {
  return WidenBf16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
inline Vec LoadPartial(const uint16_t* p, int64_t n) {
  if (n >= kLanes) return Load(p);
  alignas(16) uint16_t lanes[kLanes] = {};
  for (int64_t i = 0; i < n; ++i) lanes[i] = p[i];
  return Load(lanes);
}
inline void Store(uint16_t* p, Vec x) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), NarrowBf16(x));
}
inline void StorePartial(uint16_t* p, Vec x, int64_t n) {
  alignas(16) uint16_t lanes[kLanes];
  Store(lanes, x);
  for (int64_t i = 0; i < (n < kLanes ? n : kLanes); ++i) p[i] = lanes[i];
}

inline Vec Fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
inline Vec Add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
inline Vec Sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
inline Vec Mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
inline Vec Div(Vec a, Vec b) { return _mm256_div_ps(a, b); }
inline Vec Sqrt(Vec a) { return _mm256_sqrt_ps(a); }
// NaN in b wins; NaN in a alone is dropped.
inline Vec Max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
inline Vec Min(Vec a, Vec b) { return _mm256_min_ps(a, b); }
inline Vec Round(Vec a) {
  return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// 2^n for whole n in [-126, 127].
inline Vec PowerOfTwo(Vec n) {
  const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
  return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}
// The first n lanes of x, `fill` in the others; n <= 0 keeps none.
inline Vec KeepFirst(Vec x, int64_t n, Vec fill) {
  return _mm256_blendv_ps(fill, x, _mm256_castsi256_ps(FirstLanes(n)));
}

// Lane i with lane i + width / 2, until one is left.
inline float SumLanes(Vec x) {
  const __m128 b = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  const __m128 c = _mm_add_ps(b, _mm_movehl_ps(b, b));
  return _mm_cvtss_f32(_mm_add_ss(c, _mm_movehdup_ps(c)));
}
inline float MaxLanes(Vec x) {
  const __m128 b = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  const __m128 c = _mm_max_ps(b, _mm_movehl_ps(b, b));
  return _mm_cvtss_f32(_mm_max_ss(c, _mm_movehdup_ps(c)));
}

}  // namespace
