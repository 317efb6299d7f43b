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

// What runs write into their directories besides checkpoints, whatever this one is configured to
// write: a later one in the same directory may write it.
constexpr std::string_view kNamesOfRuns[] = {".lock",         "config.yaml",       "data",
                                             "export",        "export.tmp-export", "metrics.jsonl",
                                             "samples.jsonl", "summary.json",      "tensorboard",
                                             "tokenizer",     "tokenizer.new"};

// Directories are replaced as a whole, with the checkpoints that would lie in them.
Status CheckCheckpointsApart(const LoadedRun& run) {
  const std::string given = CheckpointRoot(run);
  const fs::path root = RealPath(given);
  if (Contains(root, RealPath(run.run_dir))) {
    return run.source.Error("checkpoint.dir",
                            "{} holds the run directory {}: take a directory for checkpoints alone",
                            given, run.run_dir);
  }
  for (const std::string_view name : kNamesOfRuns) {
    const std::string path = JoinPath(run.run_dir, std::string(name));
    const fs::path real = RealPath(path);
    if (!Contains(real, root) && !Contains(root, real)) continue;
    return run.source.Error("checkpoint.dir",
                            "{} lies {} {}, which runs write and replace: take a directory for "
                            "checkpoints alone",
                            given, Contains(real, root) ? "in" : "around", path);
  }
  return OkStatus();
}

// "runs/a/checkpoints holds checkpoints up to step 40", or "" where it holds none.
std::string DescribeCheckpoints(const std::string& root) {
  const StatusOr<std::vector<int64_t>> steps = ListCheckpoints(root);
  if (!steps.ok() || steps->empty()) return "";
  return fmt::format("{} holds checkpoints up to step {}", root, steps->back());
}

// What would otherwise be found out at the first checkpoint, or the one whose name is taken.
Status CheckTakesCheckpoints(const std::string& root) {
  if (!DirectoryExists(root)) return OkStatus();
  if (access(root.c_str(), W_OK | X_OK) != 0) return ErrnoStatus(errno, "writing to", root);
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(root));
  for (const std::string& name : names) {
    const std::string path = JoinPath(root, name);
    if (CheckpointStep(name) < 0 || DirectoryExists(path)) continue;
    return AlreadyExists("{}: has the name of a checkpoint and is no directory: move it away",
                         path);
  }
  return OkStatus();
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

// "samples.jsonl.tmp-4711" of "samples.jsonl": what a killed WriteFileAtomic leaves.
bool IsHalfWritten(const std::string& sibling, const std::string& name) {
  const std::string aside = name + ".tmp-";
  return sibling.starts_with(aside) && sibling.size() > aside.size() &&
         sibling.find_first_not_of("0123456789", aside.size()) == std::string::npos;
}

void RemoveHalfWritten(const LoadedRun& run) {
  for (const std::string& name : OwnNames(*run.config)) {
    const fs::path path = JoinPath(run.run_dir, name);
    const StatusOr<std::vector<std::string>> siblings = ListDirectory(path.parent_path().string());
    if (!siblings.ok()) continue;
    for (const std::string& sibling : *siblings) {
      const std::string half = (path.parent_path() / sibling).string();
      if (IsHalfWritten(sibling, path.filename().string()) && FileExists(half))
        RemoveTree(half).IgnoreError();
    }
  }
}

}  // namespace

std::string CheckpointRoot(const LoadedRun& run) {
  return run.config->trainer.checkpoint.dir.value_or(JoinPath(run.run_dir, "checkpoints"));
}

StatusOr<RunDirectory> RunDirectory::Open(const LoadedRun& run) {
  if (RealPath(run.run_dir) == "/") {
    return run.source.Error(
        "output.dir", "{} is the root of the file system: give a directory in it", run.run_dir);
  }
  RETURN_IF_ERROR(CheckModelApart(run));
  RETURN_IF_ERROR(CheckCheckpointsApart(run));
  RETURN_IF_ERROR(CheckNotForeign(run));
  ASSIGN_OR_RETURN(FileLock output, FileLock::Acquire(run.run_dir));
  std::optional<FileLock> checkpoints;
  const std::string root = CheckpointRoot(run);
  if (RealPath(root) != RealPath(run.run_dir) / "checkpoints") {
    StatusOr<FileLock> lock = FileLock::Acquire(root);
    if (!lock.ok()) return Annotate(lock.status(), run.source.Where("checkpoint.dir"));
    checkpoints = *std::move(lock);
  }
  RETURN_IF_ERROR(CheckTakesCheckpoints(root));
  RETURN_IF_ERROR(CheckFreshStart(run));
  RemoveHalfWritten(run);
  return RunDirectory(std::move(output), std::move(checkpoints));
}

}  // namespace longhaul::tools
