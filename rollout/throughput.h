// SPDX-License-Identifier: Apache-2.0
//
// The engine's gauges: written by the engine thread each step, read by any.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "rollout/engine.h"

namespace longhaul::rollout {

// Begin, End and Publish: the engine thread. gauges: thread-safe.
class Throughput {
 public:
  void Begin();
  // Of the step begun last: tokens drawn, rows computed, samples that stopped.
  void End(int64_t generated, int64_t computed, int64_t finished);
  // Takes over the gauges that are not counted here.
  void Publish(EngineGauges gauges);
  EngineGauges gauges() const;

 private:
  std::chrono::steady_clock::time_point began_;
  int64_t generated_tokens_ = 0;
  int64_t computed_tokens_ = 0;
  int64_t finished_samples_ = 0;
  double busy_seconds_ = 0;
  double tokens_per_second_ = 0;
  // The stretch of stepping that tokens_per_second is measured over.
  double stretch_seconds_ = 0;
  int64_t stretch_tokens_ = 0;
  mutable std::mutex mutex_;
  EngineGauges published_;
};

}  // namespace longhaul::rollout
