// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/lightning_attention_backward.h"

#include "kernels/cpu/pack_rows_inline.h"
#include "kernels/cpu/row_product.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

int64_t Least(int64_t a, int64_t b) { return a < b ? a : b; }

// Pieces of the scratch block; see LightningGradientScratch.
struct Work {
  float* scores;      // [chunk, chunk]: A
  float* gradients;   // [chunk, chunk]: P
  float* transposed;  // [head_dim, max(chunk, head_dim)]
  float* tile;        // [kProductRows, head_dim]
};

Work Cut(const LightningGradientArgs& args) {
  const int64_t chunk = args.decay.chunk_size, d = args.head_dim;
  Work work;
  work.scores = args.scratch;
  work.gradients = work.scores + chunk * chunk;
  work.transposed = work.gradients + chunk * chunk;
  work.tile = work.transposed + d * (chunk > d ? chunk : d);
  return work;
}

// out_ij = exp(-s (i - j)) (a_i . b_j) for j <= i, 0 above, for all j < end.
void DecayedScores(const LightningGradientArgs& args, const float* a, const float* b, float* out) {
  const int64_t d = args.head_dim, chunk = args.decay.chunk_size;
  const int64_t rows = args.end - args.first;
  float* transposed = Cut(args).transposed;
  Transpose(b, d, TransposeSize{args.end, d}, transposed, chunk);
  for (int64_t row = 0; row < rows; row += kProductRows) {
    const int64_t count = Least(kProductRows, rows - row);
    Multiply(Product<float>{a + row * d, d, 1, transposed, chunk, out + row * chunk, chunk, count,
                            args.first + row + count, d},
             Start::kZero);
  }
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t i = args.first + row;
    float* out_row = out + row * chunk;
    MultiplyRows(out_row, args.decay.reversed + chunk - i, out_row, i + 1);
    FillRow(out_row + i + 1, 0.0f, args.end - i - 1);
  }
}

void QueryGradient(const LightningGradientArgs& args, const Work& work) {
  const int64_t d = args.head_dim, chunk = args.decay.chunk_size;
  const int64_t rows = args.end - args.first;
  if (args.state != nullptr) Transpose(args.state, d, TransposeSize{d, d}, work.transposed, d);
  for (int64_t row = 0; row < rows; row += kProductRows) {
    const int64_t count = Least(kProductRows, rows - row);
    float* dq = args.dq + row * d;
    FillRow(dq, 0.0f, count * d);
    if (args.state != nullptr) {
      for (int64_t r = 0; r < count; ++r) {
        const float decay = args.decay.decay[args.first + row + r + 1];
        ScaleRow(args.dout + (row + r) * d, decay, work.tile + r * d, d);
      }
      Multiply(Product<float>{work.tile, d, 1, work.transposed, d, dq, d, count, d, d},
               Start::kZero);
    }
    Multiply(Product<float>{work.gradients + row * chunk, chunk, 1, args.k, d, dq, d, count, d,
                            args.first + row + count},
             Start::kAdd);
  }
}

// What flows into a key or a value: from the state at the end, and from the segment's rows.
struct KeyFlow {
  const float* other;         // [end, head_dim]: v for dk, k for dv
  const float* end_gradient;  // R^T for dk, R for dv, or null
  const float* weights;       // [end - first, chunk]: P for dk, A for dv
  const float* rows;          // [end - first, head_dim]: q for dk, dout for dv
  float* out;                 // [end, head_dim]
};

void KeyGradient(const LightningGradientArgs& args, const KeyFlow& flow, float* tile) {
  const int64_t d = args.head_dim, chunk = args.decay.chunk_size;
  const int64_t rows = args.end - args.first;
  for (int64_t j = 0; j < args.end; j += kProductRows) {
    const int64_t count = Least(kProductRows, args.end - j);
    float* out = flow.out + j * d;
    FillRow(out, 0.0f, count * d);
    if (flow.end_gradient != nullptr) {
      for (int64_t r = 0; r < count; ++r) {
        ScaleRow(flow.other + (j + r) * d, args.decay.decay[chunk - 1 - j - r], tile + r * d, d);
      }
      Multiply(Product<float>{tile, d, 1, flow.end_gradient, d, out, d, count, d, d}, Start::kZero);
    }
    // Rows before key j have weight 0.
    const int64_t skip = j > args.first ? j - args.first : 0;
    Multiply(Product<float>{flow.weights + skip * chunk + j, 1, chunk, flow.rows + skip * d, d, out,
                            d, count, d, rows - skip},
             Start::kAdd);
  }
}

void StartGradient(const LightningGradientArgs& args) {
  const int64_t d = args.head_dim, rows = args.end - args.first;
  for (int64_t r = 0; r < rows; ++r) {
    ScaleRow(args.q + r * d, args.decay.decay[args.first + r + 1], args.q + r * d, d);
  }
  if (args.end_gradient != nullptr) {
    ScaleRow(args.end_gradient, args.decay.decay[args.decay.chunk_size], args.start_gradient,
             d * d);
  } else {
    FillRow(args.start_gradient, 0.0f, d * d);
  }
  Multiply(Product<float>{args.q, 1, d, args.dout, d, args.start_gradient, d, d, d, rows},
           Start::kAdd);
}

}  // namespace

void LightningGradient(const LightningGradientArgs& args) {
  const int64_t d = args.head_dim;
  const Work work = Cut(args);
  DecayedScores(args, args.q, args.k, work.scores);
  DecayedScores(args, args.dout, args.v, work.gradients);
  QueryGradient(args, work);
  KeyGradient(args, {args.k, args.end_gradient, work.scores, args.dout, args.dv}, work.tile);
  const float* transposed = nullptr;
  if (args.end_gradient != nullptr) {
    Transpose(args.end_gradient, d, TransposeSize{d, d}, work.transposed, d);
    transposed = work.transposed;
  }
  KeyGradient(args, {args.v, transposed, work.gradients, args.q, args.dk}, work.tile);
  if (args.start_gradient != nullptr) StartGradient(args);
}

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
