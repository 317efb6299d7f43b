// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/softmax_attention.h"

#include <math.h>

#include "kernels/cpu/pack_rows_inline.h"
#include "kernels/cpu/row_product.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

constexpr int kBlockVectors = kKeyBlock / kLanes;

// Halves folded onto each other, so that both vector widths give the same bits.
float SumBlock(Vec (&x)[kBlockVectors]) {
  for (int n = kBlockVectors / 2; n > 0; n /= 2) {
    for (int i = 0; i < n; ++i) x[i] = Add(x[i], x[i + n]);
  }
  return SumLanes(x[0]);
}

// Scales and masks a row of scores, and returns its maximum.
float MaskScores(float* scores, float scale, int64_t depth) {
  const Vec lowest = Set1(-__builtin_inff());
  Vec max = lowest;
  for (int64_t i = 0; i < kKeyBlock; i += kLanes) {
    const Vec x = KeepFirst(Mul(Load(scores + i), Set1(scale)), depth - i, lowest);
    Store(scores + i, x);
    max = Max(max, x);
  }
  return MaxLanes(max);
}

// Turns scores into exp(score - max) and returns their sum.
float Exponentials(float* scores, float max) {
  Vec p[kBlockVectors];
  for (int i = 0; i < kBlockVectors; ++i) {
    p[i] = Exp(Sub(Load(scores + i * kLanes), Set1(max)));
    Store(scores + i * kLanes, p[i]);
  }
  return SumBlock(p);
}

// Softmax weights of the rows of a tile, with the running maxima, sums and numerators brought up to
// date.
void Weights(const AttentionRows& rows, int64_t row, int64_t count, CausalDepth depth) {
  float change[16] = {};
  for (int64_t r = 0; r < count; ++r) {
    const float block_max = MaskScores(rows.scores + r * kKeyBlock, rows.scale, depth.Of(r));
    const float old_max = rows.max[row + r];
    const float max = block_max > old_max ? block_max : old_max;
    change[r] = old_max - max;
    rows.max[row + r] = max;
  }
  for (int i = 0; i < 16; i += kLanes) Store(change + i, Exp(Load(change + i)));
  for (int64_t r = 0; r < count; ++r) {
    const float sum = Exponentials(rows.scores + r * kKeyBlock, rows.max[row + r]);
    rows.sum[row + r] = rows.sum[row + r] * change[r] + sum;
    float* o = rows.o + (row + r) * rows.head_dim;
    if (change[r] != 1.0f) ScaleRow(o, change[r], o, rows.head_dim);
  }
}

template <typename K>
void StepTile(const AttentionRows& rows, const AttentionBlock& block, int64_t row, int64_t count) {
  const int64_t d = rows.head_dim;
  const CausalDepth depth{block.visible, rows.group, row, kKeyBlock};
  Multiply(Product<K>{rows.q + row * d, d, 1, static_cast<const K*>(block.k_transposed), kKeyBlock,
                      rows.scores, kKeyBlock, count, depth.Of(count - 1), d},
           Start::kZero);
  Weights(rows, row, count, depth);
  MultiplyCausal(Product<K>{rows.scores, kKeyBlock, 1, static_cast<const K*>(block.v), d,
                            rows.o + row * d, d, count, d, kKeyBlock},
                 depth);
}

template <typename K>
void Step(const AttentionRows& rows, const AttentionBlock& block) {
  const int64_t first_token = block.visible >= 1 ? 0 : 1 - block.visible;
  const int64_t end = rows.tokens * rows.group;
  for (int64_t row = first_token * rows.group; row < end; row += kProductRows) {
    StepTile<K>(rows, block, row, end - row < kProductRows ? end - row : kProductRows);
  }
}

template <typename T>
void Begin(const AttentionRows& rows, const AttentionTensors& tensors) {
  const int64_t width = rows.group * rows.head_dim;
  for (int64_t t = 0; t < rows.tokens; ++t) {
    CopyRow(static_cast<const T*>(tensors.q) + t * tensors.token_stride, rows.q + t * width, width);
  }
}

template <typename T>
void End(const AttentionRows& rows, const AttentionTensors& tensors) {
  const int64_t d = rows.head_dim;
  for (int64_t t = 0; t < rows.tokens; ++t) {
    for (int64_t g = 0; g < rows.group; ++g) {
      const int64_t row = t * rows.group + g;
      const Vec sum = Set1(rows.sum[row]);
      float* from = rows.o + row * d;
      for (int64_t i = 0; i < d; i += kLanes) {
        StorePartial(from + i, Div(LoadPartial(from + i, d - i), sum), d - i);
      }
      CopyRow(from, static_cast<T*>(tensors.o) + t * tensors.token_stride + g * d, d);
      if (tensors.lse != nullptr) {
        const double lse = rows.max[row] + log(static_cast<double>(rows.sum[row]));
        tensors.lse[t * tensors.lse_stride + g] = static_cast<float>(lse);
      }
    }
  }
}

}  // namespace

void AttentionBegin(const AttentionRows& rows, const AttentionTensors& tensors) {
  const int64_t count = rows.tokens * rows.group;
  tensors.storage == Storage::kF32 ? Begin<float>(rows, tensors) : Begin<uint16_t>(rows, tensors);
  FillRow(rows.o, 0.0f, count * rows.head_dim);
  FillRow(rows.max, -__builtin_inff(), count);
  FillRow(rows.sum, 0.0f, count);
}

void AttentionStep(const AttentionRows& rows, const AttentionBlock& block) {
  block.storage == Storage::kF32 ? Step<float>(rows, block) : Step<uint16_t>(rows, block);
}

void AttentionEnd(const AttentionRows& rows, const AttentionTensors& tensors) {
  tensors.storage == Storage::kF32 ? End<float>(rows, tensors) : End<uint16_t>(rows, tensors);
}

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
