// SPDX-License-Identifier: Apache-2.0
#include "rollout/throughput.h"

namespace longhaul::rollout {
namespace {

constexpr double kStretchSeconds = 1.0;

}  // namespace

void Throughput::Begin() { began_ = std::chrono::steady_clock::now(); }

void Throughput::End(int64_t generated, int64_t computed, int64_t finished) {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began_;
  generated_tokens_ += generated;
  computed_tokens_ += computed;
  finished_samples_ += finished;
  busy_seconds_ += elapsed.count();
  stretch_seconds_ += elapsed.count();
  stretch_tokens_ += generated;
  if (stretch_seconds_ < kStretchSeconds) return;
  tokens_per_second_ = static_cast<double>(stretch_tokens_) / stretch_seconds_;
  stretch_seconds_ = 0;
  stretch_tokens_ = 0;
}

void Throughput::Publish(EngineGauges gauges) {
  gauges.generated_tokens = generated_tokens_;
  gauges.computed_tokens = computed_tokens_;
  gauges.finished_samples = finished_samples_;
  gauges.busy_seconds = busy_seconds_;
  gauges.tokens_per_second = tokens_per_second_;
  if (tokens_per_second_ == 0 && busy_seconds_ > 0) {
    gauges.tokens_per_second = static_cast<double>(generated_tokens_) / busy_seconds_;
  }
  const std::lock_guard lock(mutex_);
  published_ = gauges;
}

EngineGauges Throughput::gauges() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

}  // namespace longhaul::rollout
