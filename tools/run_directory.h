// SPDX-License-Identifier: Apache-2.0
//
// The right of one run to write into its directories. A directory that already holds files a run
// would write, and no run of ours, is somebody else's: it is refused, and nothing in it changes.
#pragma once

#include <optional>
#include <string>

#include "common/file.h"
#include "common/status.h"
#include "tools/run_config.h"

namespace longhaul::tools {

// First line of the config.yaml of a run directory.
inline constexpr std::string_view kRunConfigHeader =
    "# The resolved configuration of a Longhaul run, written by it.\n";

// Where a run keeps its checkpoints: checkpoint.dir, or a directory below its own.
std::string CheckpointRoot(const LoadedRun& run);

// Held while the run lives.
class RunDirectory {
 public:
  // Makes and locks output.dir, and checkpoint.dir where that is elsewhere. Refused, with what to
  // do: a directory in use by a live run, one with files of others, one around the model that the
  // run starts from, a place for checkpoints in or around what else runs write, and a fresh start
  // over the checkpoints of an earlier run.
  static StatusOr<RunDirectory> Open(const LoadedRun& run);

 private:
  RunDirectory(FileLock output, std::optional<FileLock> checkpoints)
      : output_(std::move(output)), checkpoints_(std::move(checkpoints)) {}

  FileLock output_;
  std::optional<FileLock> checkpoints_;
};

}  // namespace longhaul::tools
