// SPDX-License-Identifier: Apache-2.0
#include "tools/line_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "common/file.h"

namespace longhaul::tools {
namespace {

constexpr size_t kReadBytes = 1 << 20;
constexpr size_t kMaxLineBytes = size_t{256} << 20;

}  // namespace

StatusOr<LineFile> LineFile::Open(const std::string& path) {
  FileDescriptor fd(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return ErrnoStatus(errno, "opening", path);
  return LineFile(path, std::move(fd));
}

StatusOr<bool> LineFile::Fill() {
  buffer_.erase(0, at_);
  at_ = 0;
  const size_t held = buffer_.size();
  if (held > kMaxLineBytes) {
    return ResourceExhausted("{}:{}: a line of more than {} MiB", path_, number_ + 1,
                             kMaxLineBytes >> 20);
  }
  buffer_.resize(held + kReadBytes);
  ssize_t got = -1;
  do {
    got = ::read(fd_.get(), buffer_.data() + held, kReadBytes);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return ErrnoStatus(errno, "reading", path_);
  buffer_.resize(held + static_cast<size_t>(got));
  return got > 0;
}

StatusOr<bool> LineFile::Next(std::string_view& line) {
  size_t searched = at_;
  size_t end = buffer_.find('\n', searched);
  while (end == buffer_.npos) {
    searched = buffer_.size() - at_;  // Fill moves what is left to the front
    ASSIGN_OR_RETURN(const bool more, Fill());
    if (!more) {
      end = buffer_.size();
      break;
    }
    end = buffer_.find('\n', searched);
  }
  if (at_ == buffer_.size()) return false;
  line = std::string_view(buffer_).substr(at_, end - at_);
  at_ = std::min(end + 1, buffer_.size());
  ++number_;
  return true;
}

}  // namespace longhaul::tools
