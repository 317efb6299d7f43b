// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/file.h"
#include "common/file_descriptor.h"

namespace longhaul {
namespace {

std::string Content(int fd) {
  char text[32];
  const ssize_t got = ::pread(fd, text, sizeof(text), 0);
  return got > 0 ? std::string(text, static_cast<size_t>(got)) : "";
}

bool IsProcessId(const std::string& text) {
  return text.find_first_not_of("0123456789") == std::string::npos;
}

// Whether the path still names what was opened: its owner may have removed the directory since.
bool IsStillThere(int fd, const std::string& path) {
  struct stat opened, named;
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

StatusOr<FileDescriptor> OpenLocked(const std::string& directory, const std::string& path) {
  while (true) {
    RETURN_IF_ERROR(CreateDirectories(directory));
    FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (fd.get() < 0) return ErrnoStatus(errno, "opening", path);
    const std::string content = Content(fd.get());
    if (!IsProcessId(content)) {
      return FailedPrecondition("{}: is not ours; take another directory, or move it away", path);
    }
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return ErrnoStatus(errno, "locking", path);
      return FailedPrecondition("output directory {} is in use by {}", directory,
                                content.empty() ? "another process" : "process " + content);
    }
    if (IsStillThere(fd.get(), path)) return fd;
  }
}

}  // namespace

StatusOr<FileLock> FileLock::Acquire(const std::string& directory) {
  const std::string path = JoinPath(directory, ".lock");
  ASSIGN_OR_RETURN(FileDescriptor fd, OpenLocked(directory, path));
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(fd.get(), 0) != 0) return ErrnoStatus(errno, "writing", path);
  RETURN_IF_ERROR(WriteAll(fd.get(), pid, path));
  return FileLock(fd.Release());
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace longhaul
