// SPDX-License-Identifier: Apache-2.0
//
// Draws the next token of each row. A draw is a function of the row's logits and of (seed, prompt,
// sample, position) alone: one uniform of 53 bits, turned into a token by the inverse of the
// cumulative distribution over ascending ids in float64. Filters apply in the order temperature,
// top-k, top-p, min-p; the log-probs reported are of the distribution before filtering, so that
// they are the policy's.
#pragma once

#include <cstdint>
#include <span>

#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

struct SampleRow {
  float temperature = 1;  // 0 = greedy (the first of equal maxima)
  int32_t top_k = 0;      // 0 = off
  float top_p = 1;        // 1 = off
  float min_p = 0;        // 0 = off: keep p >= min_p * max p
  uint64_t key = 0;       // RandomKey(seed, kSampling)
  uint64_t prompt = 0;    // StableHash(uid)
  uint32_t sample = 0;    // index in the group
  uint32_t position = 0;  // path position of the token drawn
};

// A row whose logits hold NaN or +inf cannot be sampled: its token_id is -1 and its numbers are
// NaN, and the caller must end that sequence.
struct SampledToken {
  int32_t token_id = 0;
  float logprob = 0;  // untempered
  float tempered_logprob =
      0;  // at the row's temperature (untempered when greedy); what the trainer recomputes
  float entropy = 0;  // of the tempered distribution, nats
};

struct SampleArgs {
  TensorView logits;                // [n, vocab_size] fp32, untempered
  std::span<const SampleRow> rows;  // [n]
  std::span<SampledToken> tokens;   // [n]
};
void Sample(Stream& stream, const SampleArgs& args);

// Log-prob (untempered and tempered) and entropy of given tokens from the same logits, without
// drawing.
struct ScoreArgs {
  TensorView logits;                // [n, vocab_size] fp32
  std::span<const SampleRow> rows;  // only temperature is read
  std::span<SampledToken> tokens;   // token_id in, the rest out
};
void Score(Stream& stream, const ScoreArgs& args);

}  // namespace longhaul::kernels
