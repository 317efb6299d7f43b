// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/gemm.h"

#include "kernels/cpu/simd.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

constexpr int64_t kVecs = kGemmPanel / kLanes;
constexpr int64_t kTileRows = 6;
constexpr int64_t kSumRows = 64;

int64_t Smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// kRows rows of one panel.
template <int64_t kRows>
void Tile(const GemmArgs& args, int64_t row, int64_t panel) {
  const float* w = args.packed + panel * args.k * kGemmPanel;
  const float* x = args.x + row * args.k;
  Vec acc[kRows][kVecs];
  for (int64_t r = 0; r < kRows; ++r) {
    for (int64_t v = 0; v < kVecs; ++v) acc[r][v] = Zero();
  }
  for (int64_t i = 0; i < args.k; ++i, w += kGemmPanel) {
    Vec wv[kVecs];
    for (int64_t v = 0; v < kVecs; ++v) wv[v] = Load(w + v * kLanes);
    for (int64_t r = 0; r < kRows; ++r) {
      const Vec xv = Set1(x[r * args.k + i]);
      for (int64_t v = 0; v < kVecs; ++v) acc[r][v] = Fma(xv, wv[v], acc[r][v]);
    }
  }
  const int64_t column = panel * kGemmPanel;
  for (int64_t r = 0; r < kRows; ++r) {
    for (int64_t v = 0; v < kVecs; ++v) {
      const int64_t c = column + v * kLanes;
      if (c < args.n) StorePartial(args.y + (row + r) * args.n + c, acc[r][v], args.n - c);
    }
  }
}

void TailTile(const GemmArgs& args, int64_t row, int64_t panel) {
  switch (args.m - row) {
    case 5:
      return Tile<5>(args, row, panel);
    case 4:
      return Tile<4>(args, row, panel);
    case 3:
      return Tile<3>(args, row, panel);
    case 2:
      return Tile<2>(args, row, panel);
    case 1:
      return Tile<1>(args, row, panel);
    default:
      return;
  }
}

template <typename T, bool kAdding>
void Epilogue(const EpilogueArgs<T>& args) {
  const int64_t part = args.rows * args.cols;
  for (int64_t r = 0; r < args.rows; ++r) {
    const float* acc = args.acc + r * args.cols;
    T* y = args.y + r * args.y_stride;
    for (int64_t c = 0; c < args.cols; c += kLanes) {
      const int64_t left = args.cols - c;
      Vec sum = LoadPartial(acc + c, left);
      for (int64_t p = 1; p < args.parts; ++p) {
        sum = Add(sum, LoadPartial(acc + p * part + c, left));
      }
      if (args.bias != nullptr) sum = Add(sum, LoadPartial(args.bias + c, left));
      if (kAdding) sum = Add(sum, LoadPartial(y + c, left));
      StorePartial(y + c, sum, left);
    }
  }
}

template <typename T>
void ColumnSum(const ColumnSumArgs<T>& args) {
  for (int64_t c = 0; c < args.cols; c += kLanes) {
    const int64_t left = args.cols - c;
    double total[kLanes] = {};
    for (int64_t start = 0; start < args.rows; start += kSumRows) {
      Vec sum = Zero();
      const int64_t end = Smaller(args.rows, start + kSumRows);
      for (int64_t r = start; r < end; ++r) {
        sum = Add(sum, LoadPartial(args.x + r * args.x_stride + c, left));
      }
      float lanes[kLanes];
      Store(lanes, sum);
      for (int64_t i = 0; i < kLanes; ++i) total[i] += lanes[i];
    }
    for (int64_t i = 0; i < Smaller(kLanes, left); ++i) {
      args.sums[c + i] = static_cast<float>(args.sums[c + i] + total[i]);
    }
  }
}

}  // namespace

void Gemm(const GemmArgs& args) {
  for (int64_t panel = 0; panel * kGemmPanel < args.n; ++panel) {
    int64_t row = 0;
    for (; row + kTileRows <= args.m; row += kTileRows) Tile<kTileRows>(args, row, panel);
    TailTile(args, row, panel);
  }
}

void StoreF32(const EpilogueArgs<float>& args) { Epilogue<float, false>(args); }
void StoreBf16(const EpilogueArgs<uint16_t>& args) { Epilogue<uint16_t, false>(args); }
void AddF32(const EpilogueArgs<float>& args) { Epilogue<float, true>(args); }
void ColumnSumF32(const ColumnSumArgs<float>& args) { ColumnSum(args); }
void ColumnSumBf16(const ColumnSumArgs<uint16_t>& args) { ColumnSum(args); }

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
