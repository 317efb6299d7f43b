// SPDX-License-Identifier: Apache-2.0
#include "trainer/state/run_logs.h"

#include <chrono>

namespace longhaul::trainer {
namespace {

// A log that the checkpoint does not know begins empty.
StatusOr<int64_t> Offset(const Json* offsets, std::string_view name) {
  if (offsets == nullptr) return 0;
  return offsets->GetIntOr(name, 0);
}

}  // namespace

StatusOr<RunLogs> RunLogs::Open(const std::string& run_dir, const LoggerConfig& config,
                                const Json* offsets) {
  RunLogs logs;
  if (config.jsonl) {
    ASSIGN_OR_RETURN(const int64_t bytes, Offset(offsets, "metrics"));
    ASSIGN_OR_RETURN(logs.metrics_, JsonlMetrics::Open(JoinPath(run_dir, "metrics.jsonl"), bytes));
  }
  if (config.tensorboard) {
    const std::string dir = JoinPath(run_dir, "tensorboard");
    RETURN_IF_ERROR(CreateDirectories(dir));
    ASSIGN_OR_RETURN(const int64_t bytes, Offset(offsets, "tensorboard"));
    ASSIGN_OR_RETURN(logs.events_, TensorBoardEvents::Open(
                                       JoinPath(dir, "events.out.tfevents.0.longhaul"), bytes));
  }
  if (config.samples) {
    ASSIGN_OR_RETURN(const int64_t bytes, Offset(offsets, "samples"));
    ASSIGN_OR_RETURN(logs.samples_, AppendFile::Open(JoinPath(run_dir, "samples.jsonl"), bytes));
  }
  return logs;
}

Status RunLogs::Write(int64_t step, const MetricSet& metrics) {
  if (metrics_.has_value()) RETURN_IF_ERROR(metrics_->Write(step, metrics));
  if (!events_.has_value()) return OkStatus();
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return events_->Write(step, metrics, now.count());
}

Status RunLogs::FlushSamples() { return samples_.has_value() ? samples_->Flush() : OkStatus(); }

Status RunLogs::Sync() {
  if (metrics_.has_value()) RETURN_IF_ERROR(metrics_->Sync());
  if (events_.has_value()) RETURN_IF_ERROR(events_->Sync());
  return samples_.has_value() ? samples_->Sync() : OkStatus();
}

Json RunLogs::Offsets() const {
  Json offsets = Json::Object();
  if (metrics_.has_value()) offsets.Set("metrics", metrics_->bytes());
  if (events_.has_value()) offsets.Set("tensorboard", events_->bytes());
  if (samples_.has_value()) offsets.Set("samples", samples_->Tell());
  return offsets;
}

}  // namespace longhaul::trainer
