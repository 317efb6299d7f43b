// SPDX-License-Identifier: Apache-2.0
//
// Denominators: what the token losses of one optimizer step are divided by. They are counted once
// over the whole minibatch, before anything is packed, so no micro-batch split, packing order or
// number of ranks changes the loss.
//
// blend is M1's late-stage mix of a token-normalised and a sample-level loss (arXiv 2506.13585
// names it and gives no formula): here the convex mix
//   (1 - blend) * prompt_mean + blend * seq_mean_token_mean
// of the weights, so that every token's weight lies between those of the two.
//
// A sequence without a masked token, and a group without one, is in no denominator. Tokens that a
// window, a mask or a zero advantage silences stay in theirs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/loss/loss_config.h"

namespace longhaul::trainer {

struct AggregationSettings {
  LossAggregation type = LossAggregation::kPromptMean;
  double norm_length = 1;  // tokens, of kSeqMeanTokenSumNorm
  double blend = 0;        // of kBlend
};

class Denominators {
 public:
  Denominators() = default;
  // sequence_groups: group of each sequence, from 0. sequence_tokens: its masked tokens.
  Denominators(std::span<const int32_t> sequence_groups, std::span<const int64_t> sequence_tokens);

  // What the loss of each token of this sequence is multiplied by. 0 for an empty sequence.
  double TokenWeight(const AggregationSettings& aggregation, int32_t sequence) const;

  int64_t tokens() const { return tokens_; }
  int64_t sequences() const { return sequences_; }  // with a masked token
  int64_t groups() const { return groups_; }        // with a masked token
  int64_t sequence_tokens(int32_t sequence) const { return sequence_tokens_[sequence]; }

 private:
  std::vector<int32_t> sequence_groups_;
  std::vector<int64_t> sequence_tokens_;
  std::vector<int64_t> group_tokens_;
  int64_t tokens_ = 0;
  int64_t sequences_ = 0;
  int64_t groups_ = 0;
};

}  // namespace longhaul::trainer
