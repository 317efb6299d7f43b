// SPDX-License-Identifier: Apache-2.0
//
// Section `algorithm` of a run: loss, advantages, correction, KL. Windows are written absolute
// (is_weight_min / is_weight_max: the importance ratio lies in [min, max]) or as deltas from one
// (eps_clip_low / eps_clip_high: [1 - low, 1 + high]); never both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/config_visitor.h"

namespace longhaul::trainer {

enum class LossType { kCispo, kGrpo, kDapo, kGspo, kReinforce };
inline std::vector<EnumName> EnumNames(LossType) {
  return {{"cispo", int(LossType::kCispo)},
          {"grpo", int(LossType::kGrpo)},
          {"dapo", int(LossType::kDapo)},
          {"gspo", int(LossType::kGspo)},
          {"reinforce", int(LossType::kReinforce)}};
}

enum class LossAggregation {
  kPromptMean,  // tokens of the group in the denominator, then the mean over groups (M1 Eq. 4)
  kTokenMean,   // all tokens of the optimizer step in one denominator
  kSeqMeanTokenMean,     // mean over sequences of their token means
  kSeqMeanTokenSumNorm,  // mean over sequences of token sums over a fixed length
  kBlend,                // (1 - blend) prompt_mean + blend seq_mean_token_mean
};
inline std::vector<EnumName> EnumNames(LossAggregation) {
  return {{"prompt_mean", int(LossAggregation::kPromptMean)},
          {"token_mean", int(LossAggregation::kTokenMean)},
          {"seq_mean_token_mean", int(LossAggregation::kSeqMeanTokenMean)},
          {"seq_mean_token_sum_norm", int(LossAggregation::kSeqMeanTokenSumNorm)},
          {"blend", int(LossAggregation::kBlend)}};
}

// Whose probability the importance ratio divides by.
enum class Anchor { kOld, kRollout };
inline std::vector<EnumName> EnumNames(Anchor) {
  return {{"old", int(Anchor::kOld)}, {"rollout", int(Anchor::kRollout)}};
}

enum class CorrectionType {
  kNone,
  kTis,         // rho clipped to [min, max]
  kIcepop,      // rho inside [min, max], else the token is silenced
  kSeqMaskTis,  // rho, and a sequence whose geometric mean of rho leaves [min, max] is silenced
};
inline std::vector<EnumName> EnumNames(CorrectionType) {
  return {{"none", int(CorrectionType::kNone)},
          {"tis", int(CorrectionType::kTis)},
          {"icepop", int(CorrectionType::kIcepop)},
          {"seq_mask_tis", int(CorrectionType::kSeqMaskTis)}};
}

enum class KlType { kK1, kK2, kK3 };
inline std::vector<EnumName> EnumNames(KlType) {
  return {{"k1", int(KlType::kK1)}, {"k2", int(KlType::kK2)}, {"k3", int(KlType::kK3)}};
}

struct LossConfig {
  LossType type = LossType::kCispo;
  std::optional<double> is_weight_min = std::nullopt;
  std::optional<double> is_weight_max = std::nullopt;
  std::optional<double> eps_clip_low = std::nullopt;
  std::optional<double> eps_clip_high = std::nullopt;
  std::optional<double> mask_eps_low = std::nullopt;
  std::optional<double> mask_eps_high = std::nullopt;
  bool importance_sampling = false;
  std::optional<LossAggregation> loss_agg = std::nullopt;
  std::optional<double> blend = std::nullopt;
  std::optional<int64_t> norm_length = std::nullopt;
  Anchor anchor = Anchor::kOld;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("type", type, {.doc = "the objective"});
    v.Field("is_weight_min", is_weight_min,
            {.min = 0, .doc = "lowest ratio, absolute; default by type"});
    v.Field("is_weight_max", is_weight_max,
            {.above = 0, .doc = "highest ratio, absolute; default by type"});
    v.Field("eps_clip_low", eps_clip_low, {.min = 0, .doc = "is_weight_min = 1 - this"});
    v.Field("eps_clip_high", eps_clip_high, {.min = 0, .doc = "is_weight_max = 1 + this"});
    v.Field(
        "mask_eps_low", mask_eps_low,
        {.min = 0, .doc = "M1 Eq. 7: no gradient below 1 - this where the advantage is negative"});
    v.Field(
        "mask_eps_high", mask_eps_high,
        {.min = 0, .doc = "M1 Eq. 7: no gradient above 1 + this where the advantage is positive"});
    v.Field("importance_sampling", importance_sampling, {.doc = "reinforce: weight by the ratio"});
    v.Field("loss_agg", loss_agg, {.doc = "how token losses are averaged; default by type"});
    v.Field(
        "blend", blend,
        {.min = 0, .max = 1, .doc = "share of the sequence mean in loss_agg: blend; default: 0.5"});
    v.Field("norm_length", norm_length, {.min = 1, .doc = "tokens, of seq_mean_token_sum_norm"});
    v.Field("anchor", anchor, {.doc = "whose probability the ratio divides by"});
  }
};

