// SPDX-License-Identifier: Apache-2.0
#include "common/metrics_sink.h"

#include <cmath>

#include "common/tfevents.h"

namespace longhaul {

StatusOr<JsonlMetrics> JsonlMetrics::Open(const std::string& path,
                                          std::optional<int64_t> resume_bytes) {
  ASSIGN_OR_RETURN(AppendFile file, AppendFile::Open(path, resume_bytes));
  return JsonlMetrics(std::move(file));
}

Status JsonlMetrics::Write(int64_t step, const MetricSet& metrics) {
  RETURN_IF_ERROR(file_.Append(metrics.ToJson(step).ToString() + "\n"));
  return file_.Flush();
}

StatusOr<TensorBoardEvents> TensorBoardEvents::Open(const std::string& path,
                                                    std::optional<int64_t> resume_bytes) {
  ASSIGN_OR_RETURN(AppendFile file, AppendFile::Open(path, resume_bytes));
  TensorBoardEvents events(std::move(file));
  if (events.bytes() == 0) {  // the first record of a file is its version
    RETURN_IF_ERROR(events.file_.Append(TfRecord(VersionEvent(0))));
    RETURN_IF_ERROR(events.file_.Flush());
  }
  return events;
}

Status TensorBoardEvents::Write(int64_t step, const MetricSet& metrics, double wall_time_seconds) {
  std::vector<std::pair<std::string, double>> scalars = metrics.Scalars();
  std::erase_if(scalars, [](const auto& scalar) { return !std::isfinite(scalar.second); });
  RETURN_IF_ERROR(file_.Append(TfRecord(ScalarEvent({wall_time_seconds, step}, scalars))));
  return file_.Flush();
}

}  // namespace longhaul
