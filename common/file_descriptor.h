// SPDX-License-Identifier: Apache-2.0
//
// An owned file descriptor, for the implementations of file classes.
#pragma once

#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

#include "common/status.h"

namespace longhaul {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// Writes everything, going on after partial writes and signals. `path` is for messages.
Status WriteAll(int fd, std::string_view bytes, const std::string& path);

}  // namespace longhaul
