// SPDX-License-Identifier: Apache-2.0
//
// GenerationWatch: looks at the workers' gauges while the trainer's thread waits for rollouts. It
// moves the status line and knows how long the last tenth of the rollouts took.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/metrics.h"

namespace longhaul::trainer {

// Of all workers together; counts since they began.
struct GenerationGauges {
  int64_t finished_rollouts = 0;
  int64_t tokens = 0;
  double tokens_per_second = 0;  // lately
  int64_t running = 0;           // sequences with a cache
  int64_t preemptions = 0;
  double kv_usage = 0;  // share of the cache blocks in use
};

// One object a wait. Owned by the trainer's thread; its own thread only reads gauges and calls
// `show`.
class GenerationWatch {
 public:
  struct Args {
    std::function<GenerationGauges()> gauges;      // thread-safe; empty: nothing is watched
    std::function<void(const std::string&)> show;  // thread-safe: "180/256 rollouts, 41.2k tokens"
    int64_t batch_rollouts = 0;                    // of one generation batch
    double interval_s = 0.05;
  };
  explicit GenerationWatch(Args args);
  ~GenerationWatch();  // stops
  GenerationWatch(const GenerationWatch&) = delete;
  GenerationWatch& operator=(const GenerationWatch&) = delete;

  // Stops, and writes perf/tail_s, perf/running_max, perf/kv_usage_max and perf/preemptions.
  // perf/tail_s: seconds from 90% to all of this wait's rollouts, as exact as interval_s.
  void Report(MetricSet& metrics);

  // The text shown for what was done since the wait began.
  static std::string Describe(const GenerationGauges& since, int64_t batch_rollouts);

 private:
  using Clock = std::chrono::steady_clock;
  struct Finished {
    Clock::time_point at;
    int64_t rollouts;
  };

  void Loop();
  void Look();
  void Stop();
  double TailSeconds() const;

  const Args args_;
  GenerationGauges first_;
  std::vector<Finished> finished_;  // each change of the count
  int64_t running_max_ = 0;
  double kv_usage_max_ = 0;
  int64_t preemptions_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace longhaul::trainer
