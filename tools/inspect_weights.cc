// SPDX-License-Identifier: Apache-2.0
//
// longhaul inspect weights and longhaul inspect checkpoint.
#include <cmath>

#include "common/checkpoint/checkpoint_dir.h"
#include "common/checkpoint/safetensors.h"
#include "common/file.h"
#include "model/model_config.h"
#include "tools/inspect.h"
#include "tools/model_bundle.h"

namespace longhaul::tools {
namespace {

struct TensorStats {
  double min = 0, max = 0, rms = 0;
  int64_t nonfinite = 0;
};

TensorStats StatsOf(const std::vector<float>& values) {
  TensorStats stats{.min = HUGE_VAL, .max = -HUGE_VAL};
  double squares = 0;
  for (float value : values) {
    if (!std::isfinite(value)) {
      ++stats.nonfinite;
      continue;
    }
    stats.min = std::min(stats.min, static_cast<double>(value));
    stats.max = std::max(stats.max, static_cast<double>(value));
    squares += static_cast<double>(value) * value;
  }
  stats.rms = std::sqrt(squares / std::max<size_t>(1, values.size()));
  return stats;
}

StatusOr<Outcome> InspectWeights(const std::string& path) {
  const auto opened = SafetensorsReader::Open(path);
  if (!opened.ok()) {
    const Status hint = CheckHoldsModel(path);  // what to give instead
    return hint.code() == StatusCode::kInvalidArgument ? hint : opened.status();
  }
  const auto& reader = *opened;
  fmt::print("{:<64} {:<5} {:<20} {:>11} {:>11} {:>11}\n", "tensor", "dtype", "shape", "min", "max",
             "rms");
  int64_t parameters = 0, nonfinite = 0;
  for (const std::string& name : reader->Names()) {
    ASSIGN_OR_RETURN(const TensorView view, reader->Get(name));
    parameters += view.numel();
    if (view.dtype == DType::kI32 || view.dtype == DType::kI64 || view.dtype == DType::kU8) {
      fmt::print("{:<64} {:<5} {:<20}\n", name, DTypeName(view.dtype), view.shape.ToString());
      continue;
    }
    ASSIGN_OR_RETURN(const std::vector<float> values, reader->GetF32(name));
    const TensorStats stats = StatsOf(values);
    nonfinite += stats.nonfinite;
    fmt::print("{:<64} {:<5} {:<20} {:>11.4g} {:>11.4g} {:>11.4g}{}\n", name, DTypeName(view.dtype),
               view.shape.ToString(), stats.min, stats.max, stats.rms,
               stats.nonfinite > 0 ? fmt::format("  {} not finite", stats.nonfinite) : "");
  }
  fmt::print("{} tensors, {} parameters, {:.1f} MiB\n", reader->Names().size(), parameters,
             static_cast<double>(reader->total_bytes()) / (1 << 20));
  return nonfinite == 0 ? Outcome::kDone : Outcome::kFailed;
}

StatusOr<Outcome> InspectOneCheckpoint(const std::string& dir) {
  ASSIGN_OR_RETURN(const CheckpointReader reader, CheckpointReader::Open(dir));
  fmt::print(
      "{}: {}all {} files match their checksums\n", dir,
      reader.step() < 0 ? "" : fmt::format("step {}, ", reader.step()),  // an export has none
      reader.files().size());
  for (const std::string& name : reader.files()) {
    ASSIGN_OR_RETURN(const int64_t bytes, FileSize(reader.PathOf(name)));
    fmt::print("  {:<40} {:>12} bytes\n", name, bytes);
  }
  fmt::print("{}\n", reader.metadata().ToPrettyString());
  return Outcome::kDone;
}

// A checkpoint, a directory of checkpoints, or that of a run.
StatusOr<Outcome> InspectCheckpoint(std::string path) {
  if (!DirectoryExists(path)) return NotFound("{}: no such directory", path);
  if (FileExists(JoinPath(path, std::string(kManifestName)))) return InspectOneCheckpoint(path);
  const std::string of_run = JoinPath(path, "checkpoints");
  if (DirectoryExists(of_run)) path = of_run;
  ASSIGN_OR_RETURN(const std::vector<int64_t> steps, ListCheckpoints(path));
  if (steps.empty()) return NotFound("{}: holds no checkpoint", path);
  Outcome outcome = Outcome::kDone;
  for (int64_t step : steps) {
    const std::string dir = JoinPath(path, CheckpointName(step));
    const StatusOr<CheckpointReader> reader = CheckpointReader::Open(dir);
    fmt::print("{}  {}\n", dir, reader.ok() ? "valid" : Message(reader.status()));
    if (!reader.ok()) outcome = Outcome::kFailed;
  }
  return outcome;
}

}  // namespace

void AddInspectWeights(CLI::App& inspect, Action& chosen) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = inspect.add_subcommand(
      "weights", "Tensors with shape, dtype and range; exit 1 if any is not finite");
  command->footer("Example:\n  longhaul inspect weights runs/quickstart/export");
  command->add_option("PATH", *path, "Model directory or .safetensors file")->required();
  command->callback([path, &chosen] { chosen = [path] { return InspectWeights(*path); }; });
}

void AddInspectCheckpoint(CLI::App& inspect, Action& chosen) {
  auto path = std::make_shared<std::string>();
  CLI::App* command =
      inspect.add_subcommand("checkpoint", "Verify a checkpoint, or all of a directory");
  command->footer("Example:\n  longhaul inspect checkpoint runs/quickstart/checkpoints");
  command->add_option("PATH", *path, "Checkpoint, or directory of checkpoints or of a run")
      ->required();
  command->callback([path, &chosen] { chosen = [path] { return InspectCheckpoint(*path); }; });
}

}  // namespace longhaul::tools
