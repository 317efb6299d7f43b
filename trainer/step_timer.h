// SPDX-License-Identifier: Apache-2.0
//
// StepTimer: where the time of a step goes. Laps are named and add up to the step.
#pragma once

#include <chrono>
#include <string_view>

#include "common/metrics.h"

namespace longhaul::trainer {

class StepTimer {
 public:
  StepTimer() : start_(Clock::now()), lap_(start_) {}

  // Seconds since the last lap (or the start), added to time/<name>.
  double Lap(std::string_view name, MetricSet& metrics) {
    const Clock::time_point now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - lap_).count();
    lap_ = now;
    metrics.AddSum(std::string("time/").append(name), seconds);
    return seconds;
  }
  // Seconds that belong to this step and passed before it began.
  void Add(std::string_view name, double seconds, MetricSet& metrics) {
    metrics.AddSum(std::string("time/").append(name), seconds);
    before_ += seconds;
  }
  // The rest of the step as time/other, and time/step: the sum of all laps.
  double Finish(MetricSet& metrics) {
    Lap("other", metrics);
    const double seconds = before_ + std::chrono::duration<double>(lap_ - start_).count();
    metrics.AddSum("time/step", seconds);
    return seconds;
  }
  double Total() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_;
  Clock::time_point lap_;
  double before_ = 0;
};

}  // namespace longhaul::trainer
