// SPDX-License-Identifier: Apache-2.0
//
// Small products whose every element is one chain of fused multiply-adds,
//
//   c[r][n] = (...((c0 + a[r][0] b[0][n]) + a[r][1] b[1][n]) ...) + a[r][depth - 1] b[depth - 1][n]
//
// in order of depth. The chain of an element does not depend on the other rows and columns of the
// call, so sequence kernels that cut their rows differently agree bit for bit. A chain may be cut:
// a call that continues from c (Start::kAdd) gives the bits of one longer call.
#pragma once

#include <cstdint>

#include "kernels/cpu/simd.h"

namespace {

enum class Start { kZero, kAdd };

template <typename T>
struct Product {
  const float* a = nullptr;  // element (r, k) at a[r * a_row + k * a_depth]
  int64_t a_row = 0;
  int64_t a_depth = 1;
  const T* b = nullptr;  // float or bf16 bits; element (k, n) at b[k * b_row + n]
  int64_t b_row = 0;
  float* c = nullptr;  // element (r, n) at c[r * c_row + n]
  int64_t c_row = 0;
  int64_t rows = 0;
  int64_t cols = 0;
  int64_t depth = 0;
};

// Columns of a tile: kVectors whole vectors, or one vector's first `lanes` lanes.
template <int kVectors>
struct WholeColumns {
  static constexpr int kCount = kVectors;
  template <typename T>
  static Vec Get(const T* p) {
    return Load(p);
  }
  static void Put(float* p, Vec x) { Store(p, x); }
};
struct TailColumns {
  static constexpr int kCount = 1;
  int64_t lanes;
  template <typename T>
  Vec Get(const T* p) const {
    return LoadPartial(p, lanes);
  }
  void Put(float* p, Vec x) const { StorePartial(p, x, lanes); }
};

template <int kRows, typename Columns, typename T>
inline void MultiplyTile(const Product<T>& p, Start start, Columns columns, int64_t row,
                         int64_t col) {
  constexpr int kVectors = Columns::kCount;
  Vec acc[kRows][kVectors];
  float* c = p.c + row * p.c_row + col;
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      acc[r][v] = start == Start::kZero ? Zero() : columns.Get(c + r * p.c_row + v * kLanes);
    }
  }
  const float* a = p.a + row * p.a_row;
  const T* b = p.b + col;
  for (int64_t k = 0; k < p.depth; ++k) {
    Vec bv[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) bv[v] = columns.Get(b + v * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const Vec av = Set1(a[r * p.a_row]);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) acc[r][v] = Fma(av, bv[v], acc[r][v]);
    }
    a += p.a_depth;
    b += p.b_row;
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) columns.Put(c + r * p.c_row + v * kLanes, acc[r][v]);
  }
}

template <typename Columns, typename T>
inline void MultiplyPanel(const Product<T>& p, Start start, Columns columns, int64_t col) {
  int64_t r = 0;
  if constexpr (Columns::kCount <= 2) {
    if constexpr (kLanes == 16) {
      for (; r + 12 <= p.rows; r += 12) MultiplyTile<12>(p, start, columns, r, col);
    }
    for (; r + 6 <= p.rows; r += 6) MultiplyTile<6>(p, start, columns, r, col);
    for (; r + 3 <= p.rows; r += 3) MultiplyTile<3>(p, start, columns, r, col);
  } else if constexpr (kLanes == 16) {
    for (; r + 4 <= p.rows; r += 4) MultiplyTile<4>(p, start, columns, r, col);
  }
  for (; r + 2 <= p.rows; r += 2) MultiplyTile<2>(p, start, columns, r, col);
  for (; r < p.rows; ++r) MultiplyTile<1>(p, start, columns, r, col);
}

template <typename T>
inline void Multiply(const Product<T>& p, Start start) {
  constexpr int64_t kFewRows = kLanes == 16 ? 4 : 2;
  int64_t col = 0;
  if (p.rows <= kFewRows) {
    for (; col + 4 * kLanes <= p.cols; col += 4 * kLanes) {
      MultiplyPanel(p, start, WholeColumns<4>(), col);
    }
  }
  for (; col + 2 * kLanes <= p.cols; col += 2 * kLanes) {
    MultiplyPanel(p, start, WholeColumns<2>(), col);
  }
  for (; col + kLanes <= p.cols; col += kLanes) MultiplyPanel(p, start, WholeColumns<1>(), col);
  if (col < p.cols) MultiplyPanel(p, start, TailColumns{p.cols - col}, col);
}

// Which depth a row of a causal product reaches: one more for each group of rows, `limit` at most.
// `row_offset` is where the call's row 0 stands in its group.
struct CausalDepth {
  int64_t first = 0;
  int64_t group = 1;
  int64_t row_offset = 0;
  int64_t limit = INT64_MAX;
  int64_t Of(int64_t row) const {
    const int64_t depth = first + (row + row_offset) / group;
    return depth < limit ? depth : limit;
  }
};

// Adds the terms k in [done, depth.Of(r)) to rows [begin, end).
template <typename T>
void MultiplyCausalRows(const Product<T>& p, CausalDepth depth, int64_t begin, int64_t end,
                        int64_t done) {
  const int64_t common = depth.Of(begin);
  if (common > done) {
    Product<T> part = p;
    part.a += begin * p.a_row + done * p.a_depth;
    part.b += done * p.b_row;
    part.c += begin * p.c_row;
    part.rows = end - begin;
    part.depth = common - done;
    Multiply(part, Start::kAdd);
  }
  while (begin < end && depth.Of(begin) == common) ++begin;
  if (begin >= end) return;
  const int64_t middle = begin + (end - begin + 1) / 2;
  MultiplyCausalRows(p, depth, begin, middle, common);
  if (middle < end) MultiplyCausalRows(p, depth, middle, end, common);
}

// c += a b where row r stops at its own depth: terms behind it are not touched, whatever they hold.
template <typename T>
inline void MultiplyCausal(const Product<T>& p, CausalDepth depth) {
  if (p.rows > 0) MultiplyCausalRows(p, depth, 0, p.rows, 0);
}

}  // namespace
