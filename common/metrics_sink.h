// SPDX-License-Identifier: Apache-2.0
//
// Where metrics of steps are kept: JSON lines and TensorBoard event files. Both are append-only, so
// a checkpoint stores their lengths and a resumed run cuts them back to those before it goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/file.h"
#include "common/metrics.h"
#include "common/status.h"

namespace longhaul {

// One line of JSON a step (MetricSet::ToJson).
class JsonlMetrics {
 public:
  // `resume_bytes`: the file is cut back to this length first; unset: appended to as it is.
  static StatusOr<JsonlMetrics> Open(const std::string& path, std::optional<int64_t> resume_bytes);
  // Whole lines reach the file before this returns.
  Status Write(int64_t step, const MetricSet& metrics);
  Status Sync() { return file_.Sync(); }
  int64_t bytes() const { return file_.Tell(); }

 private:
  explicit JsonlMetrics(AppendFile file) : file_(std::move(file)) {}
  AppendFile file_;
};

// An events.out.tfevents file: TFRecord frames (length, masked CRC-32C, bytes, masked CRC-32C) of
// tensorflow.Event messages with simple scalar values.
class TensorBoardEvents {
 public:
  // The file should be called "events.out.tfevents.<something>" for TensorBoard to find it.
  static StatusOr<TensorBoardEvents> Open(const std::string& path,
                                          std::optional<int64_t> resume_bytes);
  // `wall_time_seconds`: since 1970. Numbers that are not finite are left out.
  Status Write(int64_t step, const MetricSet& metrics, double wall_time_seconds);
  Status Sync() { return file_.Sync(); }
  int64_t bytes() const { return file_.Tell(); }

 private:
  explicit TensorBoardEvents(AppendFile file) : file_(std::move(file)) {}
  AppendFile file_;
};

}  // namespace longhaul
