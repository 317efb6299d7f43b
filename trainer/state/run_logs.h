// SPDX-License-Identifier: Apache-2.0
//
// RunLogs: metrics.jsonl, TensorBoard events and samples.jsonl of a run directory. Their lengths
// are part of a checkpoint; a resumed run cuts them back to it, so that what a killed run had
// written beyond is written again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "common/file.h"
#include "common/json.h"
#include "common/metrics_sink.h"
#include "common/status.h"
#include "trainer/trainer_config.h"

namespace longhaul::trainer {

class RunLogs {
 public:
  // `offsets`: what Offsets gave at the checkpoint; null: a fresh run, existing files are emptied.
  static StatusOr<RunLogs> Open(const std::string& run_dir, const LoggerConfig& config,
                                const Json* offsets);

  Status Write(int64_t step, const MetricSet& metrics);
  // Null when samples are not kept.
  AppendFile* samples() { return samples_.has_value() ? &*samples_ : nullptr; }
  Status FlushSamples();
  // Everything written so far is on disk when this returns. A log that somebody moved away begins
  // anew in its place.
  Status Sync();
  Json Offsets() const;

 private:
  Status BeginAgainWhereMoved();

  std::string run_dir_;
  std::pair<uint64_t, uint64_t> directory_ = {};  // device and inode of run_dir_
  Json offsets_ = Json::Object();                 // of the checkpoint, if any
  std::optional<JsonlMetrics> metrics_;
  std::optional<TensorBoardEvents> events_;
  std::optional<AppendFile> samples_;
};

}  // namespace longhaul::trainer
