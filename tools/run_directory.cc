// SPDX-License-Identifier: Apache-2.0
#include "tools/run_directory.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "common/checkpoint/checkpoint_dir.h"
#include "common/logging.h"

namespace longhaul::tools {
namespace {

namespace fs = std::filesystem;

// As the system sees it: links followed, for what exists of it.
fs::path RealPath(const std::string& path) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) real = fs::path(path).lexically_normal();
  return real.has_filename() ? real : real.parent_path();  // "a/" is "a"
}

bool Contains(const fs::path& outer, const fs::path& inner) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

bool HoldsSomething(const std::string& path) {
  if (!DirectoryExists(path)) return FileExists(path);
  const StatusOr<std::vector<std::string>> names = ListDirectory(path);
  return !names.ok() || !names->empty();
}

bool HoldsCheckpoint(const std::string& root) {
  const StatusOr<std::vector<int64_t>> steps = ListCheckpoints(root);
  return steps.ok() && std::any_of(steps->begin(), steps->end(), [&](int64_t step) {
           return FileExists(
               JoinPath(JoinPath(root, CheckpointName(step)), std::string(kManifestName)));
         });
}

// The file of a FileLock: the id of a process.
bool HoldsLock(const std::string& dir) {
  const StatusOr<std::string> owner = ReadFile(JoinPath(dir, ".lock"));
  return owner.ok() && !owner->empty() &&
         owner->find_first_not_of("0123456789") == std::string::npos;
}

// What every run leaves: its lock, before anything else; then its configuration. Checkpoints alone
// are what somebody moved here to go on from.
bool HoldsRun(const LoadedRun& run) {
  if (HoldsLock(run.run_dir)) return true;
  const StatusOr<std::string> config = ReadFile(JoinPath(run.run_dir, "config.yaml"));
  return (config.ok() && config->starts_with(kRunConfigHeader)) ||
         HoldsCheckpoint(JoinPath(run.run_dir, "checkpoints"));
}

// What this run would put into its directory, relative to it.
std::vector<std::string> OwnNames(const RunConfig& config) {
  std::vector<std::string> names = {"config.yaml", "summary.json"};
  if (!config.trainer.checkpoint.dir) names.push_back("checkpoints");
  const trainer::LoggerConfig& logger = config.trainer.logger;
  if (logger.jsonl) names.push_back("metrics.jsonl");
  if (logger.samples) names.push_back("samples.jsonl");
  if (logger.tensorboard) names.push_back("tensorboard/events.out.tfevents.0.longhaul");
  if (config.model.init) names.push_back("tokenizer");
  if (config.export_section.at_end) names.push_back("export");
  for (const reward::GeneratorConfig& generator : config.generate)
    names.push_back("data/" + generator.name + ".jsonl");
  return names;
}

Status CheckNotForeign(const LoadedRun& run) {
  if (HoldsRun(run)) return OkStatus();
  for (const std::string& name : OwnNames(*run.config)) {
    if (!HoldsSomething(JoinPath(run.run_dir, name))) continue;
    return AlreadyExists(
        "{} holds {}, which this run would replace, and no run of Longhaul: take another "
        "output.dir, or move that away; nothing was written",
        run.run_dir, name);
  }
  return OkStatus();
}

Status CheckModelApart(const LoadedRun& run) {
  if (!run.config->model.path) return OkStatus();
  const fs::path model = RealPath(*run.config->model.path);
  for (const std::string& dir : {run.run_dir, CheckpointRoot(run)}) {
    if (!Contains(RealPath(dir), model)) continue;
    return run.source.Error("model.path",
                            "{} lies in {}, where this run writes and removes files: take another "
                            "output.dir",
                            *run.config->model.path, dir);
  }
  return OkStatus();
}

// "runs/a/checkpoints holds checkpoints up to step 40", or "" where it holds none.
std::string DescribeCheckpoints(const std::string& root) {
  const StatusOr<std::vector<int64_t>> steps = ListCheckpoints(root);
  if (!steps.ok() || steps->empty()) return "";
  return fmt::format("{} holds checkpoints up to step {}", root, steps->back());
}

// What would otherwise be found out at the first checkpoint.
Status CheckWritable(const std::string& dir) {
  if (!DirectoryExists(dir) || access(dir.c_str(), W_OK | X_OK) == 0) return OkStatus();
  return ErrnoStatus(errno, "writing to", dir);
}

// A run that begins anew empties the logs and, as it goes on, prunes checkpoints.
Status CheckFreshStart(const LoadedRun& run) {
  const std::string root = CheckpointRoot(run);
  const std::string found = DescribeCheckpoints(root);
  if (run.config->trainer.checkpoint.resume == trainer::Resume::kNever && !found.empty()) {
    return run.source.Error("checkpoint.resume",
                            "never begins anew, and {}: take another output.dir, or move this run "
                            "away",
                            found);
  }
  if (!found.empty()) return OkStatus();
  const std::string config = JoinPath(run.run_dir, "config.yaml");
  const StatusOr<Config> before = Config::Load(config);
  RunConfig earlier;
  if (!before.ok() || !before->Read(earlier).ok()) return OkStatus();
  const std::string earlier_root =
      earlier.trainer.checkpoint.dir.value_or(JoinPath(run.run_dir, "checkpoints"));
  const std::string elsewhere = DescribeCheckpoints(earlier_root);
  if (elsewhere.empty()) return OkStatus();
  return run.source.Error("checkpoint.dir",
                          "the run in {} keeps its checkpoints elsewhere: {}; give that "
                          "checkpoint.dir to go on with it, or another output.dir",
                          run.run_dir, elsewhere);
}

// What a killed process was writing aside (WriteFileAtomic).
void RemoveHalfWritten(const LoadedRun& run) {
  for (const std::string& name : OwnNames(*run.config)) {
    const fs::path path = JoinPath(run.run_dir, name);
    const std::string aside = path.filename().string() + ".tmp-";
    const StatusOr<std::vector<std::string>> siblings = ListDirectory(path.parent_path().string());
    if (!siblings.ok()) continue;
    for (const std::string& sibling : *siblings) {
      if (sibling.starts_with(aside))
        RemoveTree((path.parent_path() / sibling).string()).IgnoreError();
    }
  }
}

}  // namespace

std::string CheckpointRoot(const LoadedRun& run) {
  return run.config->trainer.checkpoint.dir.value_or(JoinPath(run.run_dir, "checkpoints"));
}

StatusOr<RunDirectory> RunDirectory::Open(const LoadedRun& run) {
  RETURN_IF_ERROR(CheckModelApart(run));
  RETURN_IF_ERROR(CheckNotForeign(run));
  ASSIGN_OR_RETURN(FileLock output, FileLock::Acquire(run.run_dir));
  std::optional<FileLock> checkpoints;
  const std::string root = CheckpointRoot(run);
  const fs::path own = RealPath(run.run_dir), real_root = RealPath(root);
  if (real_root != own && real_root != own / "checkpoints") {
    StatusOr<FileLock> lock = FileLock::Acquire(root);
    if (!lock.ok()) return Annotate(lock.status(), run.source.Where("checkpoint.dir"));
    checkpoints = *std::move(lock);
  }
  RETURN_IF_ERROR(CheckWritable(root));
  RETURN_IF_ERROR(CheckFreshStart(run));
  RemoveHalfWritten(run);
  return RunDirectory(std::move(output), std::move(checkpoints));
}

}  // namespace longhaul::tools
