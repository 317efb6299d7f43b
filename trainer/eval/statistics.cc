// SPDX-License-Identifier: Apache-2.0
#include "trainer/eval/statistics.h"

#include <algorithm>
#include <cmath>

#include "common/metrics.h"
#include "common/random.h"

namespace longhaul::trainer {
namespace {

constexpr double kZ = 1.959963984540054;  // 97.5% quantile of the normal distribution
constexpr int kResamples = 1000;
constexpr uint64_t kBootstrapKey = 0x626f6f74;

}  // namespace

double AvgAtK(const std::vector<TaskOutcome>& outcomes) {
  double sum = 0;
  double tasks = 0;
  for (const TaskOutcome& outcome : outcomes) {
    if (outcome.samples == 0) continue;
    sum += static_cast<double>(outcome.correct) / static_cast<double>(outcome.samples);
    tasks += 1;
  }
  return tasks > 0 ? sum / tasks : 0;
}

double PassAtK(const std::vector<TaskOutcome>& outcomes, int64_t k) {
  double sum = 0;
  double tasks = 0;
  for (const TaskOutcome& outcome : outcomes) {
    if (outcome.samples < k) continue;
    // C(n - c, k) / C(n, k) = product over i of 1 - k / i, i from n - c + 1 to n.
    double all_wrong = 1;
    const int64_t wrong = outcome.samples - outcome.correct;
    if (wrong < k) all_wrong = 0;
    for (int64_t i = wrong + 1; i <= outcome.samples && wrong >= k; ++i) {
      all_wrong *= 1 - static_cast<double>(k) / static_cast<double>(i);
    }
    sum += 1 - all_wrong;
    tasks += 1;
  }
  return tasks > 0 ? sum / tasks : 0;
}

Interval WilsonInterval(double successes, double trials) {
  if (trials == 0) return {};
  const double share = successes / trials;
  const double z2 = kZ * kZ;
  const double middle = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const double half =
      kZ / (1 + z2 / trials) * std::sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials));
  return {.low = std::max(0.0, middle - half), .high = std::min(1.0, middle + half)};
}

Interval BootstrapInterval(const std::vector<TaskOutcome>& outcomes) {
  if (outcomes.empty()) return {};
  std::vector<double> means;
  for (int resample = 0; resample < kResamples; ++resample) {
    RandomSequence random(kBootstrapKey, static_cast<uint64_t>(resample));
    std::vector<TaskOutcome> drawn;
    for (size_t i = 0; i < outcomes.size(); ++i) {
      drawn.push_back(outcomes[random.Below(outcomes.size())]);
    }
    means.push_back(AvgAtK(drawn));
  }
  std::sort(means.begin(), means.end());
  return {.low = Percentile(means, 0.025), .high = Percentile(means, 0.975)};
}

Interval AccuracyInterval(const std::vector<TaskOutcome>& outcomes) {
  double correct = 0;
  double samples = 0;
  for (const TaskOutcome& outcome : outcomes) {
    if (outcome.samples > 1) return BootstrapInterval(outcomes);
    correct += static_cast<double>(outcome.correct);
    samples += static_cast<double>(outcome.samples);
  }
  return WilsonInterval(correct, samples);
}

Covariation CovariationOf(const std::vector<std::pair<double, double>>& pairs) {
  const double n = static_cast<double>(pairs.size());
  double mean_x = 0, mean_y = 0;
  for (const auto& [x, y] : pairs) {
    mean_x += x / n;
    mean_y += y / n;
  }
  Covariation sums;
  for (const auto& [x, y] : pairs) {
    sums.xx += (x - mean_x) * (x - mean_x);
    sums.yy += (y - mean_y) * (y - mean_y);
    sums.xy += (x - mean_x) * (y - mean_y);
  }
  return sums;
}

}  // namespace longhaul::trainer
