// SPDX-License-Identifier: Apache-2.0
//
// Row copies, conversions and transposes that kernels/cpu files share.
#pragma once

#include "kernels/cpu/simd.h"

namespace {

template <typename From, typename To>
inline void CopyRow(const From* from, To* to, int64_t n) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) Store(to + i, Load(from + i));
  if (i < n) StorePartial(to + i, LoadPartial(from + i, n - i), n - i);
}

// to[i] = factor * from[i]
template <typename From>
inline void ScaleRow(const From* from, float factor, float* to, int64_t n) {
  const Vec f = Set1(factor);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) Store(to + i, Mul(f, Load(from + i)));
  if (i < n) StorePartial(to + i, Mul(f, LoadPartial(from + i, n - i)), n - i);
}

// to[i] = a[i] * b[i]
template <typename A>
inline void MultiplyRows(const A* a, const float* b, float* to, int64_t n) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) Store(to + i, Mul(Load(a + i), Load(b + i)));
  if (i < n) {
    StorePartial(to + i, Mul(LoadPartial(a + i, n - i), LoadPartial(b + i, n - i)), n - i);
  }
}

inline void FillRow(float* to, float value, int64_t n) {
  const Vec x = Set1(value);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) Store(to + i, x);
  if (i < n) StorePartial(to + i, x, n - i);
}

inline __m256 Load8(const float* p) { return _mm256_loadu_ps(p); }
inline __m256 Load8(const uint16_t* p) {
  const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
}

// to[i][r] = from[r][i] for an 8 x 8 block.
template <typename From>
inline void Transpose8(const From* from, int64_t from_stride, float* to, int64_t to_stride) {
  __m256 r[8], t[8];
  for (int i = 0; i < 8; ++i) r[i] = Load8(from + i * from_stride);
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  for (int i = 0; i < 4; ++i) {
    _mm256_storeu_ps(to + i * to_stride, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
    _mm256_storeu_ps(to + (i + 4) * to_stride, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
  }
}

struct TransposeSize {
  int64_t rows;
  int64_t cols;
};

// to[i][r] = from[r][i]
template <typename From>
inline void Transpose(const From* from, int64_t from_stride, TransposeSize size, float* to,
                      int64_t to_stride) {
  int64_t r = 0;
  for (; r + 8 <= size.rows; r += 8) {
    int64_t i = 0;
    for (; i + 8 <= size.cols; i += 8) {
      Transpose8(from + r * from_stride + i, from_stride, to + i * to_stride + r, to_stride);
    }
    for (; i < size.cols; ++i) {
      for (int64_t s = r; s < r + 8; ++s) {
        to[i * to_stride + s] = ToFloat(from[s * from_stride + i]);
      }
    }
  }
  for (; r < size.rows; ++r) {
    for (int64_t i = 0; i < size.cols; ++i) {
      to[i * to_stride + r] = ToFloat(from[r * from_stride + i]);
    }
  }
}

}  // namespace
