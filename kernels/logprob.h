// SPDX-License-Identifier: Apache-2.0
//
// The language-model head fused with log-softmax: log-prob of chosen tokens, entropy, and their
// gradient, in blocks of vocabulary; logits of [tokens, vocab] never exist.
//
//   x_v = (h . w_v) / temperature      lse = log sum_v exp(x_v)      logprob = x_y - lse entropy =
//   lse - sum_v p_v x_v
//
// Logits and everything after them are fp32. One function reduces a row block by block in a fixed
// order, and both this op and the sampler (kernels/sample.h) use it: the log-prob a token was
// sampled with and the one recomputed in training are the same bits.
#pragma once

#include <span>
#include <vector>

#include "common/tensor.h"
#include "kernels/matmul.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

// Columns of logits that are computed and reduced at a time.
inline constexpr int64_t kVocabBlock = 2048;

// The head weight [vocab_size, hidden_size], packed in blocks of kVocabBlock rows.
class PackedHead {
 public:
  enum class Use { kInference, kTraining };  // training also packs for the input gradient
  PackedHead() = default;
  PackedHead(int64_t vocab_size, int64_t hidden_size, DType compute_dtype, Use use);
  void Pack(Stream& stream, const TensorView& weight);
  int64_t vocab_size() const { return vocab_size_; }
  int64_t hidden_size() const { return hidden_size_; }
  DType compute_dtype() const { return compute_dtype_; }
  int64_t bytes() const;
  std::span<const PackedWeight> forward() const { return forward_; }
  std::span<const PackedWeight> backward() const { return backward_; }

 private:
  int64_t vocab_size_ = 0;
  int64_t hidden_size_ = 0;
  DType compute_dtype_ = DType::kF32;
  std::vector<PackedWeight> forward_;
  std::vector<PackedWeight> backward_;
};

// Full logits of a few rows, for the sampler. [rows, vocab_size] fp32, untempered.
struct HeadLogitsArgs {
  TensorView hidden;  // [num_tokens, hidden_size], fp32 or bf16 (cast to the head's compute dtype)
  std::span<const int32_t> rows;  // which tokens
  const PackedHead* head = nullptr;
  MutableTensorView logits;  // [rows, vocab_size] fp32
};
void HeadLogits(Stream& stream, const HeadLogitsArgs& args);

struct LogprobArgs {
  TensorView hidden;  // [num_tokens, hidden_size], fp32 or bf16
  std::span<const int32_t>
      rows;  // [n] the token whose hidden state predicts the target; may repeat
  std::span<const int32_t> targets;  // [n]
  const PackedHead* head = nullptr;
  float temperature = 1;
  MutableTensorView logprobs;  // [n] fp32
  MutableTensorView entropy;   // [n] fp32
  MutableTensorView lse;       // [n] fp32, kept for the backward
};
void Logprob(Stream& stream, const LogprobArgs& args);

// Gradient of sum_i dlogprobs[i] * logprobs[i] + dentropy[i] * entropy[i]. Redoes the logits block
// by block.
struct LogprobBackwardArgs {
  TensorView hidden;
  std::span<const int32_t> rows;
  std::span<const int32_t> targets;
  const PackedHead* head = nullptr;  // packed for training
  float temperature = 1;
  TensorView lse;             // [n]
  TensorView entropy;         // [n]
  TensorView dlogprobs;       // [n] fp32
  TensorView dentropy;        // [n] fp32, or empty
  MutableTensorView dhidden;  // [num_tokens, hidden_size] fp32, added to
  MutableTensorView dweight;  // [vocab_size, hidden_size] fp32, added to
};
void LogprobBackward(Stream& stream, const LogprobBackwardArgs& args);

}  // namespace longhaul::kernels
