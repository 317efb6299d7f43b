// SPDX-License-Identifier: Apache-2.0
//
// Lightning attention of one head inside one chunk (kernels/lightning_attention.h has the
// formulas). Offsets count from the chunk's start; decay[t] = exp(-s t) for t = 0 .. chunk_size,
// and reversed[i] = decay[chunk_size - i].
#pragma once

#include <cstdint>

#include "kernels/cpu/storage.h"

namespace longhaul::kernels::cpu {

struct LightningDecay {
  const float* decay = nullptr;
  const float* reversed = nullptr;
  int64_t chunk_size = 0;
};

// o of rows [first, first + count) of the chunk. Order of an element of o: the state's rows, then
// the keys up to its own.
struct LightningOutputArgs {
  LightningDecay decay;
  int64_t head_dim = 0;
  int64_t first = 0;
  int64_t count = 0;
  Storage storage = Storage::kF32;  // of q and o
  const void* q = nullptr;          // [count] rows
  int64_t q_stride = 0;             // elements
  Storage key_storage = Storage::kF32;
  const void* k_transposed = nullptr;  // [head_dim, k_stride]: column j is key j of the chunk
  int64_t k_stride = 0;
  const void* v = nullptr;       // [first + count, head_dim]
  const float* state = nullptr;  // [head_dim, head_dim], null in the first chunk of a path
  void* o = nullptr;             // [count] rows
  int64_t o_stride = 0;
  float* scratch = nullptr;  // LightningOutputScratch floats
};
int64_t LightningOutputScratch(int64_t head_dim, int64_t chunk_size);

// The state `length` tokens after the chunk's start, 0 < length <= chunk_size:
//   next = exp(-s length) state + sum_j exp(-s (length - 1 - j)) k_j v_j^T
struct LightningUpdateArgs {
  LightningDecay decay;
  int64_t head_dim = 0;
  int64_t length = 0;
  Storage key_storage = Storage::kF32;
  const void* k_transposed = nullptr;
  int64_t k_stride = 0;
  const void* v = nullptr;
  const float* state = nullptr;  // null for zero
  float* next = nullptr;         // may be state
  float* scratch = nullptr;      // LightningUpdateScratch floats
};
int64_t LightningUpdateScratch(int64_t chunk_size);

namespace avx2 {
void LightningOutput(const LightningOutputArgs& args);
void LightningUpdate(const LightningUpdateArgs& args);
}  // namespace avx2
namespace avx512 {
void LightningOutput(const LightningOutputArgs& args);
void LightningUpdate(const LightningUpdateArgs& args);
}  // namespace avx512

}  // namespace longhaul::kernels::cpu
