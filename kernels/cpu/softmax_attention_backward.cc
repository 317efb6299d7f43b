// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/softmax_attention_backward.h"

#include "kernels/cpu/pack_rows_inline.h"
#include "kernels/cpu/row_product.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

template <typename T>
float Dot(const T* a, const T* b, int64_t n) {
  Vec sum = Zero();
  for (int64_t i = 0; i < n; i += kLanes) {
    sum = Fma(LoadPartial(a + i, n - i), LoadPartial(b + i, n - i), sum);
  }
  return SumLanes(sum);
}

template <typename T>
void LoadRows(const GradientRows& rows, const GradientTensors& tensors) {
  const int64_t d = rows.head_dim, width = rows.group * d;
  for (int64_t t = 0; t < rows.tokens; ++t) {
    const int64_t from = t * tensors.token_stride;
    const T* dout = static_cast<const T*>(tensors.dout) + from;
    const T* o = static_cast<const T*>(tensors.o) + from;
    CopyRow(static_cast<const T*>(tensors.q) + from, rows.q + t * width, width);
    CopyRow(dout, rows.dout + t * width, width);
    for (int64_t g = 0; g < rows.group; ++g) {
      rows.lse[t * rows.group + g] = tensors.lse[t * tensors.lse_stride + g];
      rows.delta[t * rows.group + g] = Dot(dout + g * d, o + g * d, d);
    }
  }
}

// Scores in p and dout . v in ds become weights and score gradients; keys from `depth` on get 0.
void WeightRow(const GradientRows& rows, int64_t row, int64_t depth) {
  float* p = rows.p + row * kKeyBlock;
  float* ds = rows.ds + row * kKeyBlock;
  const Vec scale = Set1(rows.scale), lse = Set1(rows.lse[row]), delta = Set1(rows.delta[row]);
  for (int64_t i = 0; i < kKeyBlock; i += kLanes) {
    const Vec weight = KeepFirst(Exp(Sub(Mul(Load(p + i), scale), lse)), depth - i, Zero());
    const Vec change = Mul(Mul(weight, Sub(Load(ds + i), delta)), scale);
    Store(p + i, weight);
    Store(ds + i, KeepFirst(change, depth - i, Zero()));
  }
}

int64_t FirstRow(const GradientRows& rows, const GradientKeys& keys) {
  return keys.visible >= 1 ? 0 : (1 - keys.visible) * rows.group;
}

}  // namespace

void GradientLoad(const GradientRows& rows, const GradientTensors& tensors) {
  tensors.storage == Storage::kF32 ? LoadRows<float>(rows, tensors)
                                   : LoadRows<uint16_t>(rows, tensors);
}

void GradientWeights(const GradientRows& rows, const GradientKeys& keys) {
  const int64_t d = rows.head_dim, begin = FirstRow(rows, keys);
  const int64_t count = rows.tokens * rows.group - begin;
  if (count <= 0) return;
  Multiply(Product<float>{rows.q + begin * d, d, 1, keys.k_transposed, kKeyBlock,
                          rows.p + begin * kKeyBlock, kKeyBlock, count, keys.count, d},
           Start::kZero);
  Multiply(Product<float>{rows.dout + begin * d, d, 1, keys.v_transposed, kKeyBlock,
                          rows.ds + begin * kKeyBlock, kKeyBlock, count, keys.count, d},
           Start::kZero);
  const CausalDepth depth{keys.visible, rows.group, 0, keys.count};
  for (int64_t r = begin; r < begin + count; ++r) WeightRow(rows, r, depth.Of(r));
}

void QueryGradient(const GradientRows& rows, const GradientKeys& keys, const float* k, float* dq) {
  const int64_t d = rows.head_dim, begin = FirstRow(rows, keys);
  const int64_t count = rows.tokens * rows.group - begin;
  if (count <= 0) return;
  Multiply(Product<float>{rows.ds + begin * kKeyBlock, kKeyBlock, 1, k, d, dq + begin * d, d, count,
                          d, keys.count},
           Start::kAdd);
}

void KeyGradient(const GradientRows& rows, const GradientKeys& keys, float* dk, float* dv) {
  const int64_t d = rows.head_dim, begin = FirstRow(rows, keys);
  const int64_t count = rows.tokens * rows.group - begin;
  if (count <= 0) return;
  Multiply(Product<float>{rows.ds + begin * kKeyBlock, 1, kKeyBlock, rows.q + begin * d, d, dk, d,
                          keys.count, d, count},
           Start::kAdd);
  Multiply(Product<float>{rows.p + begin * kKeyBlock, 1, kKeyBlock, rows.dout + begin * d, d, dv, d,
                          keys.count, d, count},
           Start::kAdd);
}

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
