// SPDX-License-Identifier: Apache-2.0
#include "trainer/loss/denominators.h"

#include "common/check.h"

namespace longhaul::trainer {

Denominators::Denominators(std::span<const int32_t> sequence_groups,
                           std::span<const int64_t> sequence_tokens)
    : sequence_groups_(sequence_groups.begin(), sequence_groups.end()),
      sequence_tokens_(sequence_tokens.begin(), sequence_tokens.end()) {
  CHECK_EQ(sequence_groups.size(), sequence_tokens.size());
  for (size_t i = 0; i < sequence_groups_.size(); ++i) {
    const size_t group = static_cast<size_t>(sequence_groups_[i]);
    CHECK_GE(sequence_groups_[i], 0);
    if (group >= group_tokens_.size()) group_tokens_.resize(group + 1, 0);
    group_tokens_[group] += sequence_tokens_[i];
    tokens_ += sequence_tokens_[i];
    if (sequence_tokens_[i] > 0) ++sequences_;
  }
  for (int64_t tokens : group_tokens_) {
    if (tokens > 0) ++groups_;
  }
}

double Denominators::TokenWeight(const AggregationSettings& aggregation, int32_t sequence) const {
  const double own = static_cast<double>(sequence_tokens_[sequence]);
  if (own == 0) return 0;
  const double group = static_cast<double>(group_tokens_[sequence_groups_[sequence]]);
  const double prompt_mean = 1 / (static_cast<double>(groups_) * group);
  const double sequence_mean = 1 / (static_cast<double>(sequences_) * own);
  switch (aggregation.type) {
    case LossAggregation::kPromptMean:
      return prompt_mean;
    case LossAggregation::kTokenMean:
      return 1 / static_cast<double>(tokens_);
    case LossAggregation::kSeqMeanTokenMean:
      return sequence_mean;
    case LossAggregation::kSeqMeanTokenSumNorm:
      return 1 / (static_cast<double>(sequences_) * aggregation.norm_length);
    case LossAggregation::kBlend:
      return (1 - aggregation.blend) * prompt_mean + aggregation.blend * sequence_mean;
  }
  return 0;
}

}  // namespace longhaul::trainer
