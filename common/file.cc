// SPDX-License-Identifier: Apache-2.0
#include "common/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "common/file_descriptor.h"

namespace longhaul {
namespace {

StatusCode CodeOf(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return StatusCode::kResourceExhausted;
    case ENOENT:
      return StatusCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return StatusCode::kPermissionDenied;
    case EEXIST:
      return StatusCode::kAlreadyExists;
    case EISDIR:
    case ENOTDIR:
    case ENAMETOOLONG:
      return StatusCode::kInvalidArgument;
    default:
      return StatusCode::kUnavailable;
  }
}

Status SyncPath(const std::string& path, int flags) {
  FileDescriptor fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (fd.get() < 0) return ErrnoStatus(errno, "opening", path);
  if (::fsync(fd.get()) != 0) return ErrnoStatus(errno, "syncing", path);
  return OkStatus();
}

}  // namespace

Status ErrnoStatus(int error, std::string_view doing, const std::string& path) {
  return MakeStatus(CodeOf(error), fmt::format("{} {}: {}", doing, path, std::strerror(error)));
}

Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoStatus(errno, "writing", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return OkStatus();
}

StatusOr<std::string> ReadFile(const std::string& path) {
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return ErrnoStatus(errno, "opening", path);
  struct stat info;
  if (::fstat(fd.get(), &info) != 0) return ErrnoStatus(errno, "reading", path);
  if (S_ISDIR(info.st_mode)) return ErrnoStatus(EISDIR, "reading", path);
  std::string bytes;
  constexpr size_t kMostOfADevice = size_t{256} << 20;  // /dev/zero has no end
  constexpr size_t kStep = 1 << 16;  // files of /proc say size 0, so read on until the end
  size_t length = 0;
  bytes.resize(std::max<size_t>(static_cast<size_t>(info.st_size) + 1, kStep));
  while (true) {
    if (length == bytes.size()) bytes.resize(2 * bytes.size());
    const ssize_t got = ::read(fd.get(), bytes.data() + length, bytes.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, "reading", path);
    if (got == 0) break;
    length += static_cast<size_t>(got);
    if (length > kMostOfADevice && !S_ISREG(info.st_mode)) {
      return ResourceExhausted("{}: is no file and gives more than {} MiB", path,
                               kMostOfADevice >> 20);
    }
  }
  bytes.resize(length);
  return bytes;
}

Status WriteFileAtomic(const std::string& path, std::string_view bytes) {
  struct stat present;
  if (::stat(path.c_str(), &present) == 0 && !S_ISREG(present.st_mode)) {
    return FailedPrecondition("{}: is there already and is no file", path);
  }
  const std::string aside = fmt::format("{}.tmp-{}", path, ::getpid());
  Status status = [&] {
    FileDescriptor fd(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (fd.get() < 0) return ErrnoStatus(errno, "creating", aside);
    RETURN_IF_ERROR(WriteAll(fd.get(), bytes, aside));
    if (::fsync(fd.get()) != 0) return ErrnoStatus(errno, "syncing", aside);
    if (::rename(aside.c_str(), path.c_str()) != 0) return ErrnoStatus(errno, "renaming to", path);
    return SyncDirectory(ParentDirectory(path));
  }();
  if (!status.ok()) ::unlink(aside.c_str());
  return status;
}

bool FileExists(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool DirectoryExists(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

StatusOr<int64_t> FileSize(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return ErrnoStatus(errno, "reading", path);
  return static_cast<int64_t>(info.st_size);
}

Status CreateDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return ErrnoStatus(error.value(), "creating directory", path);
  if (!DirectoryExists(path)) return ErrnoStatus(ENOTDIR, "creating directory", path);
  return OkStatus();
}

Status RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return ErrnoStatus(error.value(), "removing", path);
  return OkStatus();
}

StatusOr<std::vector<std::string>> ListDirectory(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator it(path, error);
  for (; !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error) return ErrnoStatus(error.value(), "listing", path);
  std::sort(names.begin(), names.end());
  return names;
}

Status SyncDirectory(const std::string& path) { return SyncPath(path, O_RDONLY | O_DIRECTORY); }
Status SyncFile(const std::string& path) { return SyncPath(path, O_RDONLY); }

StatusOr<int64_t> FreeSpace(const std::string& path) {
  std::string existing = path;
  while (!DirectoryExists(existing) && existing != "/" && existing != ".") {
    existing = ParentDirectory(existing);
  }
  struct statvfs info;
  if (::statvfs(existing.c_str(), &info) != 0)
    return ErrnoStatus(errno, "reading free space of", existing);
  return static_cast<int64_t>(info.f_bavail) * static_cast<int64_t>(info.f_frsize);
}

std::string ParentDirectory(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

std::string JoinPath(const std::string& a, const std::string& b) {
  return (std::filesystem::path(a) / b).string();
}

}  // namespace longhaul
