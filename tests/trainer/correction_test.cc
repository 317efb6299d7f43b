// SPDX-License-Identifier: Apache-2.0
//
// Rollout correction and blended aggregation against numbers worked out by hand.
#include "trainer/loss/correction.h"

#include <gtest/gtest.h>

#include <cmath>

namespace longhaul::trainer {
namespace {

// Two sequences of group 0 with 2 and 3 masked tokens, one of group 1 with 1.
struct HandCase {
  std::vector<double> logprobs = std::vector<double>(7, -1.0);
  std::vector<double> old_logprobs = std::vector<double>(7, -1.0);
  // log rho = old - rollout. Sequence 0: ln 2, ln 0.5: geometric mean 1. Sequence 1: three times
  // ln 1.5, with an absurd value under the mask. Sequence 2: ln 0.4.
  std::vector<double> log_rho = {std::log(2.0), std::log(0.5), std::log(1.5), std::log(1.5),
                                 50.0,          std::log(1.5), std::log(0.4)};
  std::vector<double> rollout_logprobs = std::vector<double>(7);
  std::vector<double> advantages = {1, 1, 1, 1, 1, 1, 1};
  std::vector<uint8_t> loss_mask = {1, 1, 1, 1, 0, 1, 1};
  std::vector<int32_t> sequences = {0, 0, 1, 1, 1, 1, 2};
  Denominators denominators{std::vector<int32_t>{0, 0, 1}, std::vector<int64_t>{2, 3, 1}};

  HandCase() {
    for (size_t t = 0; t < 7; ++t) rollout_logprobs[t] = old_logprobs[t] - log_rho[t];
  }
  LossInputs<double> Inputs() const {
    LossInputs<double> inputs;
    inputs.logprobs = logprobs;
    inputs.old_logprobs = old_logprobs;
    inputs.rollout_logprobs = rollout_logprobs;
    inputs.advantages = advantages;
    inputs.loss_mask = loss_mask;
    inputs.sequences = sequences;
    return inputs;
  }
  std::vector<double> Used(CorrectionType type, double min, double max) const {
    LossSettings settings;
    settings.correction = {.type = type, .min = min, .max = max};
    LossMetrics metrics;
    return RolloutCorrection(settings, Inputs(), &metrics);
  }
};

void ExpectNear(const std::vector<double>& values, const std::vector<double>& expected) {
  ASSERT_EQ(values.size(), expected.size());
  for (size_t t = 0; t < values.size(); ++t) EXPECT_NEAR(values[t], expected[t], 1e-14) << t;
}

TEST(CorrectionTest, SeqMaskTisKeepsOrSilencesWholeSequences) {
  const HandCase hand;
  // Sequence 0 stays although both its tokens are outside; 1.5 and 0.4 are outside.
  ExpectNear(hand.Used(CorrectionType::kSeqMaskTis, 0.8, 1.25), {2, 0.5, 0, 0, 1, 0, 0});
  // Bounds are inclusive up to rounding, and rho is not truncated.
  ExpectNear(hand.Used(CorrectionType::kSeqMaskTis, 0.39, 1.51), {2, 0.5, 1.5, 1.5, 1, 1.5, 0.4});
}

TEST(CorrectionTest, TokenRulesLookAtTokens) {
  const HandCase hand;
  ExpectNear(hand.Used(CorrectionType::kIcepop, 0.8, 1.6), {0, 0, 1.5, 1.5, 1, 1.5, 0});
  ExpectNear(hand.Used(CorrectionType::kTis, 0.45, 1.25), {1.25, 0.5, 1.25, 1.25, 1, 1.25, 0.45});
}

TEST(CorrectionTest, SeqMaskTisInTheLoss) {
  const HandCase hand;
  LossSettings settings;
  settings.type = LossType::kReinforce;
  settings.aggregation = {.type = LossAggregation::kTokenMean};
  settings.correction = {.type = CorrectionType::kSeqMaskTis, .min = 0.8, .max = 1.25};
  const LossResult<double> result = PolicyLoss<double>(settings, hand.Inputs(), hand.denominators);
  // -(2 + 0.5) * logprob / 6 with logprob -1: silenced tokens stay in the denominator.
  EXPECT_NEAR(result.loss, 2.5 / 6, 1e-14);
  ExpectNear(result.dlogprobs, {-2.0 / 6, -0.5 / 6, 0, 0, 0, 0, 0});
}

TEST(BlendTest, WeighsTokensBetweenPromptAndSequenceMean) {
  const HandCase hand;
  const AggregationSettings blend{.type = LossAggregation::kBlend, .norm_length = 1, .blend = 0.25};
  // prompt_mean: 1 / (2 groups * 5 tokens) and 1 / (2 * 1); sequence mean: 1 / (3 sequences * n).
  EXPECT_NEAR(hand.denominators.TokenWeight(blend, 0), 0.75 / 10 + 0.25 / 6, 1e-15);
  EXPECT_NEAR(hand.denominators.TokenWeight(blend, 1), 0.75 / 10 + 0.25 / 9, 1e-15);
  EXPECT_NEAR(hand.denominators.TokenWeight(blend, 2), 0.75 / 2 + 0.25 / 3, 1e-15);
  // The weights of all tokens add up to one under either, so they do under the mix.
  EXPECT_NEAR(2 * hand.denominators.TokenWeight(blend, 0) +
                  3 * hand.denominators.TokenWeight(blend, 1) +
                  hand.denominators.TokenWeight(blend, 2),
              1, 1e-14);
}

}  // namespace
}  // namespace longhaul::trainer
