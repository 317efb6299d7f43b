// SPDX-License-Identifier: Apache-2.0
//
// Token embedding: a table look-up, and its gradient (rows of the same token are added in token
// order).
#pragma once

#include <span>

#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

struct EmbeddingArgs {
  std::span<const int32_t> token_ids;  // [num_tokens], each in [0, vocab_size)
  TensorView table;                    // [vocab_size, hidden_size], fp32 or bf16
  MutableTensorView y;                 // [num_tokens, hidden_size], dtype of the table
};
void Embedding(Stream& stream, const EmbeddingArgs& args);

struct EmbeddingBackwardArgs {
  std::span<const int32_t> token_ids;
  TensorView dy;             // [num_tokens, hidden_size], fp32 or bf16
  MutableTensorView dtable;  // [vocab_size, hidden_size] fp32, added to
};
void EmbeddingBackward(Stream& stream, const EmbeddingBackwardArgs& args);

}  // namespace longhaul::kernels
