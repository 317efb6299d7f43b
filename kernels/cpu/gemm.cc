// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/gemm.h"

#include "kernels/cpu/simd.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

constexpr int64_t kVecs = kGemmPanel / kLanes;
// Of a tile: its sums stay in registers, with room for the weights.
constexpr int64_t kTileRows = kLanes == 16 ? 8 : 6;
constexpr int64_t kTileSums = kLanes == 16 ? 16 : 12;
constexpr int64_t kTilePanels = 4;
constexpr int64_t kSumRows = 64;

int64_t Smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// kRows rows of kPanels panels. Rows are few where kPanels is large: there must be enough sums that
// none waits for its last one.
template <int64_t kRows, int64_t kPanels>
void Tile(const GemmArgs& args, int64_t row, int64_t panel) {
  const int64_t stride = args.k * kGemmPanel;
  const float* w = args.packed + panel * stride;
  const float* x = args.x + row * args.k;
  Vec acc[kRows][kPanels][kVecs];
  for (auto& of_row : acc) {
    for (auto& of_panel : of_row) {
      for (Vec& sum : of_panel) sum = Zero();
    }
  }
  for (int64_t i = 0; i < args.k; ++i, w += kGemmPanel) {
    for (int64_t r = 0; r < kRows; ++r) {
      const Vec xv = Set1(x[r * args.k + i]);
      for (int64_t p = 0; p < kPanels; ++p) {
        for (int64_t v = 0; v < kVecs; ++v) {
          acc[r][p][v] = Fma(xv, Load(w + p * stride + v * kLanes), acc[r][p][v]);
        }
      }
    }
  }
  for (int64_t r = 0; r < kRows; ++r) {
    for (int64_t at = 0; at < kPanels * kVecs; ++at) {
      const int64_t c = panel * kGemmPanel + at * kLanes;
      const Vec sum = acc[r][at / kVecs][at % kVecs];
      if (c < args.n) StorePartial(args.y + (row + r) * args.n + c, sum, args.n - c);
    }
  }
}

constexpr int64_t PanelsFor(int64_t rows) {
  int64_t panels = kTilePanels;
  while (panels > 1 && rows * panels * kVecs > kTileSums) panels /= 2;
  return panels;
}

// Columns of kPanels panels: rows in `tiles` tiles of kRows rows, the last `shorter` one row
// shorter.
template <int64_t kRows, int64_t kPanels>
void Column(const GemmArgs& args, int64_t tiles, int64_t shorter, int64_t panel) {
  int64_t row = 0;
  for (int64_t t = shorter; t < tiles; ++t, row += kRows) Tile<kRows, kPanels>(args, row, panel);
  if constexpr (kRows > 1) {
    for (; row < args.m; row += kRows - 1) Tile<kRows - 1, kPanels>(args, row, panel);
  }
}

template <int64_t kRows>
void Columns(const GemmArgs& args, int64_t tiles, int64_t shorter) {
  constexpr int64_t kPanels = PanelsFor(kRows);
  const int64_t panels = (args.n + kGemmPanel - 1) / kGemmPanel;
  int64_t panel = 0;
  for (; panel + kPanels <= panels; panel += kPanels) {
    Column<kRows, kPanels>(args, tiles, shorter, panel);
  }
  for (; panel < panels; ++panel) Column<kRows, 1>(args, tiles, shorter, panel);
}

// Tiles as even as they can be, of kRows rows at most.
template <int64_t kRows>
void Rows(const GemmArgs& args) {
  const int64_t tiles = (args.m + kTileRows - 1) / kTileRows;
  const int64_t shorter = kRows * tiles - args.m;
  if constexpr (kRows > 1) {
    if (shorter >= tiles) return Rows<kRows - 1>(args);
  }
  Columns<kRows>(args, tiles, shorter);
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

void Gemm(const GemmArgs& args) { Rows<kTileRows>(args); }

void StoreF32(const EpilogueArgs<float>& args) { Epilogue<float, false>(args); }
void StoreBf16(const EpilogueArgs<uint16_t>& args) { Epilogue<uint16_t, false>(args); }
void AddF32(const EpilogueArgs<float>& args) { Epilogue<float, true>(args); }
void ColumnSumF32(const ColumnSumArgs<float>& args) { ColumnSum(args); }
void ColumnSumBf16(const ColumnSumArgs<uint16_t>& args) { ColumnSum(args); }

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
