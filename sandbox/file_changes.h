// SPDX-License-Identifier: Apache-2.0
//
// What became of the files that a guest was given: the changes between them and its working
// directory as it is now, compared byte by byte. The guest chooses what is there to compare, so the
// work is bounded as a whole, in names, files and bytes, and given up with its caller.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "sandbox/git_patch.h"
#include "sandbox/jail.h"
#include "sandbox/omissions.h"

namespace longhaul::sandbox {

// Paths of files that went and of which that cannot be told. What came into the place of one, above
// it or below it cannot be told either: a patch with the one and without the other does not apply.
class UntoldRemovals {
 public:
  void Add(const std::string& path) { paths_.insert(path); }
  // Whether a file made at `path` needs one of them to be gone.
  bool StandInTheWayOf(std::string_view path) const;

 private:
  std::set<std::string, std::less<>> paths_;
};

struct FileChanges {
  // Sorted by path. A change of type is a removal and then a new file of one path.
  std::vector<GitChange> changes;
  UntoldRemovals untold;
  Omissions left_out;  // what may have changed and is not among the changes
};

// `before` is sorted by path. What lies in a directory .git is git's, and no change. Cancelled,
// DeadlineExceeded: of `context`. ResourceExhausted: this process is out of descriptors.
StatusOr<FileChanges> CollectChanges(const std::vector<GuestFile>& before,
                                     const WorkDirectory& after, const RunContext& context);

}  // namespace longhaul::sandbox
