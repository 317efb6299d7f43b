// SPDX-License-Identifier: Apache-2.0
#include "sandbox/state_directory.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>

#include "sandbox/cgroup/cgroup.h"

namespace longhaul::sandbox {
namespace {

constexpr size_t kInstanceDigits = 16;

bool IsInstance(const std::string& name) {
  return name.size() == kInstanceDigits &&
         name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Anybody could have made a name in a shared temporary directory before us.
Status CheckOwned(const std::string& root) {
  struct stat status;
  if (lstat(root.c_str(), &status) < 0) return ErrnoStatus(errno, "looking at", root);
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 022) != 0) {
    return FailedPrecondition(
        "{} must be a directory of this user that nobody else may write; remove it, or set another "
        "state directory",
        root);
  }
  return OkStatus();
}

StatusOr<FileLock> LockRoot(const std::string& root) {
  constexpr int kAttempts = 1000;
  constexpr timespec kPause = {0, 10'000'000};
  for (int attempt = 0; attempt + 1 < kAttempts; ++attempt) {
    StatusOr<FileLock> lock = FileLock::Acquire(root);
    if (lock.status().code() != StatusCode::kFailedPrecondition) return lock;
    nanosleep(&kPause, nullptr);
  }
  return FileLock::Acquire(root);
}

// The lock is held while instances are made and swept, so that none is swept before it holds its
// own.
StatusOr<FileLock> MakeRoot(const std::string& root) {
  RETURN_IF_ERROR(CreateDirectories(ParentDirectory(root)));
  if (mkdir(root.c_str(), 0700) < 0 && errno != EEXIST) {
    return ErrnoStatus(errno, "making the state directory", root);
  }
  RETURN_IF_ERROR(CheckOwned(root));
  return LockRoot(root);
}

void Sweep(const std::string& root) {
  const StatusOr<std::vector<std::string>> names = ListDirectory(root);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    if (!IsInstance(name)) continue;
    const std::string path = root + "/" + name;
    const StatusOr<FileLock> lock = FileLock::Acquire(path);
    if (!lock.ok()) continue;  // alive
    RemoveCgroupsV1(name);
    RemoveCgroupsV2(name);
    static_cast<void>(RemoveTree(path).ok());
  }
}

}  // namespace

std::string DefaultStateRoot() {
  const char* temporary = getenv("TMPDIR");
  return fmt::format("{}/longhaul-sandbox-{}",
                     temporary != nullptr && temporary[0] == '/' ? temporary : "/tmp", geteuid());
}

StatusOr<StateDirectory> StateDirectory::Open(const std::string& root) {
  ASSIGN_OR_RETURN(const FileLock root_lock, MakeRoot(root));
  Sweep(root);
  uint64_t number = 0;
  if (getrandom(&number, sizeof(number), 0) != sizeof(number)) return Internal("no random numbers");
  const std::string instance = fmt::format("{:016x}", number);
  const std::string path = root + "/" + instance;
  ASSIGN_OR_RETURN(FileLock lock, FileLock::Acquire(path));
  return StateDirectory(instance, path, std::move(lock));
}

Status StateDirectory::Renew() {
  ASSIGN_OR_RETURN(const FileLock root_lock, MakeRoot(ParentDirectory(path_)));
  lock_.reset();
  ASSIGN_OR_RETURN(FileLock lock, FileLock::Acquire(path_));
  lock_.emplace(std::move(lock));
  return OkStatus();
}

StateDirectory::~StateDirectory() {
  if (!path_.empty()) static_cast<void>(RemoveTree(path_).ok());
}

}  // namespace longhaul::sandbox
