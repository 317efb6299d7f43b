// SPDX-License-Identifier: Apache-2.0
//
// Metrics of a step. A metric is what its values were and how they combine, never an average of
// averages; the number a user sees is made once, when the set is rendered. Sums are exact
// (ExactSum), so the bits of a rendered metric do not depend on the order of values or on how they
// were split over sets and merged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/exact_sum.h"
#include "common/json.h"
#include "common/status.h"

namespace longhaul {

enum class Reducer {
  kMean,  // sum of value * weight / sum of weights
  kSum,
  kMin,
  kMax,
  kLast,          // of sets merged, the later one's
  kDistribution,  // rendered as name/mean, /min, /p50, /p90, /p99, /max
  kHistogram,     // counts between fixed edges; JSON only
};

// Metrics named "time/...", "perf/..." or "mem/..." measure the machine: they differ between two
// identical runs, and comparisons of runs leave them out.
bool IsTimeField(std::string_view name);

// Metrics by name, in the order in which they were first added. A name keeps one reducer (CHECK).
// Thread-compatible.
class MetricSet {
 public:
  void AddMean(std::string_view name, double value, double weight = 1);
  void AddSum(std::string_view name, double value);
  void AddMin(std::string_view name, double value) { AddOne(name, Reducer::kMin, value); }
  void AddMax(std::string_view name, double value) { AddOne(name, Reducer::kMax, value); }
  void SetLast(std::string_view name, double value) { AddOne(name, Reducer::kLast, value); }
  void AddToDistribution(std::string_view name, double value);
  // Counts a value into [edges[i], edges[i+1]); values outside go to the first or last bin.
  void AddToHistogram(std::string_view name, double value, const std::vector<double>& edges);

  void Merge(const MetricSet& other);
  void Clear() { metrics_.clear(); }
  bool empty() const { return metrics_.empty(); }

  // Every number, in order: distributions spread out, histograms left out. A mean of nothing is
  // NaN.
  std::vector<std::pair<std::string, double>> Scalars() const;
  // One number by its rendered name ("reward/mean", "length/p90"); NaN when there is none.
  double Scalar(std::string_view name) const;
  // {"step": .., name: number, .., histogram: {"edges": [..], "counts": [..]}}; NaN and infinities
  // are null.
  Json ToJson(int64_t step) const;

 private:
  struct Metric {
    std::string name;
    Reducer reducer;
    ExactSum sum;
    ExactSum weight;
    double one = 0;  // kMin, kMax, kLast
    bool has_one = false;
    std::vector<double> values;   // kDistribution
    std::vector<double> edges;    // kHistogram
    std::vector<int64_t> counts;  // kHistogram
  };

  Metric& Find(std::string_view name, Reducer reducer);
  void AddOne(std::string_view name, Reducer reducer, double value);
  static void AppendScalars(const Metric& metric, std::vector<std::pair<std::string, double>>& out);

  std::vector<Metric> metrics_;
};

// The value below which a fraction `q` of the sorted values lies, interpolated linearly; NaN for no
// values.
double Percentile(const std::vector<double>& sorted, double q);

}  // namespace longhaul
