// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cgroup/group_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <sstream>
#include <vector>

#include "common/file.h"

namespace longhaul::sandbox {
namespace {

constexpr int kRemoveAttempts = 200;
constexpr timespec kRemovePause = {0, 1'000'000};

bool HasOption(std::string_view options, std::string_view wanted) {
  while (!options.empty()) {
    const size_t comma = options.find(',');
    if (options.substr(0, comma) == wanted) return true;
    if (comma == options.npos) return false;
    options.remove_prefix(comma + 1);
  }
  return false;
}

std::vector<std::string> Words(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// The path of this process's group in the hierarchy of `controller`, from the hierarchy's root.
std::string OwnGroup(std::string_view controller) {
  const StatusOr<std::string> groups = ReadFile("/proc/self/cgroup");
  if (!groups.ok()) return "/";
  std::istringstream lines(*groups);
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string_view names = std::string_view(line).substr(first + 1, second - first - 1);
    if (controller.empty() ? names.empty() : HasOption(names, controller)) {
      return line.substr(second + 1);
    }
  }
  return "/";
}

// Of a group whose path is known from the root of this process's cgroup namespace, below `root`,
// which is known from there too.
std::string PathBelow(const std::string& root, const std::string& group) {
  if (root.starts_with("/..") || group.starts_with("/..")) return "";
  const std::string above = root == "/" ? "" : root;
  if (!(group + "/").starts_with(above + "/")) return "";
  return group == above ? "/" : group.substr(above.size());
}

}  // namespace

StatusOr<GroupDirectory> GroupDirectory::Open(const std::string& path) {
  FileDescriptor directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) return ErrnoStatus(errno, "opening the cgroup", path);
  return GroupDirectory(path, std::move(directory));
}

StatusOr<GroupDirectory> GroupDirectory::Make(const std::string& path) {
  if (mkdir(path.c_str(), 0755) < 0 && errno != EEXIST) {
    return ErrnoStatus(errno, "making the cgroup", path);
  }
  return Open(path);
}

StatusOr<FileDescriptor> GroupDirectory::OpenToWrite(const char* file) const {
  FileDescriptor fd(openat(directory_.get(), file, O_WRONLY | O_CLOEXEC));
  if (fd.get() < 0) return ErrnoStatus(errno, "opening", path_ + "/" + file);
  return fd;
}

Status GroupDirectory::Write(const char* file, std::string_view value) const {
  ASSIGN_OR_RETURN(const FileDescriptor fd, OpenToWrite(file));
  if (write(fd.get(), value.data(), value.size()) < 0) {
    return ErrnoStatus(errno, fmt::format("writing {} to", value), path_ + "/" + file);
  }
  return OkStatus();
}

StatusOr<std::string> GroupDirectory::Read(const char* file) const {
  const FileDescriptor fd(openat(directory_.get(), file, O_RDONLY | O_CLOEXEC));
  char bytes[4096];
  const ssize_t size = fd.get() < 0 ? -1 : read(fd.get(), bytes, sizeof(bytes));
  if (size < 0) return ErrnoStatus(errno, "reading", path_ + "/" + file);
  return std::string(bytes, static_cast<size_t>(size));
}

int64_t GroupDirectory::Number(const char* file) const {
  const StatusOr<std::string> text = Read(file);
  int64_t value = 0;
  if (text.ok()) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

int64_t GroupDirectory::Field(const char* file, std::string_view key) const {
  const StatusOr<std::string> text = Read(file);
  if (!text.ok()) return 0;
  std::istringstream lines(*text);
  std::string name;
  for (int64_t value = 0; lines >> name >> value;) {
    if (name == key) return value;
  }
  return 0;
}

void GroupDirectory::Remove() const {
  for (int attempt = 0; attempt < kRemoveAttempts; ++attempt) {
    if (rmdir(path_.c_str()) == 0 || errno != EBUSY) return;
    nanosleep(&kRemovePause, nullptr);
  }
}

std::optional<CgroupMount> FindCgroupMount(std::string_view controller) {
  const StatusOr<std::string> mounts = ReadFile("/proc/self/mountinfo");
  if (!mounts.ok()) return std::nullopt;
  std::istringstream lines(*mounts);
  for (std::string line; std::getline(lines, line);) {
    const size_t dash = line.find(" - ");
    if (dash == line.npos) continue;
    const std::vector<std::string> before = Words(line.substr(0, dash));
    const std::vector<std::string> after = Words(line.substr(dash + 3));
    if (before.size() < 6 || after.size() < 3) continue;
    const bool found = controller.empty() ? after[0] == "cgroup2"
                                          : after[0] == "cgroup" && HasOption(after[2], controller);
    if (!found) continue;
    return CgroupMount{before[4], PathBelow(before[3], OwnGroup(controller))};
  }
  return std::nullopt;
}

void KillAndRemoveGroups(const std::string& path) {
  const StatusOr<std::vector<std::string>> names = ListDirectory(path);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    if (DirectoryExists(path + "/" + name)) KillAndRemoveGroups(path + "/" + name);
  }
  const StatusOr<GroupDirectory> group = GroupDirectory::Open(path);
  if (!group.ok()) return;
  const StatusOr<std::string> processes = ReadFile(path + "/cgroup.procs");
  if (processes.ok()) {
    std::istringstream lines(*processes);
    for (pid_t pid = 0; lines >> pid;) {
      if (pid > 1) kill(pid, SIGKILL);
    }
  }
  group->Remove();
}

void KillAndRemoveGroupsNamed(const std::string& path, const std::string& name) {
  const StatusOr<std::vector<std::string>> children = ListDirectory(path);
  if (!children.ok()) return;  // another user's, or gone meanwhile
  for (const std::string& child : *children) {
    const std::string group = path + "/" + child;
    if (!DirectoryExists(group)) continue;
    child == name ? KillAndRemoveGroups(group) : KillAndRemoveGroupsNamed(group, name);
  }
}

}  // namespace longhaul::sandbox
