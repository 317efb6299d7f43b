// SPDX-License-Identifier: Apache-2.0
//
// Gradients between a block of query rows and a block of keys of one key-value head. With the
// saved log-sum-exp,
//
//   p_ij = exp(scale q_i . k_j - lse_i)      ds_ij = scale p_ij (dout_i . v_j - delta_i),
//   delta_i = dout_i . o_i
//   dq_i = sum_j ds_ij k_j      dk_j = sum_i ds_ij q_i      dv_j = sum_i p_ij dout_i
#pragma once

#include <cstdint>

#include "kernels/cpu/softmax_attention.h"
#include "kernels/cpu/storage.h"

namespace longhaul::kernels::cpu {

// Query rows in fp32, [tokens * group, head_dim], with their statistics.
struct GradientRows {
  int64_t head_dim = 0;
  int64_t tokens = 0;
  int64_t group = 1;
  float scale = 0;
  float* q = nullptr;
  float* dout = nullptr;
  float* lse = nullptr;    // [tokens * group]
  float* delta = nullptr;  // [tokens * group]
  float* p = nullptr;      // [tokens * group, kKeyBlock] scratch
  float* ds = nullptr;     // [tokens * group, kKeyBlock] scratch
};

// Where the rows come from: head g of token t starts t * token_stride + g * head_dim further.
struct GradientTensors {
  Storage storage = Storage::kF32;
  const void* q = nullptr;
  const void* dout = nullptr;
  const void* o = nullptr;
  int64_t token_stride = 0;
  const float* lse = nullptr;  // [tokens, group] lse_stride apart
  int64_t lse_stride = 0;
};

struct GradientKeys {
  int64_t count = 0;                    // keys, kKeyBlock at most
  int64_t visible = 0;                  // as in AttentionBlock
  const float* k_transposed = nullptr;  // [head_dim, kKeyBlock]
  const float* v_transposed = nullptr;  // [head_dim, kKeyBlock]
};

namespace avx2 {
void GradientLoad(const GradientRows& rows, const GradientTensors& tensors);
// Fills p and ds; pairs that do not see each other get 0.
void GradientWeights(const GradientRows& rows, const GradientKeys& keys);
// dq [tokens * group, head_dim] += ds k, k [count, head_dim]
void QueryGradient(const GradientRows& rows, const GradientKeys& keys, const float* k, float* dq);
// dk [count, head_dim] += ds^T q, dv [count, head_dim] += p^T dout
void KeyGradient(const GradientRows& rows, const GradientKeys& keys, float* dk, float* dv);
}  // namespace avx2
namespace avx512 {
void GradientLoad(const GradientRows& rows, const GradientTensors& tensors);
void GradientWeights(const GradientRows& rows, const GradientKeys& keys);
void QueryGradient(const GradientRows& rows, const GradientKeys& keys, const float* k, float* dq);
void KeyGradient(const GradientRows& rows, const GradientKeys& keys, float* dk, float* dv);
}  // namespace avx512

}  // namespace longhaul::kernels::cpu
