// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/file.h"
#include "common/file_descriptor.h"

namespace longhaul {
namespace {

std::string OwnerOf(int fd) {
  char text[32];
  const ssize_t got = ::pread(fd, text, sizeof(text), 0);
  return got > 0 ? fmt::format("process {}", std::string_view(text, static_cast<size_t>(got)))
                 : "another process";
}

}  // namespace

StatusOr<FileLock> FileLock::Acquire(const std::string& directory) {
  RETURN_IF_ERROR(CreateDirectories(directory));
  const std::string path = JoinPath(directory, ".lock");
  FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (fd.get() < 0) return ErrnoStatus(errno, "opening", path);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return ErrnoStatus(errno, "locking", path);
    return FailedPrecondition("output directory {} is in use by {}", directory, OwnerOf(fd.get()));
  }
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
