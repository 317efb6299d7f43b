// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints as directories that are whole or not there.
//
//   root/.tmp-step-00000012-4711/   being written by process 4711
//   root/step-00000012/             finished: its files, and manifest.json with their sizes and
//   checksums
//
// A checkpoint is written aside, every file synced, the manifest last, and renamed; so a name
// without
// ".tmp-" is complete unless the disk lost it, which the checksums tell.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"

namespace longhaul {

inline constexpr std::string_view kManifestName = "manifest.json";

// "step-00000012".
std::string CheckpointName(int64_t step);
// The step of such a name; -1 for any other name.
int64_t CheckpointStep(std::string_view name);

// Gives the directory `fresh` the name `place`, for good. A directory that bears it is replaced, in
// one step where the file system can, and removed.
Status ReplaceDirectory(const std::string& fresh, const std::string& place);

// Thread-compatible. Destroyed without Commit it removes what it wrote.
class CheckpointWriter {
 public:
  struct Args {
    std::string root = {};           // created when absent
    std::string name = {};           // CheckpointName(step) or any other name without '/'
    int64_t estimated_bytes = 0;     // refused with kResourceExhausted when less than this is free
    Json metadata = Json::Object();  // kept in the manifest
  };
  static StatusOr<std::unique_ptr<CheckpointWriter>> Create(Args args);
  ~CheckpointWriter();

  // Where files that are written elsewhere (SafetensorsWriter, AppendFile) go; Commit takes in all
  // it finds.
  const std::string& directory() const { return directory_; }
  // `name` may hold '/': directories are made.
  Status AddFile(const std::string& name, std::string_view bytes);
  // Copies a file byte for byte.
  Status AddCopy(const std::string& name, const std::string& from);
  // Records and syncs every file, writes the manifest, renames, syncs the root. An older checkpoint
  // of this name is replaced. Returns the finished directory.
  StatusOr<std::string> Commit();

 private:
  CheckpointWriter(Args args, std::string directory)
      : args_(std::move(args)), directory_(std::move(directory)) {}

  Args args_;
  std::string directory_;
  bool committed_ = false;
};

// An opened checkpoint whose files were all found as the manifest says.
class CheckpointReader {
 public:
  // kDataLoss names the file that is missing, of another size or corrupt; kNotFound: no such
  // directory.
  static StatusOr<CheckpointReader> Open(const std::string& directory);

  const std::string& directory() const { return directory_; }
  int64_t step() const;
  const Json& metadata() const { return metadata_; }
  const std::vector<std::string>& files() const { return files_; }
  bool Has(std::string_view name) const;
  std::string PathOf(const std::string& name) const;
  StatusOr<std::string> ReadFile(const std::string& name) const;

 private:
  std::string directory_;
  Json metadata_;
  std::vector<std::string> files_;
};

// Steps that have a finished directory under `root`, ascending; none when there is no root.
StatusOr<std::vector<int64_t>> ListCheckpoints(const std::string& root);

struct LatestCheckpoint {
  std::unique_ptr<CheckpointReader> checkpoint;  // null: none is valid
  std::vector<std::string> skipped;  // "runs/a/step-00000020: model.safetensors: checksum ..."
};
// The newest valid checkpoint; invalid newer ones are left where they are and reported.
StatusOr<LatestCheckpoint> OpenLatestCheckpoint(const std::string& root);

struct PruneArgs {
  int64_t newest = 0;           // the step just saved
  int64_t keep_last = 1;        // so many, `newest` among them
  std::set<int64_t> keep = {};  // and these steps
};
// Removes older checkpoints. Those of later steps, which were passed over because they are corrupt,
// do not count and stay until they are replaced.
Status PruneCheckpoints(const std::string& root, const PruneArgs& args);

// Removes ".tmp-*" directories of processes that no longer live. Call at start, with the output
// directory locked. Returns the names removed.
StatusOr<std::vector<std::string>> RemoveStaleCheckpoints(const std::string& root);

}  // namespace longhaul
