// SPDX-License-Identifier: Apache-2.0
#include "trainer/generation_watch.h"

#include <fmt/format.h>

#include <algorithm>

namespace longhaul::trainer {
namespace {

// 950, 41.2k, 3.4M
std::string Short(double count) {
  if (count < 1e3) return fmt::format("{:.0f}", count);
  return count < 1e6 ? fmt::format("{:.1f}k", count / 1e3) : fmt::format("{:.1f}M", count / 1e6);
}

}  // namespace

GenerationWatch::GenerationWatch(Args args) : args_(std::move(args)) {
  if (!args_.gauges) return;
  first_ = args_.gauges();
  finished_.push_back({Clock::now(), 0});
  thread_ = std::thread([this] { Loop(); });
}

GenerationWatch::~GenerationWatch() { Stop(); }

void GenerationWatch::Loop() {
  std::unique_lock lock(mutex_);
  const std::chrono::duration<double> interval(args_.interval_s);
  while (!wake_.wait_for(lock, interval, [this] { return stopped_; })) Look();
}

void GenerationWatch::Look() {
  GenerationGauges since = args_.gauges();
  running_max_ = std::max(running_max_, since.running);
  kv_usage_max_ = std::max(kv_usage_max_, since.kv_usage);
  since.finished_rollouts -= first_.finished_rollouts;
  since.tokens -= first_.tokens;
  preemptions_ = since.preemptions - first_.preemptions;
  if (since.finished_rollouts != finished_.back().rollouts) {
    finished_.push_back({Clock::now(), since.finished_rollouts});
  }
  if (args_.show) args_.show(Describe(since, args_.batch_rollouts));
}

void GenerationWatch::Stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

double GenerationWatch::TailSeconds() const {
  const Finished& last = finished_.back();
  const auto tenth = std::find_if(finished_.begin(), finished_.end(), [&](const Finished& entry) {
    return 10 * entry.rollouts >= 9 * last.rollouts;
  });
  return std::chrono::duration<double>(last.at - tenth->at).count();
}

void GenerationWatch::Report(MetricSet& metrics) {
  if (!args_.gauges) return;
  Stop();
  Look();
  metrics.SetLast("perf/tail_s", TailSeconds());
  metrics.AddMax("perf/running_max", static_cast<double>(running_max_));
  metrics.AddMax("perf/kv_usage_max", kv_usage_max_);
  metrics.AddSum("perf/preemptions", static_cast<double>(preemptions_));
}

std::string GenerationWatch::Describe(const GenerationGauges& since, int64_t batch_rollouts) {
  // Groups without a signal are refilled by whole batches.
  const int64_t batch = std::max<int64_t>(1, batch_rollouts);
  const int64_t batches = std::max<int64_t>(1, (since.finished_rollouts + batch - 1) / batch);
  return fmt::format("{}/{} rollouts, {} tokens, {} tok/s", since.finished_rollouts,
                     batches * batch, Short(static_cast<double>(since.tokens)),
                     Short(since.tokens_per_second));
}

}  // namespace longhaul::trainer
