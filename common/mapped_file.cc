// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "common/file.h"
#include "common/file_descriptor.h"

namespace longhaul {

StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));  // waits for no pipe
  if (fd.get() < 0) return ErrnoStatus(errno, "opening", path);
  struct stat info;
  if (::fstat(fd.get(), &info) != 0) return ErrnoStatus(errno, "reading", path);
  if (S_ISDIR(info.st_mode)) return ErrnoStatus(EISDIR, "reading", path);
  if (!S_ISREG(info.st_mode)) return InvalidArgument("{}: not a regular file", path);
  MappedFile file;
  file.path_ = path;
  file.size_ = static_cast<int64_t>(info.st_size);
  if (file.size_ == 0) return file;  // an empty file cannot be mapped
  void* data =
      ::mmap(nullptr, static_cast<size_t>(file.size_), PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) return ErrnoStatus(errno, "mapping", path);
  file.data_ = static_cast<const unsigned char*>(data);
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<unsigned char*>(data_), static_cast<size_t>(size_));
}

}  // namespace longhaul
