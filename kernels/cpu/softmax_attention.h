// SPDX-License-Identifier: Apache-2.0
//
// Online softmax over one key block at a time, for the query rows of one key-value head: `tokens`
// tokens, each with `group` query heads, rows ordered by token.
#pragma once

#include <cstdint>

#include "kernels/cpu/storage.h"

namespace longhaul::kernels::cpu {

inline constexpr int64_t kKeyBlock = 64;

// Rows under work. Scratch arrays are the caller's.
struct AttentionRows {
  int64_t head_dim = 0;
  int64_t tokens = 0;
  int64_t group = 1;
  float scale = 0;
  float* q = nullptr;       // [tokens * group, head_dim]
  float* o = nullptr;       // [tokens * group, head_dim] numerators
  float* max = nullptr;     // [tokens * group]
  float* sum = nullptr;     // [tokens * group]
  float* scores = nullptr;  // [kProductRows, kKeyBlock]
};

// The rows in the tensors: head g of token t starts t * token_stride + g * head_dim further.
struct AttentionTensors {
  Storage storage = Storage::kF32;
  const void* q = nullptr;
  void* o = nullptr;
  int64_t token_stride = 0;
  float* lse = nullptr;  // [tokens, group] lse_stride apart, or null
  int64_t lse_stride = 0;
};

struct AttentionBlock {
  Storage storage = Storage::kF32;
  const void* k_transposed = nullptr;  // [head_dim, kKeyBlock]
  const void* v = nullptr;             // [kKeyBlock, head_dim]
  // Keys of the block that token 0 sees; token t sees t more. Above kKeyBlock all, below 1 none.
  int64_t visible = 0;
};

namespace avx2 {
void AttentionBegin(const AttentionRows& rows, const AttentionTensors& tensors);
void AttentionStep(const AttentionRows& rows, const AttentionBlock& block);
void AttentionEnd(const AttentionRows& rows, const AttentionTensors& tensors);
}  // namespace avx2
namespace avx512 {
void AttentionBegin(const AttentionRows& rows, const AttentionTensors& tensors);
void AttentionStep(const AttentionRows& rows, const AttentionBlock& block);
void AttentionEnd(const AttentionRows& rows, const AttentionTensors& tensors);
}  // namespace avx512

}  // namespace longhaul::kernels::cpu