struct CorrectionConfig {
  CorrectionType type = CorrectionType::kNone;
  double min = 0;
  double max = 2;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("type", type, {.doc = "how rho enters the loss"});
    v.Field("min", min, {.min = 0, .doc = "lowest rho = exp(old - rollout)"});
    v.Field("max", max, {.above = 0, .doc = "highest rho"});
  }
};

struct KlConfig {
  double coef = 0;
  KlType type = KlType::kK3;
  bool in_reward = false;
  bool acknowledge_with_cispo = false;

  // Whether there is a KL term, and where it goes: with coef 0 nowhere.
  bool uses_reference() const { return coef > 0; }
  bool lowers_reward() const { return uses_reference() && in_reward; }
  double loss_coef() const { return in_reward ? 0 : coef; }

  template <typename V>
  void VisitFields(V& v) {
    v.Field("coef", coef, {.min = 0, .doc = "weight of the KL to the frozen reference"});
    v.Field("type", type, {.doc = "estimator of the KL"});
    v.Field("in_reward", in_reward, {.doc = "subtract it from the reward, not add it to the loss"});
    v.Field("acknowledge_with_cispo", acknowledge_with_cispo,
            {.doc = "M1 has no KL term: cispo with coef > 0 needs this"});
  }
};

enum class AdvantageEstimator {
  kGrpo,            // (r - mean) / (std + eps) in the group
  kMean,            // r - mean
  kRloo,            // r - mean of the others
  kBatch,           // (r - mean of the group) / (std of those over the batch + eps)
  kBatchRewardStd,  // (r - mean of the group) / (std of rewards over the batch + eps)
};
inline std::vector<EnumName> EnumNames(AdvantageEstimator) {
  return {{"grpo", int(AdvantageEstimator::kGrpo)},
          {"mean", int(AdvantageEstimator::kMean)},
          {"rloo", int(AdvantageEstimator::kRloo)},
          {"batch", int(AdvantageEstimator::kBatch)},
          {"batch_reward_std", int(AdvantageEstimator::kBatchRewardStd)}};
}

enum class StdKind { kPopulation, kSample };
inline std::vector<EnumName> EnumNames(StdKind) {
  return {{"population", int(StdKind::kPopulation)}, {"sample", int(StdKind::kSample)}};
}

struct AlgorithmConfig {
  LossConfig loss;
  AdvantageEstimator adv_estimator = AdvantageEstimator::kGrpo;
  StdKind adv_std = StdKind::kPopulation;
  double adv_eps = 1e-6;
  std::optional<CorrectionConfig> rollout_correction = std::nullopt;
  KlConfig kl;
  double entropy_coef = 0;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("loss", loss, {.doc = "the policy loss"});
    v.Field("adv_estimator", adv_estimator, {.doc = "how rewards become advantages"});
    v.Field("adv_std", adv_std, {.doc = "standard deviation over n, or over n - 1"});
    v.Field("adv_eps", adv_eps, {.min = 0, .doc = "added to the standard deviation"});
    v.Field("rollout_correction", rollout_correction,
            {.doc = "weight of the difference between sampler and trainer"});
    v.Field("kl", kl, {.doc = "KL term to a frozen reference"});
    v.Field("entropy_coef", entropy_coef, {.min = 0, .doc = "weight of the entropy bonus"});
  }
};

}  // namespace longhaul::trainer
