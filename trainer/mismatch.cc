// SPDX-License-Identifier: Apache-2.0
#include "trainer/mismatch.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "trainer/eval/statistics.h"

namespace longhaul::trainer {
namespace {

// Of probabilities that do not vary: 1.
double Pearson(const std::vector<std::pair<double, double>>& pairs) {
  const Covariation sums = CovariationOf(pairs);
  const double spread = std::sqrt(sums.xx * sums.yy);
  return spread > 0 ? sums.xy / spread : 1;
}

// What one sampled token adds to the Jensen-Shannon divergence of two policies: half the sum of the
// k3 estimates of either against their mixture.
double JensenShannon(double a, double b) {
  const double mixture = std::log(0.5 * (std::exp(a) + std::exp(b)));
  const auto k3 = [&](double logprob) {
    return std::expm1(logprob - mixture) - (logprob - mixture);
  };
  return 0.5 * (k3(a) + k3(b));
}

}  // namespace

void ReportMismatch(std::span<const TrainSequence> sequences, MetricSet& metrics) {
  std::vector<double> differences;
  std::vector<std::pair<double, double>> probabilities;
  double mult_prob_error = 0, k3_gen_train = 0, k3_train_gen = 0, js = 0, nonzero = 0;
  for (const TrainSequence& sequence : sequences) {
    for (size_t t = 0; t < sequence.response.size(); ++t) {
      if (!sequence.loss_mask[t]) continue;
      const double train = sequence.old_logprobs[t];
      const double rollout = sequence.rollout_logprobs[t];
      const double d = train - rollout;
      differences.push_back(std::abs(d));
      nonzero += d != 0;
      mult_prob_error += std::exp(std::abs(d));
      k3_gen_train += std::expm1(d) - d;
      k3_train_gen += std::expm1(-d) + d;
      // A mixture of two equal numbers can differ from them in the last bit; equal policies are 0.
      js += d == 0 ? 0 : JensenShannon(train, rollout);
      probabilities.emplace_back(std::exp(train), std::exp(rollout));
    }
  }
  if (differences.empty()) return;
  std::sort(differences.begin(), differences.end());
  const double n = static_cast<double>(differences.size());
  double sum = 0;
  for (double difference : differences) sum += difference;
  metrics.AddMean("mismatch/logp_abs_diff_mean", sum / n, n);
  metrics.SetLast("mismatch/logp_abs_diff_p99", Percentile(differences, 0.99));
  metrics.AddMax("mismatch/logp_abs_diff_max", differences.back());
  metrics.AddMean("mismatch/nonzero_frac", nonzero / n, n);
  metrics.AddMean("mismatch/mult_prob_error", mult_prob_error / n, n);
  metrics.AddMean("mismatch/k3_gen_train", k3_gen_train / n, n);
  metrics.AddMean("mismatch/k3_train_gen", k3_train_gen / n, n);
  metrics.AddMean("mismatch/js", js / n, n);
  metrics.SetLast("mismatch/prob_pearson", Pearson(probabilities));
}

}  // namespace longhaul::trainer
