// SPDX-License-Identifier: Apache-2.0
#include "sandbox/host_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/file_descriptor.h"
#include "sandbox/init/plan.h"

namespace longhaul::sandbox {
namespace {

constexpr const char* kTopLevel[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};
constexpr const char* kDevices[] = {"null", "zero", "full", "random", "urandom"};
const Symlink kDeviceLinks[] = {{"/proc/self/fd", "fd"},
                                {"/proc/self/fd/0", "stdin"},
                                {"/proc/self/fd/1", "stdout"},
                                {"/proc/self/fd/2", "stderr"}};

std::string ReadLink(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t size = readlink(path.c_str(), target, sizeof(target));
  return std::string(target, size > 0 ? static_cast<size_t>(size) : 0);
}

bool IsLink(const std::string& path) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

Status WriteEtcFile(const std::string& path, const std::string& content) {
  RETURN_IF_ERROR(WriteFileAtomic(path, content));
  return chmod(path.c_str(), 0644) == 0 ? OkStatus()
                                        : ErrnoStatus(errno, "setting the mode of", path);
}

Status CopyAlternatives(const std::string& etc) {
  const StatusOr<std::vector<std::string>> names = ListDirectory("/etc/alternatives");
  if (!names.ok()) return OkStatus();  // not a Debian
  const std::string directory = etc + "/alternatives";
  RETURN_IF_ERROR(CreateDirectories(directory));
  chmod(directory.c_str(), 0755);
  for (const std::string& name : *names) {
    const std::string target = ReadLink("/etc/alternatives/" + name);
    if (target.empty() || name.ends_with(".gz")) continue;
    if (symlink(target.c_str(), (directory + "/" + name).c_str()) < 0) {
      return ErrnoStatus(errno, "making the link", directory + "/" + name);
    }
  }
  return OkStatus();
}

Status WriteEtc(const std::string& etc) {
  RETURN_IF_ERROR(CreateDirectories(etc));
  chmod(etc.c_str(), 0755);
  RETURN_IF_ERROR(WriteEtcFile(etc + "/passwd",
                               fmt::format("guest:x:{0}:{0}:guest:/work:/bin/sh\n", kGuestUid)));
  RETURN_IF_ERROR(WriteEtcFile(etc + "/group", fmt::format("guest:x:{}:\n", kGuestUid)));
  RETURN_IF_ERROR(WriteEtcFile(etc + "/hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n"));
  RETURN_IF_ERROR(
      WriteEtcFile(etc + "/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"));
  const StatusOr<std::string> cache = ReadFile("/etc/ld.so.cache");
  if (cache.ok()) RETURN_IF_ERROR(WriteEtcFile(etc + "/ld.so.cache", *cache));
  return CopyAlternatives(etc);
}

// A /dev for all guests: device nodes, links and where /dev/shm is mounted. False where this user
// or this file system may have no device nodes.
bool MakeDevices(const std::string& dev) {
  const std::string shared_memory = dev + "/shm";
  if (!CreateDirectories(shared_memory).ok()) return false;
  chmod(dev.c_str(), 0755);
  chmod(shared_memory.c_str(), 0755);
  for (const std::string name : kDevices) {
    const std::string path = dev + "/" + name;
    struct stat host;
    if (stat(("/dev/" + name).c_str(), &host) < 0 ||
        mknod(path.c_str(), S_IFCHR | 0666, host.st_rdev) < 0 || chmod(path.c_str(), 0666) < 0 ||
        FileDescriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC)).get() < 0) {
      return false;
    }
  }
  for (const Symlink& link : kDeviceLinks) {
    if (symlink(link.target.c_str(), (dev + "/" + link.path).c_str()) < 0) return false;
  }
  return true;
}

}  // namespace

StatusOr<HostLayout> MakeHostLayout(const std::string& directory) {
  HostLayout layout;
  layout.trees.push_back({"/usr", "usr", HostTree::Kind::kDirectory});
  for (const std::string name : kTopLevel) {
    const std::string path = "/" + name;
    if (IsLink(path)) {
      layout.symlinks.push_back({ReadLink(path), name});
    } else if (DirectoryExists(path)) {
      layout.trees.push_back({path, name, HostTree::Kind::kDirectory});
    }
  }
  if (MakeDevices(directory + "/dev")) {  // one mount instead of one for each
    layout.trees.push_back({directory + "/dev", "dev", HostTree::Kind::kDevices});
  } else {
    for (const std::string name : kDevices) {
      layout.trees.push_back({"/dev/" + name, "dev/" + name, HostTree::Kind::kDevice});
    }
    for (const Symlink& link : kDeviceLinks) {
      layout.symlinks.push_back({link.target, "dev/" + link.path});
    }
  }
  const std::string etc = directory + "/etc";
  RETURN_IF_ERROR(WriteEtc(etc));
  layout.trees.push_back({etc, "etc", HostTree::Kind::kDirectory});
  return layout;
}

}  // namespace longhaul::sandbox
