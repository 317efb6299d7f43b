// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/lightning_attention.h"

#include "kernels/cpu/pack_rows_inline.h"
#include "kernels/cpu/row_product.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

int64_t Least(int64_t a, int64_t b) { return a < b ? a : b; }

// Rows [row, row + rows) of the call, rows <= kProductRows.
template <typename T, typename K>
void OutputTile(const LightningOutputArgs& args, int64_t row, int64_t rows) {
  const int64_t d = args.head_dim;
  const int64_t first = args.first + row;
  const float* decay = args.decay.decay;
  float* q = args.scratch;
  float* decayed_q = q + kProductRows * d;
  float* o = decayed_q + kProductRows * d;
  float* scores = o + kProductRows * d;
  const int64_t scores_row = args.decay.chunk_size;
  const T* q_rows = static_cast<const T*>(args.q) + row * args.q_stride;
  for (int64_t r = 0; r < rows; ++r) CopyRow(q_rows + r * args.q_stride, q + r * d, d);
  if (args.state != nullptr) {
    for (int64_t r = 0; r < rows; ++r) {
      ScaleRow(q + r * d, decay[first + r + 1], decayed_q + r * d, d);
    }
    Multiply(Product<float>{decayed_q, d, 1, args.state, d, o, d, rows, d, d}, Start::kZero);
  } else {
    FillRow(o, 0.0f, rows * d);
  }
  Multiply(Product<K>{q, d, 1, static_cast<const K*>(args.k_transposed), args.k_stride, scores,
                      scores_row, rows, first + rows, d},
           Start::kZero);
  for (int64_t r = 0; r < rows; ++r) {
    const float* decay_to_row = args.decay.reversed + args.decay.chunk_size - (first + r);
    float* s = scores + r * scores_row;
    MultiplyRows(s, decay_to_row, s, first + r + 1);
  }
  MultiplyCausal(Product<K>{scores, scores_row, 1, static_cast<const K*>(args.v), d, o, d, rows, d,
                            first + rows},
                 CausalDepth{first + 1});
  T* o_rows = static_cast<T*>(args.o) + row * args.o_stride;
  for (int64_t r = 0; r < rows; ++r) CopyRow(o + r * d, o_rows + r * args.o_stride, d);
}

template <typename T, typename K>
void Output(const LightningOutputArgs& args) {
  for (int64_t row = 0; row < args.count; row += kProductRows) {
    OutputTile<T, K>(args, row, Least(kProductRows, args.count - row));
  }
}

template <typename K>
void Update(const LightningUpdateArgs& args) {
  const int64_t d = args.head_dim;
  const float* decay_to_end = args.decay.reversed + args.decay.chunk_size - (args.length - 1);
  for (int64_t row = 0; row < d; row += kProductRows) {
    const int64_t rows = Least(kProductRows, d - row);
    const K* keys = static_cast<const K*>(args.k_transposed) + row * args.k_stride;
    for (int64_t r = 0; r < rows; ++r) {
      MultiplyRows(keys + r * args.k_stride, decay_to_end, args.scratch + r * args.length,
                   args.length);
    }
    float* next = args.next + row * d;
    if (args.state != nullptr) {
      ScaleRow(args.state + row * d, args.decay.decay[args.length], next, rows * d);
    } else {
      FillRow(next, 0.0f, rows * d);
    }
    Multiply(Product<K>{args.scratch, args.length, 1, static_cast<const K*>(args.v), d, next, d,
                        rows, d, args.length},
             Start::kAdd);
  }
}

}  // namespace

void LightningOutput(const LightningOutputArgs& args) {
  const bool keys_f32 = args.key_storage == Storage::kF32;
  if (args.storage == Storage::kF32) {
    keys_f32 ? Output<float, float>(args) : Output<float, uint16_t>(args);
  } else {
    keys_f32 ? Output<uint16_t, float>(args) : Output<uint16_t, uint16_t>(args);
  }
}

void LightningUpdate(const LightningUpdateArgs& args) {
  args.key_storage == Storage::kF32 ? Update<float>(args) : Update<uint16_t>(args);
}

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
