// SPDX-License-Identifier: Apache-2.0
#include "trainer/state/run_logs.h"

#include <sys/stat.h>

#include <chrono>

#include "common/logging.h"

namespace longhaul::trainer {
namespace {

// The length to cut a log back to. A log that the checkpoint does not know begins empty, and so
// does one that is gone: what was in it is lost either way, and the run need not be.
StatusOr<int64_t> ResumePoint(const Json* offsets, std::string_view name, const std::string& path) {
  if (offsets == nullptr) return 0;
  ASSIGN_OR_RETURN(const int64_t bytes, offsets->GetIntOr(name, 0));
  if (bytes == 0) return 0;
  if (!FileExists(path)) {
    LogWarning("{} is missing, {} bytes of it were written before: it goes on without them", path,
               bytes);
    return 0;
  }
  ASSIGN_OR_RETURN(const int64_t present, FileSize(path));
  if (present >= bytes) return bytes;
  return DataLoss(
      "{}: has {} bytes, and the checkpoint goes on from {}: put back the file of that run, or "
      "move this one away to go on with an empty one",
      path, present, bytes);
}

std::string MetricsPath(const std::string& run_dir) { return JoinPath(run_dir, "metrics.jsonl"); }
std::string SamplesPath(const std::string& run_dir) { return JoinPath(run_dir, "samples.jsonl"); }
std::string EventsPath(const std::string& run_dir) {
  return JoinPath(run_dir, "tensorboard/events.out.tfevents.0.longhaul");
}

// Which directory a path names now; {0, 0}: none.
std::pair<uint64_t, uint64_t> IdentityOf(const std::string& directory) {
  struct stat info;
  if (stat(directory.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino};
}

bool WasMoved(const std::string& path) {
  if (FileExists(path)) return false;
  LogWarning("{} was moved or removed while the run goes on: it begins anew", path);
  return true;
}

}  // namespace

StatusOr<RunLogs> RunLogs::Open(const std::string& run_dir, const LoggerConfig& config,
                                const Json* offsets) {
  RunLogs logs;
  logs.run_dir_ = run_dir;
  logs.directory_ = IdentityOf(run_dir);
  // The lengths of logs that are switched off stay known to the checkpoints.
  if (offsets != nullptr) logs.offsets_ = *offsets;
  if (config.jsonl) {
    const std::string path = MetricsPath(run_dir);
    ASSIGN_OR_RETURN(const int64_t bytes, ResumePoint(offsets, "metrics", path));
    ASSIGN_OR_RETURN(logs.metrics_, JsonlMetrics::Open(path, bytes));
  }
  if (config.tensorboard) {
    const std::string path = EventsPath(run_dir);
    RETURN_IF_ERROR(CreateDirectories(ParentDirectory(path)));
    ASSIGN_OR_RETURN(const int64_t bytes, ResumePoint(offsets, "tensorboard", path));
    ASSIGN_OR_RETURN(logs.events_, TensorBoardEvents::Open(path, bytes));
  }
  if (config.samples) {
    const std::string path = SamplesPath(run_dir);
    ASSIGN_OR_RETURN(const int64_t bytes, ResumePoint(offsets, "samples", path));
    ASSIGN_OR_RETURN(logs.samples_, AppendFile::Open(path, bytes));
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

Status RunLogs::BeginAgainWhereMoved() {
  if (IdentityOf(run_dir_) != directory_) {
    return NotFound("the run directory {} was moved or removed while the run was going on",
                    run_dir_);
  }
  if (metrics_.has_value() && WasMoved(MetricsPath(run_dir_))) {
    ASSIGN_OR_RETURN(*metrics_, JsonlMetrics::Open(MetricsPath(run_dir_), 0));
  }
  if (events_.has_value() && WasMoved(EventsPath(run_dir_))) {
    RETURN_IF_ERROR(CreateDirectories(ParentDirectory(EventsPath(run_dir_))));
    ASSIGN_OR_RETURN(*events_, TensorBoardEvents::Open(EventsPath(run_dir_), 0));
  }
  if (samples_.has_value() && WasMoved(SamplesPath(run_dir_))) {
    ASSIGN_OR_RETURN(*samples_, AppendFile::Open(SamplesPath(run_dir_), 0));
  }
  return OkStatus();
}

Status RunLogs::Sync() {
  RETURN_IF_ERROR(BeginAgainWhereMoved());
  if (metrics_.has_value()) RETURN_IF_ERROR(metrics_->Sync());
  if (events_.has_value()) RETURN_IF_ERROR(events_->Sync());
  return samples_.has_value() ? samples_->Sync() : OkStatus();
}

Json RunLogs::Offsets() const {
  Json offsets = offsets_;
  if (metrics_.has_value()) offsets.Set("metrics", metrics_->bytes());
  if (events_.has_value()) offsets.Set("tensorboard", events_->bytes());
  if (samples_.has_value()) offsets.Set("samples", samples_->Tell());
  return offsets;
}

}  // namespace longhaul::trainer
