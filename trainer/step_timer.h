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
  double Total() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_;
  Clock::time_point lap_;
};

}  // namespace longhaul::trainer
