// SPDX-License-Identifier: Apache-2.0
#include "tools/new_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "common/file.h"

namespace longhaul::tools {

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
