// SPDX-License-Identifier: Apache-2.0
//
// Accuracy from samples: avg@k, unbiased pass@k, intervals; how two quantities vary together.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace longhaul::trainer {

// Of one task: samples that were judged, and those of them that are correct.
struct TaskOutcome {
  int64_t samples = 0;
  int64_t correct = 0;
};

struct Interval {
  double low = 0;
  double high = 1;
};

// Mean over tasks of correct / samples. Tasks without a sample are left out; 0 without any task.
double AvgAtK(const std::vector<TaskOutcome>& outcomes);
// Mean over tasks of 1 - C(n - c, k) / C(n, k) (Chen et al. 2021, arXiv 2107.03374). Tasks with
// fewer than k samples are left out.
double PassAtK(const std::vector<TaskOutcome>& outcomes, int64_t k);

// 95% interval of a share of n trials (Wilson 1927).
Interval WilsonInterval(double successes, double trials);
// 95% percentile bootstrap of AvgAtK over tasks, 1000 resamples, the same for the same outcomes.
Interval BootstrapInterval(const std::vector<TaskOutcome>& outcomes);
// Wilson where every task has one sample, else the bootstrap.
Interval AccuracyInterval(const std::vector<TaskOutcome>& outcomes);

// Sums over pairs (x, y) of the squares and the product of what differs from their means. Pearson's
// r is xy / sqrt(xx * yy).
struct Covariation {
  double xx = 0, yy = 0, xy = 0;
};
Covariation CovariationOf(const std::vector<std::pair<double, double>>& pairs);

}  // namespace longhaul::trainer
