// SPDX-License-Identifier: Apache-2.0
//
// Files and directories. Every error names the path and the system's text for it; a full disk or
// quota is kResourceExhausted, a missing file kNotFound, missing rights kPermissionDenied.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace longhaul {

// The Status of a failed system call: "writing runs/a/x: No space left on device".
Status ErrnoStatus(int error, std::string_view doing, const std::string& path);

StatusOr<std::string> ReadFile(const std::string& path);

// Readers of `path` see the old bytes or the new ones, never a mixture, also after a power cut:
// written aside, synced, renamed, directory synced.
Status WriteFileAtomic(const std::string& path, std::string_view bytes);

bool FileExists(const std::string& path);
bool DirectoryExists(const std::string& path);
StatusOr<int64_t> FileSize(const std::string& path);

// Makes the directory and its parents; one that is there is fine.
Status CreateDirectories(const std::string& path);
// Removes a file or a directory with all in it; one that is not there is fine.
Status RemoveTree(const std::string& path);
// Names (not paths) in a directory, sorted; "." and ".." left out.
StatusOr<std::vector<std::string>> ListDirectory(const std::string& path);
// Makes renames and new names in a directory survive a power cut.
Status SyncDirectory(const std::string& path);
// Makes a file's bytes survive a power cut.
Status SyncFile(const std::string& path);
// Bytes this user may still write on the file system that holds `path` (which may not exist yet:
// its nearest existing parent counts).
StatusOr<int64_t> FreeSpace(const std::string& path);

// "a/b" of "a/b/c"; "." of "c".
std::string ParentDirectory(const std::string& path);
// a + "/" + b; b alone when it is absolute.
std::string JoinPath(const std::string& a, const std::string& b);

// A log that grows at its end. Buffers up to 64 KiB. Thread-compatible.
class AppendFile {
 public:
  // Opens for appending, creating it when absent. `size`: cut back to this many bytes first (the
  // resume point of a checkpoint); kDataLoss when the file is shorter than that.
  static StatusOr<AppendFile> Open(const std::string& path,
                                   std::optional<int64_t> size = std::nullopt);
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) noexcept;
  ~AppendFile();  // flushes; call Flush first to learn of errors

  Status Append(std::string_view bytes);
  Status Flush();                         // hands the buffer to the system
  Status Sync();                          // flushes, and waits until it is on disk
  Status Truncate(int64_t size);          // cuts back to `size` bytes
  int64_t Tell() const { return size_; }  // length with all that was appended
  const std::string& path() const { return path_; }

 private:
  AppendFile(std::string path, int fd, int64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}

  std::string path_;
  int fd_ = -1;
  int64_t size_ = 0;
  std::string buffer_;
};

// A whole file mapped read only. The bytes stay valid while this lives. Thread-safe.
class MappedFile {
 public:
  static StatusOr<MappedFile> Open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  const unsigned char* data() const { return data_; }
  int64_t size() const { return size_; }
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(data_), static_cast<size_t>(size_)};
  }
  const std::string& path() const { return path_; }

 private:
  MappedFile() = default;

  std::string path_;
  const unsigned char* data_ = nullptr;
  int64_t size_ = 0;
};

// The right of one process to write into a directory, held until this is destroyed or the process
// ends in any way (flock on "<dir>/.lock", which holds the owner's process id).
class FileLock {
 public:
  // Creates the directory. kFailedPrecondition when another process holds it:
  // "output directory runs/a is in use by process 123".
  static StatusOr<FileLock> Acquire(const std::string& directory);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}

  int fd_ = -1;
};

}  // namespace longhaul
