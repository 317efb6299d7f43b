// SPDX-License-Identifier: Apache-2.0
#include "sandbox/user_mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <sstream>

#include "common/file.h"
#include "common/file_descriptor.h"
#include "sandbox/init/plan.h"

namespace longhaul::sandbox {
namespace {

// Above what systemd hands to containers, below the ids that programs take for negative numbers.
constexpr int64_t kFreeUid = 1'879'100'000;
constexpr int64_t kUidsPerJail = 16'384, kJails = 1 << 13;
constexpr int64_t kWholeRange = 4'294'967'295;

bool HasCapability(int capability) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};
  if (syscall(SYS_capget, &header, sets) < 0) return false;
  return (sets[capability / 32].effective >> (capability % 32) & 1) != 0;
}

struct IdRange {
  int64_t inside = 0, outside = 0, count = 0;
};

// The longest range of ids that exist in this process's user namespace.
IdRange LongestRange() {
  IdRange longest;
  const StatusOr<std::string> map = ReadFile("/proc/self/uid_map");
  if (!map.ok()) return longest;
  std::istringstream lines(*map);
  for (IdRange range; lines >> range.inside >> range.outside >> range.count;) {
    if (range.count > longest.count) longest = range;
  }
  return longest;
}

Status WriteProc(pid_t pid, const char* name, const std::string& text) {
  const std::string path = fmt::format("/proc/{}/{}", pid, name);
  const FileDescriptor fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (fd.get() < 0 || write(fd.get(), text.data(), text.size()) < 0) {
    return ErrnoStatus(errno, "writing", path);
  }
  return OkStatus();
}

}  // namespace

StatusOr<UserMapping> ChooseUserMapping(int slots) {
  const IdRange range = LongestRange();
  const bool may_map = HasCapability(CAP_SETUID) && HasCapability(CAP_SETGID);
  static std::atomic<int64_t> jails_of_process = 0;
  if (may_map && range.inside + range.count > kFreeUid + kUidsPerJail * kJails) {
    const int64_t jail = (getpid() + jails_of_process++) % kJails;
    const int64_t first = kFreeUid + jail * kUidsPerJail;
    return UserMapping{static_cast<uid_t>(first), true,
                       fmt::format("uids from {} on, one a slot", first)};
  }
  if (may_map && range.count > 2 * slots && range.count < kWholeRange) {  // in a container
    const int64_t first = range.inside + range.count - slots - 1;
    return UserMapping{
        static_cast<uid_t>(first), true,
        fmt::format("uids from {} on, of the {} this container has", first, range.count)};
  }
  if (geteuid() == 0 && range.outside == 0) {
    return FailedPrecondition(
        "guests would be the host's root: this process is root without the right to map other "
        "users; "
        "give it CAP_SETUID and CAP_SETGID or run it as an ordinary user");
  }
  return UserMapping{geteuid(), false,
                     fmt::format("guests are uid {}, as the service; run it as root to give each "
                                 "slot a uid of its own",
                                 geteuid())};
}

Status WriteUserMapping(pid_t pid, const UserMapping& mapping, int slot) {
  const uid_t uid = mapping.UidOf(slot);
  const uid_t gid = mapping.distinct ? uid : getegid();
  if (!mapping.distinct) RETURN_IF_ERROR(WriteProc(pid, "setgroups", "deny"));
  RETURN_IF_ERROR(WriteProc(pid, "gid_map", fmt::format("{} {} 1", kGuestUid, gid)));
  return WriteProc(pid, "uid_map", fmt::format("{} {} 1", kGuestUid, uid));
}

}  // namespace longhaul::sandbox
