// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include "common/checkpoint/checkpoint_dir.h"
#include "common/checkpoint/manifest.h"
#include "common/file.h"

namespace longhaul {
namespace {

constexpr std::string_view kStepPrefix = "step-";

Status Verify(const std::string& directory, const ManifestFile& expected) {
  const StatusOr<ManifestFile> found = DescribeFile(directory, expected.name);
  if (!found.ok()) return DataLoss("{}: {}: {}", directory, expected.name, Message(found.status()));
  if (found->bytes != expected.bytes) {
    return DataLoss("{}: {}: {} bytes, the manifest says {}", directory, expected.name,
                    found->bytes, expected.bytes);
  }
  if (found->checksum != expected.checksum) {
    return DataLoss("{}: {}: checksum {}, the manifest says {}", directory, expected.name,
                    found->checksum, expected.checksum);
  }
  return OkStatus();
}

bool IsAlive(int64_t process) {
  return ::kill(static_cast<pid_t>(process), 0) == 0 || errno == EPERM;
}

}  // namespace

std::string CheckpointName(int64_t step) { return fmt::format("{}{:08}", kStepPrefix, step); }

int64_t CheckpointStep(std::string_view name) {
  if (!name.starts_with(kStepPrefix)) return -1;
  int64_t step = -1;
  name.remove_prefix(kStepPrefix.size());
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
  return error == std::errc() && end == name.data() + name.size() && step >= 0 ? step : -1;
}

StatusOr<CheckpointReader> CheckpointReader::Open(const std::string& directory) {
  if (!DirectoryExists(directory)) return NotFound("{}: no such checkpoint directory", directory);
  const std::string path = JoinPath(directory, std::string(kManifestName));
  const StatusOr<std::string> text = longhaul::ReadFile(path);
  if (!text.ok()) return DataLoss("{}: {}", directory, Message(text.status()));
  ASSIGN_OR_RETURN(Manifest manifest, ParseManifest(*text, path));
  CheckpointReader reader;
  for (const ManifestFile& file : manifest.files) {
    RETURN_IF_ERROR(Verify(directory, file));
    reader.files_.push_back(file.name);
  }
  reader.directory_ = directory;
  reader.metadata_ = std::move(manifest.metadata);
  return reader;
}

int64_t CheckpointReader::step() const {
  return CheckpointStep(std::filesystem::path(directory_).filename().string());
}

bool CheckpointReader::Has(std::string_view name) const {
  return std::find(files_.begin(), files_.end(), name) != files_.end();
}

std::string CheckpointReader::PathOf(const std::string& name) const {
  return JoinPath(directory_, name);
}

StatusOr<std::string> CheckpointReader::ReadFile(const std::string& name) const {
  if (!Has(name)) return NotFound("{}: the checkpoint has no file '{}'", directory_, name);
  return longhaul::ReadFile(PathOf(name));
}

StatusOr<std::vector<int64_t>> ListCheckpoints(const std::string& root) {
  std::vector<int64_t> steps;
  if (!DirectoryExists(root)) return steps;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(root));
  for (const std::string& name : names) {
    const int64_t step = CheckpointStep(name);
    if (step >= 0 && CheckpointName(step) == name && DirectoryExists(JoinPath(root, name)))
      steps.push_back(step);
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

StatusOr<LatestCheckpoint> OpenLatestCheckpoint(const std::string& root) {
  ASSIGN_OR_RETURN(std::vector<int64_t> steps, ListCheckpoints(root));
  LatestCheckpoint latest;
  for (; !steps.empty(); steps.pop_back()) {
    StatusOr<CheckpointReader> reader =
        CheckpointReader::Open(JoinPath(root, CheckpointName(steps.back())));
    if (reader.ok()) {
      latest.checkpoint = std::make_unique<CheckpointReader>(*std::move(reader));
      break;
    }
    latest.skipped.push_back(Message(reader.status()));
  }
  return latest;
}

Status PruneCheckpoints(const std::string& root, const PruneArgs& args) {
  ASSIGN_OR_RETURN(std::vector<int64_t> steps, ListCheckpoints(root));
  std::erase_if(steps, [&](int64_t step) { return step > args.newest; });
  const int64_t excess = static_cast<int64_t>(steps.size()) - args.keep_last;
  for (int64_t i = 0; i < excess; ++i) {
    const int64_t step = steps[static_cast<size_t>(i)];
    if (args.keep.contains(step)) continue;
    // Renamed first: a directory that is half removed must not bear a checkpoint's name.
    const std::string path = JoinPath(root, CheckpointName(step));
    const std::string aside = JoinPath(root, TemporaryCheckpointName(CheckpointName(step)));
    if (::rename(path.c_str(), aside.c_str()) != 0) return ErrnoStatus(errno, "renaming", path);
    RETURN_IF_ERROR(RemoveTree(aside));
  }
  return OkStatus();
}

StatusOr<std::vector<std::string>> RemoveStaleCheckpoints(const std::string& root) {
  std::vector<std::string> removed;
  if (!DirectoryExists(root)) return removed;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(root));
  for (const std::string& name : names) {
    const int64_t owner = TemporaryCheckpointOwner(name);
    // A restarted container gives the same id again, so one that bears ours is a leftover too.
    if (owner < 0 || (owner != ::getpid() && IsAlive(owner))) continue;
    RETURN_IF_ERROR(RemoveTree(JoinPath(root, name)));
    removed.push_back(name);
  }
  return removed;
}

}  // namespace longhaul
