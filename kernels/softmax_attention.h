// SPDX-License-Identifier: Apache-2.0
//
// Causal softmax attention with grouped key-value heads over segments: training forward and
// backward on packed rows, and the paged form that generation uses.
//
//   o_t = sum_{j <= t on the path} softmax_j(scale * q_t . k_j) v_j         query head h reads head
//   h * Hkv / Hq
//
// Key blocks are visited in one fixed grid of absolute path positions (kKvBlockTokens), with the
// online softmax of FlashAttention-2 (Dao 2023) and fp32 scores, so a row has the same bits in
// training, prefill and decode, in a tree or unfolded.
#pragma once

#include <span>

#include "common/tensor.h"
#include "kernels/segments.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

// Tokens of a key-value cache block and of a step of the online softmax.
inline constexpr int64_t kKvBlockTokens = 64;

struct SoftmaxAttentionArgs {
  TensorView q;  // [num_tokens, num_attention_heads, head_dim], fp32 or bf16
  TensorView k;  // [num_tokens, num_key_value_heads, head_dim]
  TensorView v;  // [num_tokens, num_key_value_heads, head_dim]
  Segments segments;
  float scale = 0;
  MutableTensorView o;  // [num_tokens, num_attention_heads, head_dim]
  MutableTensorView
      lse;  // [num_tokens, num_attention_heads] fp32: log-sum-exp of the scores, for the backward
};
void SoftmaxAttention(Stream& stream, const SoftmaxAttentionArgs& args);

struct SoftmaxAttentionBackwardArgs {
  TensorView dout;        // [num_tokens, num_attention_heads, head_dim]
  TensorView q, k, v, o;  // as in the forward
  TensorView lse;         // [num_tokens, num_attention_heads] fp32
  Segments segments;
  float scale = 0;
  MutableTensorView dq;  // like q, overwritten
  MutableTensorView
      dk;  // like k, overwritten: an ancestor's rows collect what flows in from all descendants
  MutableTensorView dv;  // like v, overwritten
};
void SoftmaxAttentionBackward(Stream& stream, const SoftmaxAttentionBackwardArgs& args);

// One cache block of one layer holds K transposed, [num_key_value_heads, head_dim, kKvBlockTokens],
// then V, [num_key_value_heads, kKvBlockTokens, head_dim].
int64_t KvBlockBytes(int64_t num_key_value_heads, int64_t head_dim, DType dtype);

// The blocks of one layer: block b lies at base + b * stride_bytes.
struct KvPool {
  void* base = nullptr;
  int64_t stride_bytes = 0;
};

// Rows of one sequence that go through a paged op: row start + i sits at path position `position +
// i`.
struct PagedSequence {
  int64_t start = 0;
  int64_t length = 0;
  int64_t position = 0;
  std::span<const int32_t> blocks;  // block of position p is blocks[p / kKvBlockTokens]
};

// Writes k and v rows into the cache.
struct KvAppendArgs {
  TensorView k;  // [num_tokens, num_key_value_heads, head_dim]
  TensorView v;
  std::span<const PagedSequence> sequences;
  KvPool pool;
};
void KvAppend(Stream& stream, const KvAppendArgs& args);

// Attention of the rows over everything cached up to and including themselves.
struct PagedAttentionArgs {
  TensorView q;  // [num_tokens, num_attention_heads, head_dim]
  int64_t num_key_value_heads = 0;
  std::span<const PagedSequence> sequences;
  KvPool pool;
  float scale = 0;
  MutableTensorView o;  // [num_tokens, num_attention_heads, head_dim]
};
void PagedAttention(Stream& stream, const PagedAttentionArgs& args);

}  // namespace longhaul::kernels
