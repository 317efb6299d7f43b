// SPDX-License-Identifier: Apache-2.0
//
// A directory of a cgroup file system: small files that are read and written whole.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "common/file_descriptor.h"
#include "common/status.h"

namespace longhaul::sandbox {

class GroupDirectory {
 public:
  static StatusOr<GroupDirectory> Open(const std::string& path);
  // Creates it when absent.
  static StatusOr<GroupDirectory> Make(const std::string& path);

  StatusOr<FileDescriptor> OpenToWrite(const char* file) const;
  Status Write(const char* file, std::string_view value) const;
  StatusOr<std::string> Read(const char* file) const;
  // A file that holds one number; 0 when it cannot be read.
  int64_t Number(const char* file) const;
  // The number after `key` in a file of lines "key number"; 0 when absent.
  int64_t Field(const char* file, std::string_view key) const;

  // Removes the group, waiting a little for the last of its processes to be gone.
  void Remove() const;
  int fd() const { return directory_.get(); }
  const std::string& path() const { return path_; }

 private:
  GroupDirectory(std::string path, FileDescriptor directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}

  std::string path_;
  FileDescriptor directory_;
};

// Where this process sees a hierarchy, and its own group in it.
struct CgroupMount {
  std::string mount_point;
  std::string own_group;  // path below the mount point; "" when it is not, or not known to be there
};
// `controller`: of v1 ("memory"), or "" for the v2 hierarchy. Empty: not mounted here.
std::optional<CgroupMount> FindCgroupMount(std::string_view controller);

// SIGKILL to every process in the group and in those below it, then removes them all.
void KillAndRemoveGroups(const std::string& path);
// The same for every group called `name`, wherever it is below `path`.
void KillAndRemoveGroupsNamed(const std::string& path, const std::string& name);

}  // namespace longhaul::sandbox
