// SPDX-License-Identifier: Apache-2.0
#include "kernels/matmul_plan.h"

#include <algorithm>
#include <cstring>

#include "kernels/cpu/gemm.h"
#include "kernels/cpu/isa.h"
#include "kernels/scratch.h"

namespace longhaul::kernels {
namespace {

// Below this many multiply-adds a call stays on its thread: waking another costs more.
constexpr int64_t kInlineWork = 1 << 20;
// Rows are cut finer than kGemmRows, down to this, until every thread has two tasks.
constexpr int64_t kMinTaskRows = 32;
// Weight gradients: rows summed by the library before they are added to the gradient, and tiles.
constexpr int64_t kGradientRows = 4096;
constexpr int64_t kSmallGradient = 256 * 1024;

struct Task {
  int64_t group = 0;
  int64_t begin = 0;  // first row
  int64_t end = 0;
  int64_t piece = 0;  // of columns
};

int64_t CountTasks(const ProductArgs& args, int64_t rows) {
  int64_t count = 0;
  for (const ProductGroup& g : args.groups) {
    count += (g.end - g.begin + rows - 1) / rows * g.weight->n_pieces();
  }
  return count;
}

std::vector<Task> MakeTasks(const ProductArgs& args, int num_threads) {
  int64_t rows = kGemmRows;
  while (rows > kMinTaskRows && num_threads > 1 && CountTasks(args, rows) < 2 * num_threads) {
    rows /= 2;
  }
  std::vector<Task> tasks;
  tasks.reserve(static_cast<size_t>(CountTasks(args, rows)));
  for (size_t g = 0; g < args.groups.size(); ++g) {
    const ProductGroup& group = args.groups[g];
    for (int64_t begin = group.begin; begin < group.end; begin += rows) {
      for (int64_t piece = 0; piece < group.weight->n_pieces(); ++piece) {
        tasks.push_back({static_cast<int64_t>(g), begin, std::min(group.end, begin + rows), piece});
      }
    }
  }
  return tasks;
}

// The columns [k_begin, k_end) of rows of x, dense.
const void* DenseColumns(const Task& task, const TensorView& x, int64_t k_begin, int64_t k_end) {
  const int64_t size = SizeOf(x.dtype), k = x.dim(1), rows = task.end - task.begin;
  const char* from = static_cast<const char*>(x.data) + (task.begin * k + k_begin) * size;
  if (k_end - k_begin == k) return from;
  const int64_t bytes = (k_end - k_begin) * size;
  char* to = ScratchOf<char>(Scratch::kGemmInput, rows * bytes);
  for (int64_t r = 0; r < rows; ++r) {
    std::memcpy(to + r * bytes, from + r * k * size, static_cast<size_t>(bytes));
  }
  return to;
}

template <typename T>
cpu::EpilogueArgs<T> EpilogueOf(const ProductArgs& args, const Task& task, const float* acc) {
  const PackedWeight::Impl& weight = *args.groups[task.group].weight;
  const int64_t first = weight.n_cuts[task.piece];
  const int64_t cols = weight.n_cuts[task.piece + 1] - first;
  const float* bias = args.bias.empty() ? nullptr : args.bias.as<float>() + first;
  T* y = static_cast<T*>(args.y.data) + task.begin * weight.n + first;
  return {acc, weight.k_pieces(), task.end - task.begin, cols, bias, y, weight.n};
}

void Finish(const ProductArgs& args, const Task& task, const float* acc) {
  static const auto store = cpu::Pick(cpu::avx2::StoreF32, cpu::avx512::StoreF32);
  static const auto store_bf16 = cpu::Pick(cpu::avx2::StoreBf16, cpu::avx512::StoreBf16);
  static const auto add = cpu::Pick(cpu::avx2::AddF32, cpu::avx512::AddF32);
  if (args.y.dtype == DType::kBF16) return store_bf16(EpilogueOf<uint16_t>(args, task, acc));
  (args.accumulate == Accumulate::kAdd ? add : store)(EpilogueOf<float>(args, task, acc));
}

void RunTask(const ProductArgs& args, const Task& task) {
  const PackedWeight::Impl& weight = *args.groups[task.group].weight;
  const int64_t rows = task.end - task.begin;
  const int64_t k_pieces = weight.k_pieces();
  const auto* gemms = &weight.gemms[static_cast<size_t>(task.piece * k_pieces)];
  const bool direct = k_pieces == 1 && weight.n_pieces() == 1 && args.bias.empty() &&
                      args.y.dtype == DType::kF32 && args.accumulate == Accumulate::kOverwrite;
  if (direct) {
    gemms[0]->Run(rows, DenseColumns(task, args.x, 0, weight.k),
                  args.y.as<float>() + task.begin * weight.n);
    return;
  }
  const int64_t cols = weight.n_cuts[task.piece + 1] - weight.n_cuts[task.piece];
  float* acc = ScratchOf<float>(Scratch::kGemmOutput, k_pieces * rows * cols);
  for (int64_t p = 0; p < k_pieces; ++p) {
    const void* x = DenseColumns(task, args.x, weight.k_cuts[p], weight.k_cuts[p + 1]);
    gemms[p]->Run(rows, x, acc + p * rows * cols);
  }
  Finish(args, task, acc);
}

int64_t TotalRows(const ProductArgs& args) {
  int64_t rows = 0;
  for (const ProductGroup& g : args.groups) rows += g.end - g.begin;
  return rows;
}

struct GradientTile {
  int64_t group = 0;
  int64_t out = 0;
  int64_t in = 0;
};

struct GradientTiles {
  int64_t out_step = 0;
  int64_t in_step = 0;
  std::vector<GradientTile> tiles;
};

GradientTiles MakeTiles(const WeightGradientArgs& args) {
  const int64_t out = args.dy.dim(1), in = args.x.dim(1);
  const bool small = out * in < kSmallGradient;
  GradientTiles result{small ? 64 : 128, small ? 256 : 512, {}};
  for (size_t g = 0; g < args.groups.size(); ++g) {
    if (args.groups[g].begin == args.groups[g].end) continue;
    for (int64_t o = 0; o < out; o += result.out_step) {
      for (int64_t i = 0; i < in; i += result.in_step) {
        result.tiles.push_back({static_cast<int64_t>(g), o, i});
      }
    }
  }
  return result;
}

const void* ElementAt(const TensorView& x, int64_t row, int64_t column) {
  return static_cast<const char*>(x.data) + (row * x.dim(1) + column) * SizeOf(x.dtype);
}

void RunTile(const WeightGradientArgs& args, const GradientTiles& tiles, const GradientTile& tile) {
  static const auto add = cpu::Pick(cpu::avx2::AddF32, cpu::avx512::AddF32);
  const WeightGradientGroup& group = args.groups[tile.group];
  const int64_t out = args.dy.dim(1), in = args.x.dim(1);
  const int64_t rows = std::min(tiles.out_step, out - tile.out);
  const int64_t cols = std::min(tiles.in_step, in - tile.in);
  float* sum = ScratchOf<float>(Scratch::kGemmOutput, rows * cols);
  for (int64_t begin = group.begin; begin < group.end; begin += kGradientRows) {
    const int64_t m = std::min(kGradientRows, group.end - begin);
    RunGemmTransposed({ElementAt(args.dy, begin, tile.out), out, ElementAt(args.x, begin, tile.in),
                       in, args.x.dtype, m, rows, cols},
                      sum);
    add({sum, 1, rows, cols, nullptr, group.dweight + tile.out * in + tile.in, in});
  }
}

}  // namespace

void RunProduct(Stream& stream, const ProductArgs& args) {
  if (args.groups.empty()) return;
  const PackedWeight::Impl& weight = *args.groups[0].weight;
  const bool small = TotalRows(args) * weight.k * weight.n < kInlineWork;
  const std::vector<Task> tasks = MakeTasks(args, small ? 1 : stream.pool().num_threads());
  if (small) {
    for (const Task& task : tasks) RunTask(args, task);
    return;
  }
  stream.pool().ForEach(static_cast<int64_t>(tasks.size()),
                        [&](int64_t i) { RunTask(args, tasks[static_cast<size_t>(i)]); });
}

void RunWeightGradient(Stream& stream, const WeightGradientArgs& args) {
  const GradientTiles tiles = MakeTiles(args);
  int64_t rows = 0;
  for (const WeightGradientGroup& g : args.groups) rows += g.end - g.begin;
  if (rows * args.dy.dim(1) * args.x.dim(1) < kInlineWork) {
    for (const GradientTile& tile : tiles.tiles) RunTile(args, tiles, tile);
    return;
  }
  stream.pool().ForEach(static_cast<int64_t>(tiles.tiles.size()), [&](int64_t i) {
    RunTile(args, tiles, tiles.tiles[static_cast<size_t>(i)]);
  });
}

}  // namespace longhaul::kernels
