// SPDX-License-Identifier: Apache-2.0
//
// The lines of a file or a pipe one after the other, so that a file of any length takes the memory
// of one line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/file_descriptor.h"
#include "common/status.h"

namespace longhaul::tools {

class LineFile {
 public:
  static StatusOr<LineFile> Open(const std::string& path);  // "-": standard input

  // False at the end. `line` holds until the next call and has no newline; the last one needs none.
  // ResourceExhausted: a line is longer than any that is meant (/dev/zero).
  StatusOr<bool> Next(std::string_view& line);

  // "file:12", the line that Next gave last.
  std::string where() const { return fmt::format("{}:{}", path_, number_); }

 private:
  LineFile(std::string path, FileDescriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  // Reads more behind what is buffered; false at the end of the file.
  StatusOr<bool> Fill();

  std::string path_;
  FileDescriptor fd_;
  std::string buffer_;
  size_t at_ = 0;  // of the next line in the buffer
  int64_t number_ = 0;
};

}  // namespace longhaul::tools
