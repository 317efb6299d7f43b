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
#include "sandbox/omissions.h"

namespace longhaul::sandbox {

struct FileDiff {
  std::string unified_diff;  // can be applied
  // What may have changed and is not in it: a bound in files, bytes or time was reached, a file
  // could not be read (a hard link, no permission), or git does not take its name.
  Omissions left_out;
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
