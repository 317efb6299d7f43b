// SPDX-License-Identifier: Apache-2.0
//
// Lightning attention (MiniMax-01, arXiv 2501.08313; linear attention with a constant decay per
// head).
//
//   S_t = lambda S_{t-1} + k_t v_t^T,  lambda = exp(-s_h),  S_0 = 0            o_t = S_t^T q_t
//
// No scale, no softmax, no denominator. Computed in chunks on a grid of absolute path positions:
// with S the state at the last chunk boundary and i, j positions inside the chunk,
//
//   o_i = exp(-s (i + 1)) S^T q_i + sum_{j <= i} exp(-s (i - j)) (q_i . k_j) v_j
//
// Decode does the same: it keeps S at the last boundary and the keys and values since, and rewrites
// S once a chunk. A segment that starts inside a chunk uses its ancestors' S, keys and values. So
// training, prefill, decode, packed and tree forms are one computation, bit for bit. States are
// fp32; decays are formed in float64 from positions.
#pragma once

#include <span>

#include "common/tensor.h"
#include "kernels/segments.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

// Chunk boundaries (path positions that are multiples of chunk_size, 0 left out) that lie inside
// the segments: a boundary at position p belongs to the segment that holds position p - 1. This
// many states the forward saves.
int64_t CountLightningStates(Segments segments, int64_t chunk_size);

struct LightningAttentionArgs {
  TensorView qkv;  // [num_tokens, heads, 3, head_dim]: q, k, v of each head; fp32 or bf16
  std::span<const double> decay_rates;  // [heads], s_h >= 0
  Segments segments;
  int64_t chunk_size = 0;
  MutableTensorView o;  // [num_tokens, heads, head_dim], dtype of qkv
  MutableTensorView
      states;  // [CountLightningStates, heads, head_dim, head_dim] fp32, kept for the backward
};
void LightningAttention(Stream& stream, const LightningAttentionArgs& args);

struct LightningAttentionBackwardArgs {
  TensorView dout;  // [num_tokens, heads, head_dim]
  TensorView qkv;   // as in the forward
  std::span<const double> decay_rates;
  Segments segments;
  int64_t chunk_size = 0;
  TensorView states;            // from the forward
  MutableTensorView dqkv;       // like qkv, overwritten
  MutableTensorView workspace;  // fp32, LightningBackwardWorkspace elements
};
int64_t LightningBackwardWorkspace(Segments segments, int64_t chunk_size, int64_t heads,
                                   int64_t head_dim);
void LightningAttentionBackward(Stream& stream, const LightningAttentionBackwardArgs& args);

// One state slot of one layer: S [heads, head_dim, head_dim] fp32 at the last chunk boundary, then
// the keys (transposed) and values of the chunk since, in the storage dtype. 64-byte aligned parts.
int64_t LightningSlotBytes(int64_t heads, int64_t head_dim, int64_t chunk_size, DType dtype);

// The slots of one layer: slot i lies at base + i * stride_bytes.
struct LightningPool {
  void* base = nullptr;
  int64_t stride_bytes = 0;
};

struct LightningSequence {
  int64_t start = 0;   // first row
  int64_t length = 0;  // rows
  int64_t position =
      0;  // path position of the first row; 0 starts from the zero state, whatever the slot holds
  int32_t slot = 0;
};

// Advances slots by the rows given and writes their outputs: prefill and decode.
struct LightningAdvanceArgs {
  TensorView qkv;                       // [num_tokens, heads, 3, head_dim]
  std::span<const double> decay_rates;  // [heads]
  std::span<const LightningSequence> sequences;
  int64_t chunk_size = 0;
  LightningPool pool;
  MutableTensorView o;  // [num_tokens, heads, head_dim]
};
void LightningAdvance(Stream& stream, const LightningAdvanceArgs& args);

// The state after `position` tokens of a slot that has seen exactly that many.
struct LightningStateArgs {
  LightningPool pool;
  int32_t slot = 0;
  int64_t position = 0;
  int64_t chunk_size = 0;
  DType dtype = DType::kF32;  // of the slot's keys and values
  std::span<const double> decay_rates;
  MutableTensorView state;  // [heads, head_dim, head_dim] fp32
};
void LightningState(Stream& stream, const LightningStateArgs& args);

}  // namespace longhaul::kernels
