// SPDX-License-Identifier: Apache-2.0
#include "tools/new_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "common/file.h"

namespace longhaul::tools {

Status CheckNewFile(const std::string& path) {
  if (path.empty()) return InvalidArgument("the name of the file to write is empty");
  struct stat info;
  if (::lstat(path.c_str(), &info) == 0) {
    return AlreadyExists("{} exists: nothing was written", path);
  }
  const std::string parent = ParentDirectory(path);
  if (DirectoryExists(parent)) return OkStatus();
  return NotFound("writing {}: no such directory: {}", path, parent);
}

Status WriteNewFile(const std::string& path, std::string_view bytes) {
  const std::string aside = fmt::format("{}.new-{}", path, ::getpid());
  RETURN_IF_ERROR(WriteFileAtomic(aside, bytes));
  if (::renameat2(AT_FDCWD, aside.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0)
    return OkStatus();
  int cause = errno;
  // Not every file system can rename so; a hard link replaces nothing either.
  if (cause == EINVAL || cause == ENOSYS)
    cause = ::link(aside.c_str(), path.c_str()) == 0 ? 0 : errno;
  ::unlink(aside.c_str());
  if (cause == EEXIST) return AlreadyExists("{} exists: nothing was written", path);
  return cause == 0 ? OkStatus() : ErrnoStatus(cause, "writing", path);
}

}  // namespace longhaul::tools
