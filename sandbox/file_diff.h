// SPDX-License-Identifier: Apache-2.0
//
// The changes of a working directory as a patch that `git apply` takes: regular files, whether they
// are executable, and symbolic links. A file whose change cannot be told in the time and room that
// there is (file_changes.h, text_hunks.h) is left out, and the others are told.
#pragma once

#include <string>
#include <vector>

#include "common/status.h"
#include "sandbox/jail.h"

namespace longhaul::sandbox {

struct FileDiff {
  std::string unified_diff;
  // Not everything that changed is in it: a bound in files, bytes or time was reached, or a file
  // could not be read (a hard link, no permission). What is in it can be applied.
  bool truncated = false;
};

struct DiffArgs {
  Jail* jail;
  const RunContext* context;
};

// `before` is sorted by path. FailedPrecondition: this host has no diff. Cancelled,
// DeadlineExceeded: of the context.
StatusOr<FileDiff> DiffAgainst(const std::vector<GuestFile>& before, const WorkDirectory& after,
                               const DiffArgs& args);

}  // namespace longhaul::sandbox
