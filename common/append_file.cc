// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/file.h"
#include "common/file_descriptor.h"

namespace longhaul {
namespace {

constexpr size_t kBufferBytes = 64 << 10;

}  // namespace

StatusOr<AppendFile> AppendFile::Open(const std::string& path, std::optional<int64_t> size) {
  FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (fd.get() < 0) return ErrnoStatus(errno, "opening", path);
  struct stat info;
  if (::fstat(fd.get(), &info) != 0) return ErrnoStatus(errno, "opening", path);
  AppendFile file(path, fd.Release(), static_cast<int64_t>(info.st_size));
  if (size.has_value()) RETURN_IF_ERROR(file.Truncate(*size));
  return file;
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      size_(other.size_),
      buffer_(std::exchange(other.buffer_, {})) {}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

AppendFile::~AppendFile() {
  if (fd_ < 0) return;
  Flush().IgnoreError();
  ::close(fd_);
}

Status AppendFile::Append(std::string_view bytes) {
  buffer_.append(bytes);
  size_ += static_cast<int64_t>(bytes.size());
  return buffer_.size() >= kBufferBytes ? Flush() : OkStatus();
}

Status AppendFile::Flush() {
  Status status = WriteAll(fd_, buffer_, path_);
  buffer_.clear();
  if (status.ok()) return status;
  // What reached the file is unknown after a failed write, so ask.
  struct stat info;
  if (::fstat(fd_, &info) == 0) size_ = static_cast<int64_t>(info.st_size);
  return status;
}

Status AppendFile::Sync() {
  RETURN_IF_ERROR(Flush());
  return ::fsync(fd_) == 0 ? OkStatus() : ErrnoStatus(errno, "syncing", path_);
}

Status AppendFile::Truncate(int64_t size) {
  RETURN_IF_ERROR(Flush());
  if (size < 0 || size > size_) {
    return DataLoss("{}: has {} bytes, cannot be cut back to {}", path_, size_, size);
  }
  if (::ftruncate(fd_, size) != 0) return ErrnoStatus(errno, "truncating", path_);
  size_ = size;
  return OkStatus();
}

}  // namespace longhaul
