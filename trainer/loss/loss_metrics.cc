// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "trainer/loss/loss.h"

namespace longhaul::trainer {
namespace {

void AddShare(MetricSet& metrics, std::string_view name, double sum, double count) {
  if (count > 0) metrics.AddMean(name, sum / count, count);
}

double MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

void LossMetrics::Merge(const LossMetrics& other) {
  tokens += other.tokens;
  ratio += other.ratio;
  ratio_squared += other.ratio_squared;
  ratio_max = std::max(ratio_max, other.ratio_max);
  kl_old_k1 += other.kl_old_k1;
  kl_old_k3 += other.kl_old_k3;
  kl_ref_k1 += other.kl_ref_k1;
  kl_ref_k2 += other.kl_ref_k2;
  kl_ref_k3 += other.kl_ref_k3;
  entropy += other.entropy;
  ref_tokens += other.ref_tokens;
  entropy_tokens += other.entropy_tokens;
  weight_tokens += other.weight_tokens;
  cap += other.cap;
  cap_pos += other.cap_pos;
  cap_neg += other.cap_neg;
  floor += other.floor;
  weight += other.weight;
  weight_squared += other.weight_squared;
  mask_dropped += other.mask_dropped;
  grad_mass += other.grad_mass;
  capped_grad_mass += other.capped_grad_mass;
  clip_low += other.clip_low;
  clip_high += other.clip_high;
  rho_tokens += other.rho_tokens;
  rho += other.rho;
  rho_max = std::max(rho_max, other.rho_max);
  rho_used += other.rho_used;
  rho_outside += other.rho_outside;
  ratios.insert(ratios.end(), other.ratios.begin(), other.ratios.end());
  sequence_ratios.insert(sequence_ratios.end(), other.sequence_ratios.begin(),
                         other.sequence_ratios.end());
  rho_geo_means.insert(rho_geo_means.end(), other.rho_geo_means.begin(), other.rho_geo_means.end());
}

double LossMetrics::ess() const {
  return weight_squared > 0 ? weight * weight / (weight_tokens * weight_squared) : 1;
}

void LossMetrics::Report(const LossSettings& settings, MetricSet& metrics) const {
  if (tokens == 0) return;
  metrics.AddMean("policy/kl_old", kl_old_k1 / tokens, tokens);
  metrics.AddMean("policy/kl_old_k3", kl_old_k3 / tokens, tokens);
  metrics.AddMean("policy/ratio_mean", ratio / tokens, tokens);
  metrics.AddMax("policy/ratio_max", ratio_max);
  const double mean = ratio / tokens;
  metrics.SetLast("policy/ratio_std",
                  std::sqrt(std::max(0.0, ratio_squared / tokens - mean * mean)));
  std::vector<double> sorted(ratios.begin(), ratios.end());
  std::sort(sorted.begin(), sorted.end());
  metrics.SetLast("policy/ratio_p99", Percentile(sorted, 0.99));
  AddShare(metrics, "policy/entropy", entropy, entropy_tokens);
  AddShare(metrics, "policy/kl_ref_k1", kl_ref_k1, ref_tokens);
  AddShare(metrics, "policy/kl_ref_k2", kl_ref_k2, ref_tokens);
  AddShare(metrics, "policy/kl_ref_k3", kl_ref_k3, ref_tokens);
  if (settings.type == LossType::kCispo) {
    metrics.AddMean("cispo/cap_frac", cap / tokens, tokens);
    metrics.AddMean("cispo/cap_frac_pos", cap_pos / tokens, tokens);
    metrics.AddMean("cispo/cap_frac_neg", cap_neg / tokens, tokens);
    metrics.AddMean("cispo/floor_frac", floor / tokens, tokens);
    metrics.AddMean("cispo/weight_mean_raw", ratio / tokens, tokens);
    metrics.AddMean("cispo/weight_mean_clipped", weight / tokens, tokens);
    AddShare(metrics, "cispo/capped_grad_share", capped_grad_mass, grad_mass);
    metrics.AddMean("policy/ess", ess(), tokens);
    if (std::isfinite(settings.mask_max) || std::isfinite(settings.mask_min)) {
      metrics.AddMean("cispo/mask_dropped_frac", mask_dropped / tokens, tokens);
    }
  } else if (settings.type != LossType::kReinforce) {
    metrics.AddMean("policy/clip_frac_low", clip_low / tokens, tokens);
    metrics.AddMean("policy/clip_frac_high", clip_high / tokens, tokens);
  }
  if (rho_tokens > 0) {
    metrics.AddMean("mismatch/rho_mean", rho / rho_tokens, rho_tokens);
    metrics.AddMax("mismatch/rho_max", rho_max);
    metrics.AddMean("mismatch/rho_used_mean", rho_used / rho_tokens, rho_tokens);
    metrics.AddMean("mismatch/rho_oob_frac", rho_outside / rho_tokens, rho_tokens);
    metrics.AddMean("mismatch/rho_seq_geo_mean", MeanOf(rho_geo_means),
                    static_cast<double>(rho_geo_means.size()));
  }
}

}  // namespace longhaul::trainer
