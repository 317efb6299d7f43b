// SPDX-License-Identifier: Apache-2.0
//
// Gradients of one head through the rows a segment has in one chunk. Offsets count from the chunk's
// start; C is the chunk size, S the state at the start, R the gradient of the state at the end, i
// the segment's rows and j all rows of the path:
//
//   P_ij = exp(-s (i - j)) (dout_i . v_j)      A_ij = exp(-s (i - j)) (q_i . k_j)      for j <= i
//   dq_i = exp(-s (i + 1)) S dout_i + sum_j P_ij k_j
//   dk_j = exp(-s (C - 1 - j)) R v_j   + sum_i P_ij q_i
//   dv_j = exp(-s (C - 1 - j)) R^T k_j + sum_i A_ij dout_i
//   dS   = exp(-s C) R + sum_i exp(-s (i + 1)) q_i dout_i^T
#pragma once

#include <cstdint>

#include "kernels/cpu/lightning_attention.h"

namespace longhaul::kernels::cpu {

// All matrices are fp32 and dense, rows first.
struct LightningGradientArgs {
  LightningDecay decay;
  int64_t head_dim = 0;
  int64_t first = 0;                    // offset of the segment's first row
  int64_t end = 0;                      // offset behind its last
  float* q = nullptr;                   // [end - first, head_dim], overwritten
  const float* dout = nullptr;          // [end - first, head_dim]
  const float* k = nullptr;             // [end, head_dim]
  const float* v = nullptr;             // [end, head_dim]
  const float* state = nullptr;         // S [head_dim, head_dim], null for zero
  const float* end_gradient = nullptr;  // R [head_dim, head_dim], null for zero
  float* dq = nullptr;                  // [end - first, head_dim]
  float* dk = nullptr;                  // [end, head_dim]
  float* dv = nullptr;                  // [end, head_dim]
  float* start_gradient = nullptr;      // dS; null when nobody wants it; not end_gradient
  float* scratch = nullptr;             // LightningGradientScratch floats
};
int64_t LightningGradientScratch(int64_t head_dim, int64_t chunk_size);

namespace avx2 {
void LightningGradient(const LightningGradientArgs& args);
}  // namespace avx2
namespace avx512 {
void LightningGradient(const LightningGradientArgs& args);
}  // namespace avx512

}  // namespace longhaul::kernels::cpu
