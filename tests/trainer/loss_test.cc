// SPDX-License-Identifier: Apache-2.0
#include "trainer/loss/loss.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/trainer/loss_case.h"

namespace longhaul::trainer {
namespace {

class GoldenLossTest : public testing::TestWithParam<std::string> {};

double Scale(const std::vector<double>& values) {
  double largest = 0;
  for (double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

template <typename T>
void CheckLossAndGradient(const LossCase& golden, double tolerance) {
  const LossStreams<T> streams(golden);
  const LossResult<T> result =
      PolicyLoss<T>(golden.settings, streams.Inputs(), golden.denominators());
  EXPECT_NEAR(result.loss, golden.loss, tolerance * std::max(1.0, std::abs(golden.loss)));
  const double scale = Scale(golden.grad_logprob);
  ASSERT_EQ(result.dlogprobs.size(), golden.grad_logprob.size());
  for (size_t t = 0; t < golden.grad_logprob.size(); ++t) {
    EXPECT_NEAR(result.dlogprobs[t], golden.grad_logprob[t], tolerance * scale) << "token " << t;
  }
}

TEST_P(GoldenLossTest, Float64) { CheckLossAndGradient<double>(LossCase::Load(GetParam()), 1e-12); }

TEST_P(GoldenLossTest, Float32) { CheckLossAndGradient<float>(LossCase::Load(GetParam()), 1e-5); }

// Our sums, turned into the metrics of the golden files.
std::map<std::string, double> MetricsOf(const LossMetrics& m) {
  const double n = m.tokens;
  std::map<std::string, double> values = {{"tokens", n},
                                          {"ratio_mean", m.ratio / n},
                                          {"ratio_max", m.ratio_max},
                                          {"kl_old_k1", m.kl_old_k1 / n},
                                          {"kl_old_k3", m.kl_old_k3 / n}};
  if (m.ref_tokens > 0) {
    values["kl_ref_k1"] = m.kl_ref_k1 / n;
    values["kl_ref_k2"] = m.kl_ref_k2 / n;
    values["kl_ref_k3"] = m.kl_ref_k3 / n;
  }
  if (m.weight_tokens > 0) {
    values["cap_frac"] = m.cap / n;
    values["cap_frac_pos"] = m.cap_pos / n;
    values["cap_frac_neg"] = m.cap_neg / n;
    values["floor_frac"] = m.floor / n;
    values["clip_frac"] = (m.cap + m.floor) / n;
    values["weight_mean_clipped"] = m.weight / n;
    values["ess"] = m.ess();
    values["mask_dropped_frac"] = m.mask_dropped / n;
  } else {
    values["clip_frac"] = (m.clip_low + m.clip_high) / n;
    values["clip_frac_low"] = m.clip_low / n;
    values["clip_frac_high"] = m.clip_high / n;
  }
  if (m.rho_tokens > 0) {
    values["rho_mean"] = m.rho / n;
    values["rho_max"] = m.rho_max;
    values["rho_used_mean"] = m.rho_used / n;
    values["rho_oob_frac"] = m.rho_outside / n;
  }
  return values;
}

TEST_P(GoldenLossTest, Metrics) {
  const LossCase golden = LossCase::Load(GetParam());
  const LossStreams<double> streams(golden);
  const LossMetrics metrics =
      PolicyLoss<double>(golden.settings, streams.Inputs(), golden.denominators()).metrics;
  const std::map<std::string, double> values = MetricsOf(metrics);
  for (const auto& [name, value] : golden.metrics.members()) {
    if (name == "sequence_ratio") {
      ASSERT_EQ(value.size(), metrics.sequence_ratios.size());
      for (size_t i = 0; i < value.size(); ++i) {
        EXPECT_NEAR(metrics.sequence_ratios[i], value.items()[i].AsDouble().value(), 1e-12);
      }
      continue;
    }
    ASSERT_TRUE(values.contains(name)) << name;
    const double expected = value.AsDouble().value();
    EXPECT_NEAR(values.at(name), expected, 1e-10 * std::max(1.0, std::abs(expected))) << name;
  }
}

// One micro-batch a sequence, in reverse order, must add up to the whole.
TEST_P(GoldenLossTest, MicroBatchesAddUp) {
  const LossCase golden = LossCase::Load(GetParam());
  const LossStreams<double> streams(golden);
  double loss = 0;
  LossMetrics metrics;
  std::vector<double> gradient;
  for (int32_t sequence = static_cast<int32_t>(golden.groups.size()) - 1; sequence >= 0;
       --sequence) {
    const LossStreams<double> part = streams.Select({sequence});
    const LossResult<double> result =
        PolicyLoss<double>(golden.settings, part.Inputs(), golden.denominators());
    loss += result.loss;
    metrics.Merge(result.metrics);
    gradient.insert(gradient.begin(), result.dlogprobs.begin(), result.dlogprobs.end());
  }
  EXPECT_NEAR(loss, golden.loss, 1e-12 * std::max(1.0, std::abs(golden.loss)));
  for (size_t t = 0; t < gradient.size(); ++t) {
    EXPECT_NEAR(gradient[t], golden.grad_logprob[t], 1e-12 * Scale(golden.grad_logprob));
  }
  EXPECT_EQ(metrics.tokens, golden.metrics.GetDouble("tokens").value());
}

INSTANTIATE_TEST_SUITE_P(All, GoldenLossTest, testing::ValuesIn(LossCasePaths()),
                         [](const auto& info) {
                           std::string name = info.param.substr(info.param.rfind('/') + 1);
                           name.resize(name.size() - 5);
                           for (char& c : name) c = std::isalnum(c) ? c : '_';
                           return name;
                         });

LossCase General() {
  return LossCase::Load(std::string(LONGHAUL_SOURCE_DIR) + "/tests/golden/losses/grpo-kl.json");
}

// The gradient of the surrogates is that of their value, so central differences must give it.
void CheckFiniteDifferences(const LossSettings& settings) {
  const LossCase golden = General();
  LossStreams<double> streams(golden);
  for (size_t t = 0; t < golden.sequences.size(); ++t) {
    streams.values["entropy"].push_back(0.5 + 0.01 * static_cast<double>(t));
  }
  const Denominators denominators = golden.denominators();
  const LossResult<double> result = PolicyLoss<double>(settings, streams.Inputs(), denominators);
  const double step = 1e-6;
  for (size_t t = 0; t < golden.sequences.size(); ++t) {
    double loss[2];
    for (int side = 0; side < 2; ++side) {
      LossStreams<double> moved = streams;
      moved.values["logprob"][t] += side == 0 ? -step : step;
      loss[side] = PolicyLoss<double>(settings, moved.Inputs(), denominators).loss;
    }
    EXPECT_NEAR(result.dlogprobs[t], (loss[1] - loss[0]) / (2 * step), 1e-8) << "token " << t;
    if (settings.entropy_coef == 0) continue;
    LossStreams<double> moved = streams;
    moved.values["entropy"][t] += step;
    const double change = PolicyLoss<double>(settings, moved.Inputs(), denominators).loss;
    EXPECT_NEAR(result.dentropies[t], (change - result.loss) / step, 1e-8) << "token " << t;
  }
}

TEST(LossGradientTest, MatchesFiniteDifferences) {
  for (LossType type : {LossType::kGrpo, LossType::kDapo, LossType::kGspo}) {
    for (KlType kl : {KlType::kK1, KlType::kK2, KlType::kK3}) {
      AlgorithmConfig config;
      config.loss.type = type;
      config.kl = {.coef = 0.05, .type = kl};
      config.entropy_coef = 0.01;
      SCOPED_TRACE(static_cast<int>(type));
      CheckFiniteDifferences(ResolveLoss(config, 16));
    }
  }
}

// cispo and reinforce hold their weights constant: with the ratios frozen at one (an unreachable
// window on both sides) the value is linear in logprob, and differences give the gradient.
TEST(LossGradientTest, WeightedLikelihoodMatchesFiniteDifferences) {
  AlgorithmConfig config;
  config.loss.type = LossType::kCispo;
  LossSettings settings = ResolveLoss(config, 16);
  settings.ratio_min = settings.ratio_max = 1.5;
  settings.aggregation = {.type = LossAggregation::kBlend, .norm_length = 1, .blend = 0.3};
  CheckFiniteDifferences(settings);
  config.loss.type = LossType::kReinforce;
  CheckFiniteDifferences(ResolveLoss(config, 16));
}

TEST(LossTest, BlendIsTheConvexMix) {
  const LossCase golden = General();
  const LossStreams<double> streams(golden);
  const auto loss = [&](LossAggregation type, double blend) {
    LossSettings settings = golden.settings;
    settings.kl_coef = 0;
    settings.aggregation = {.type = type, .norm_length = 1, .blend = blend};
    return PolicyLoss<double>(settings, streams.Inputs(), golden.denominators()).loss;
  };
  const double prompt = loss(LossAggregation::kPromptMean, 0);
  const double sequence = loss(LossAggregation::kSeqMeanTokenMean, 0);
  EXPECT_NE(prompt, sequence);
  EXPECT_NEAR(loss(LossAggregation::kBlend, 0.25), 0.75 * prompt + 0.25 * sequence, 1e-14);
}

TEST(LossTest, SequenceMaskSilencesWholeSequences) {
  LossCase golden = General();
  golden.settings = ResolveLoss(AlgorithmConfig(), 16);
  golden.settings.correction = {.type = CorrectionType::kSeqMaskTis, .min = 0.9, .max = 1.1};
  // Sequence 0 was sampled from a policy far away, sequence 1 from the same one up to one token.
  for (size_t t = 0; t < golden.sequences.size(); ++t) {
    const double gap = golden.sequences[t] == 0 ? 0.5 : 0;
    golden.streams["rollout_logprob"][t] = golden.streams["old_logprob"][t] - gap;
  }
  size_t outlier = 0;
  while (golden.sequences[outlier] != 1 || !golden.loss_mask[outlier]) ++outlier;
  golden.streams["rollout_logprob"][outlier] = golden.streams["old_logprob"][outlier] - 0.3;
  const LossStreams<double> streams(golden);
  const auto masked = PolicyLoss<double>(golden.settings, streams.Inputs(), golden.denominators());
  LossSettings plain_settings = golden.settings;
  plain_settings.correction = {};
  const auto plain = PolicyLoss<double>(plain_settings, streams.Inputs(), golden.denominators());
  for (size_t t = 0; t < golden.sequences.size(); ++t) {
    double factor = golden.sequences[t] == 0 ? 0 : 1;
    if (t == outlier) factor = std::exp(0.3);  // kept, and not truncated
    EXPECT_NEAR(masked.dlogprobs[t], factor * plain.dlogprobs[t], 1e-12) << "token " << t;
  }
}

TEST(LossTest, CispoKeepsAGradientOutsideTheWindow) {
  const LossCase golden = LossCase::Load(std::string(LONGHAUL_SOURCE_DIR) +
                                         "/tests/golden/losses/cispo-extreme-ratios.json");
  const LossStreams<float> streams(golden);
  const auto result = PolicyLoss<float>(golden.settings, streams.Inputs(), golden.denominators());
  EXPECT_GT(result.metrics.cap, 0);
  for (size_t t = 0; t < golden.sequences.size(); ++t) {
    const double ratio =
        std::exp(golden.streams.at("logprob")[t] - golden.streams.at("old_logprob")[t]);
    if (golden.loss_mask[t] && ratio > 5 && golden.streams.at("advantage")[t] != 0) {
      EXPECT_NE(result.dlogprobs[t], 0) << "token " << t;
    }
  }
}

}  // namespace
}  // namespace longhaul::trainer
