// SPDX-License-Identifier: Apache-2.0
//
// What the policy losses compute on and give back. A loss is a pure function of named per-token
// streams; the formulas stand in the header of each loss. Everything is minimised.
//
//   importance_ratio r = exp(logprobs - anchor), anchor = old_logprobs or rollout_logprobs
//   rho = exp(old_logprobs - rollout_logprobs)
//   loss = sum over tokens with loss_mask of TokenWeight(sequence) * (rho_used * l + kl + entropy)
//
// where rho_used, the weight of the rollout correction, is held constant. T is float or double.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "common/metrics.h"
#include "trainer/loss/denominators.h"
#include "trainer/loss/loss_config.h"

namespace longhaul::trainer {

// Loss settings with every default and alias resolved.
struct LossSettings {
  LossType type = LossType::kCispo;
  double ratio_min = 0;  // absolute
  double ratio_max = 5;
  double mask_min = -std::numeric_limits<double>::infinity();  // M1 Eq. 7: 1 - mask_eps_low
  double mask_max = std::numeric_limits<double>::infinity();   // 1 + mask_eps_high
  bool importance_sampling = false;                            // kReinforce
  Anchor anchor = Anchor::kOld;
  AggregationSettings aggregation;
  CorrectionConfig correction;
  double kl_coef = 0;
  KlType kl_type = KlType::kK3;
  double entropy_coef = 0;
};
// `max_response_length`: the longest window of the run, which seq_mean_token_sum_norm divides by
// unless told, in every stage.
LossSettings ResolveLoss(const AlgorithmConfig& config, int64_t max_response_length);

template <typename T>
struct LossInputs {
  std::span<const T> logprobs;          // [num_tokens]
  std::span<const T> old_logprobs;      // [num_tokens]
  std::span<const T> rollout_logprobs;  // [num_tokens]
  std::span<const T> ref_logprobs;      // [num_tokens] or empty
  std::span<const T> entropies;         // [num_tokens] or empty
  std::span<const T> advantages;        // [num_tokens]
  std::span<const uint8_t> loss_mask;   // [num_tokens]; other streams are not read where it is 0
  // [num_tokens], index into the denominators. The tokens of a sequence are all here, side by side.
  std::span<const int32_t> sequences;

  int64_t num_tokens() const { return static_cast<int64_t>(logprobs.size()); }
};

// Sums over masked tokens. Micro-batches merge; means are taken once, in Report.
struct LossMetrics {
  double tokens = 0;
  double ratio = 0, ratio_squared = 0, ratio_max = 0;
  double kl_old_k1 = 0, kl_old_k3 = 0;  // mean(old - new), mean(r - 1 - log r)
  double kl_ref_k1 = 0, kl_ref_k2 = 0, kl_ref_k3 = 0;
  double entropy = 0;
  double ref_tokens = 0, entropy_tokens = 0;
  // cispo: the ratio against its window
  double weight_tokens = 0;
  double cap = 0, cap_pos = 0, cap_neg = 0, floor = 0;
  double weight = 0, weight_squared = 0;  // clipped
  double mask_dropped = 0;
  double grad_mass = 0, capped_grad_mass = 0;  // |weight * advantage|
  // grpo, dapo, gspo
  double clip_low = 0, clip_high = 0;
  // rollout correction
  double rho_tokens = 0, rho = 0, rho_max = 0, rho_used = 0, rho_outside = 0;
  std::vector<float> ratios;            // for percentiles
  std::vector<double> sequence_ratios;  // gspo, in order
  std::vector<double> rho_geo_means;    // one a sequence, with a correction

  void Merge(const LossMetrics& other);
  double ess() const;  // (sum w)^2 / (N sum w^2)
  void Report(const LossSettings& settings, MetricSet& metrics) const;
};

template <typename T>
struct LossResult {
  double loss = 0;
  std::vector<T> dlogprobs;   // [num_tokens], 0 under the mask
  std::vector<T> dentropies;  // [num_tokens], or empty without entropy_coef
  LossMetrics metrics;
};

// The whole loss: correction, policy term, KL, entropy, metrics.
template <typename T>
LossResult<T> PolicyLoss(const LossSettings& settings, const LossInputs<T>& inputs,
                         const Denominators& denominators);

// r of token t.
template <typename T>
T ImportanceRatio(const LossSettings& settings, const LossInputs<T>& inputs, int64_t t);

// [begin, end) of each sequence, in order.
struct SequenceRange {
  int32_t sequence = 0;
  int64_t begin = 0;
  int64_t end = 0;
};
std::vector<SequenceRange> SequenceRanges(std::span<const int32_t> sequences);

}  // namespace longhaul::trainer
