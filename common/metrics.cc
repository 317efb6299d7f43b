// SPDX-License-Identifier: Apache-2.0
#include "common/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/check.h"

namespace longhaul {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Unlike std::min and std::max, a NaN among the values is not lost.
double Smaller(double a, double b) { return std::isnan(a) || a < b ? a : b; }
double Larger(double a, double b) { return std::isnan(a) || a > b ? a : b; }

double Combine(Reducer reducer, double a, double b) {
  if (reducer == Reducer::kMin) return Smaller(a, b);
  return reducer == Reducer::kMax ? Larger(a, b) : b;
}

double Mean(const std::vector<double>& values) {
  ExactSum sum;
  for (double value : values) sum.Add(value);
  return sum.Value() / static_cast<double>(values.size());
}

}  // namespace

bool IsTimeField(std::string_view name) {
  return name.starts_with("time/") || name.starts_with("perf/") || name.starts_with("mem/");
}

double Percentile(const std::vector<double>& sorted, double q) {
  if (sorted.empty()) return kNaN;
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<size_t>(position);
  const size_t high = std::min(low + 1, sorted.size() - 1);
  const double fraction = position - static_cast<double>(low);
  return sorted[low] + fraction * (sorted[high] - sorted[low]);
}

MetricSet::Metric& MetricSet::Find(std::string_view name, Reducer reducer) {
  for (Metric& metric : metrics_) {
    if (metric.name != name) continue;
    CHECK(metric.reducer == reducer) << "metric " << std::string(name) << " has two reducers";
    return metric;
  }
  Metric& metric = metrics_.emplace_back();
  metric.name = name;
  metric.reducer = reducer;
  return metric;
}

void MetricSet::AddMean(std::string_view name, double value, double weight) {
  Metric& metric = Find(name, Reducer::kMean);
  metric.sum.Add(value * weight);
  metric.weight.Add(weight);
}

void MetricSet::AddSum(std::string_view name, double value) {
  Find(name, Reducer::kSum).sum.Add(value);
}

void MetricSet::AddOne(std::string_view name, Reducer reducer, double value) {
  Metric& metric = Find(name, reducer);
  metric.one = metric.has_one ? Combine(reducer, metric.one, value) : value;
  metric.has_one = true;
}

void MetricSet::AddToDistribution(std::string_view name, double value) {
  Find(name, Reducer::kDistribution).values.push_back(value);
}

void MetricSet::AddToHistogram(std::string_view name, double value,
                               const std::vector<double>& edges) {
  CHECK_GE(edges.size(), 2u);
  Metric& metric = Find(name, Reducer::kHistogram);
  if (metric.edges.empty()) {
    metric.edges = edges;
    metric.counts.assign(edges.size() - 1, 0);
  }
  CHECK(metric.edges == edges) << "histogram " << std::string(name) << " has two sets of edges";
  if (std::isnan(value)) return;
  const auto above = std::upper_bound(edges.begin(), edges.end(), value) - edges.begin();
  const auto last = static_cast<int64_t>(metric.counts.size()) - 1;
  ++metric.counts[static_cast<size_t>(std::clamp<int64_t>(above - 1, 0, last))];
}

void MetricSet::Merge(const MetricSet& other) {
  for (const Metric& from : other.metrics_) {
    Metric& to = Find(from.name, from.reducer);
    to.sum.Add(from.sum);
    to.weight.Add(from.weight);
    if (from.has_one) AddOne(from.name, from.reducer, from.one);
    to.values.insert(to.values.end(), from.values.begin(), from.values.end());
    if (to.edges.empty()) {
      to.edges = from.edges;
      to.counts.assign(from.counts.size(), 0);
    }
    CHECK(to.edges == from.edges) << "histogram " << from.name << " has two sets of edges";
    for (size_t i = 0; i < from.counts.size(); ++i) to.counts[i] += from.counts[i];
  }
}

void MetricSet::AppendScalars(const Metric& metric,
                              std::vector<std::pair<std::string, double>>& out) {
  switch (metric.reducer) {
    case Reducer::kMean:
      out.emplace_back(metric.name, metric.sum.Value() / metric.weight.Value());
      return;
    case Reducer::kSum:
      out.emplace_back(metric.name, metric.sum.Value());
      return;
    case Reducer::kMin:
    case Reducer::kMax:
    case Reducer::kLast:
      out.emplace_back(metric.name, metric.one);
      return;
    case Reducer::kHistogram:
      return;
    case Reducer::kDistribution:
      break;
  }
  std::vector<double> sorted = metric.values;
  std::erase_if(sorted, [](double value) { return std::isnan(value); });  // NaN has no rank
  std::sort(sorted.begin(), sorted.end());
  out.emplace_back(metric.name + "/mean", Mean(metric.values));
  constexpr std::pair<const char*, double> kRanks[] = {
      {"/min", 0.0}, {"/p50", 0.5}, {"/p90", 0.9}, {"/p99", 0.99}, {"/max", 1.0}};
  for (const auto& [suffix, q] : kRanks)
    out.emplace_back(metric.name + suffix, Percentile(sorted, q));
}

std::vector<std::pair<std::string, double>> MetricSet::Scalars() const {
  std::vector<std::pair<std::string, double>> scalars;
  for (const Metric& metric : metrics_) AppendScalars(metric, scalars);
  return scalars;
}

double MetricSet::Scalar(std::string_view name) const {
  for (const auto& [scalar_name, value] : Scalars()) {
    if (scalar_name == name) return value;
  }
  return kNaN;
}

Json MetricSet::ToJson(int64_t step) const {
  Json line = Json::Object();
  line.Set("step", step);
  for (const Metric& metric : metrics_) {
    if (metric.reducer == Reducer::kHistogram) {
      line.Set(metric.name, Json::Object().Set("edges", metric.edges).Set("counts", metric.counts));
      continue;
    }
    std::vector<std::pair<std::string, double>> scalars;
    AppendScalars(metric, scalars);
    for (const auto& [name, value] : scalars) line.Set(name, value);
  }
  return line;
}

}  // namespace longhaul
