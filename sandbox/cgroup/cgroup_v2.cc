// SPDX-License-Identifier: Apache-2.0
//
// cgroup v2. Groups are made beside this process's own group, where that is delegated (systemd
// gives a user its app.slice, root all of them), or below it: then this process is in a leaf
// meanwhile, since a group with controllers for those below may hold no process itself.
#include <linux/sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "common/file.h"
#include "sandbox/cgroup/cgroup.h"
#include "sandbox/cgroup/group_directory.h"
#include "sandbox/init/raw_syscall.h"

namespace longhaul::sandbox {
namespace {

constexpr int64_t kMicrosPerMilli = 1'000;
constexpr std::string_view kNeeded = "+memory +pids", kNotNeeded = "-memory -pids";
constexpr const char* kLeaf = "longhaul-service";

bool HasControllers(const std::string& list) {
  return (" " + list).find(" memory") != std::string::npos &&
         (" " + list).find(" pids") != std::string::npos;
}

std::string GroupName(const std::string& instance) { return "longhaul-" + instance; }

class GroupV2 : public Cgroup {
 public:
  GroupV2(GroupDirectory group, int64_t memory_bytes)
      : group_(std::move(group)), memory_bytes_(memory_bytes) {}
  ~GroupV2() override {
    static_cast<void>(group_.Write("cgroup.kill", "1").ok());
    group_.Remove();
  }

  Status SetUp(int64_t processes) {
    // Absent where the kernel has no swap accounting.
    static_cast<void>(group_.Write("memory.swap.max", "0").ok());
    return group_.Write("pids.max", std::to_string(processes));
  }

  int birth_fd() const override { return group_.fd(); }
  Status LimitMemory() override {
    return group_.Write("memory.max", std::to_string(memory_bytes_));
  }
  void Watch(int, int) override {}
  GuestUsage Usage() override {
    // memory.peak came with Linux 5.19; before it, the highest value seen.
    peak_ = std::max({peak_.load(), group_.Number("memory.peak"), group_.Number("memory.current")});
    return {.cpu_time_ms = group_.Field("cpu.stat", "usage_usec") / kMicrosPerMilli,
            .memory_bytes = peak_,
            .oom_kills = group_.Field("memory.events.local", "oom_kill"),
            .forks_refused = group_.Field("pids.events", "max")};
  }

 private:
  const GroupDirectory group_;
  const int64_t memory_bytes_;
  std::atomic<int64_t> peak_ = 0;
};

// The path of the leaf below `base` in which this process is.
std::string LeafBelow(const GroupDirectory& base) { return base.path() + "/" + kLeaf; }

// From `own`, this process's group, to a leaf below it.
Status EnterLeaf(const GroupDirectory& own) {
  ASSIGN_OR_RETURN(const std::string processes, own.Read("cgroup.procs"));
  if (processes != fmt::format("{}\n", getpid())) {
    return FailedPrecondition(
        "{} holds other processes than this one, and so can have no groups with limits below it",
        own.path());
  }
  ASSIGN_OR_RETURN(const GroupDirectory leaf, GroupDirectory::Make(LeafBelow(own)));
  const Status entered = leaf.Write("cgroup.procs", std::to_string(getpid()));
  if (!entered.ok()) leaf.Remove();
  return entered;
}

// Back to `base`, if this process is in the leaf below it and nothing else is there.
void LeaveLeaf(const GroupDirectory& base) {
  const StatusOr<GroupDirectory> leaf = GroupDirectory::Open(LeafBelow(base));
  if (!leaf.ok()) return;
  const StatusOr<std::string> processes = leaf->Read("cgroup.procs");
  if (!processes.ok() || *processes != fmt::format("{}\n", getpid())) return;
  const StatusOr<std::vector<std::string>> names = ListDirectory(base.path());
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    if (name != kLeaf && DirectoryExists(base.path() + "/" + name)) return;  // it may need them
  }
  static_cast<void>(base.Write("cgroup.subtree_control", kNotNeeded).ok());
  if (base.Write("cgroup.procs", std::to_string(getpid())).ok()) leaf->Remove();
}

__attribute__((no_sanitize("address", "thread", "undefined"))) long EndAtOnce(void*) { return 0; }

// Whether a process can be born in a group: rights to groups far above and namespaces decide.
Status TryBirth(int group_fd) {
  alignas(16) char stack[4096];
  clone_args clone = {};
  clone.flags = CLONE_VM | CLONE_VFORK | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP;
  clone.stack = reinterpret_cast<uint64_t>(stack);
  clone.stack_size = sizeof(stack);
  clone.cgroup = static_cast<uint64_t>(group_fd);
  const long pid =
      raw::CloneInto(SYS_clone3, reinterpret_cast<long>(&clone), sizeof(clone), EndAtOnce, nullptr);
  if (pid < 0) return ErrnoStatus(static_cast<int>(-pid), "starting a process in", "a new cgroup");
  waitpid(static_cast<pid_t>(pid), nullptr, __WALL);
  return OkStatus();
}

class BackendV2 : public CgroupBackend {
 public:
  BackendV2(GroupDirectory base, GroupDirectory parent)
      : base_(std::move(base)), parent_(std::move(parent)) {}
  ~BackendV2() override {
    parent_.Remove();
    LeaveLeaf(base_);
  }

  // `own`: the path of this process's group.
  Status SetUp(const std::string& own) {
    RETURN_IF_ERROR(EnableControllers(own));
    RETURN_IF_ERROR(parent_.Write("cgroup.subtree_control", kNeeded));
    ASSIGN_OR_RETURN(const std::unique_ptr<Cgroup> trial, Make({64 << 20, 8}));
    RETURN_IF_ERROR(TryBirth(trial->birth_fd()));
    return trial->LimitMemory();
  }

  std::string_view name() const override { return "v2"; }
  std::string detail() const override { return "cgroup v2 below " + parent_.path(); }
  std::chrono::milliseconds watch_interval() const override {
    return std::chrono::milliseconds(50);
  }
  StatusOr<std::unique_ptr<Cgroup>> Make(const CgroupLimits& limits) override {
    ASSIGN_OR_RETURN(GroupDirectory directory,
                     GroupDirectory::Make(parent_.path() + "/" + std::to_string(next_++)));
    auto group = std::make_unique<GroupV2>(std::move(directory), limits.memory_bytes);
    RETURN_IF_ERROR(group->SetUp(limits.processes));
    return group;
  }

 private:
  // Makes memory and pids available to what is made below the base.
  Status EnableControllers(const std::string& own) const {
    ASSIGN_OR_RETURN(const std::string available, base_.Read("cgroup.controllers"));
    if (!HasControllers(available)) {
      return FailedPrecondition("{} has not both the controllers memory and pids", base_.path());
    }
    ASSIGN_OR_RETURN(const std::string enabled, base_.Read("cgroup.subtree_control"));
    if (HasControllers(enabled)) return OkStatus();
    const Status written = base_.Write("cgroup.subtree_control", kNeeded);
    if (written.ok() || base_.path() != own) return written;
    RETURN_IF_ERROR(EnterLeaf(base_));
    return base_.Write("cgroup.subtree_control", kNeeded);
  }

  const GroupDirectory base_, parent_;
  std::atomic<int64_t> next_ = 0;
};

StatusOr<std::unique_ptr<CgroupBackend>> MakeBelow(const std::string& base_path,
                                                   const std::string& own,
                                                   const std::string& instance) {
  ASSIGN_OR_RETURN(GroupDirectory base, GroupDirectory::Open(base_path));
  ASSIGN_OR_RETURN(GroupDirectory parent,
                   GroupDirectory::Make(base_path + "/" + GroupName(instance)));
  auto backend = std::make_unique<BackendV2>(std::move(base), std::move(parent));
  RETURN_IF_ERROR(backend->SetUp(own));
  return backend;
}

}  // namespace

StatusOr<std::unique_ptr<CgroupBackend>> MakeCgroupV2(const std::string& instance) {
  const std::optional<CgroupMount> mount = FindCgroupMount("");
  if (!mount.has_value()) return FailedPrecondition("cgroup v2 is not mounted");
  return MakeCgroupV2At(*mount, instance);
}

StatusOr<std::unique_ptr<CgroupBackend>> MakeCgroupV2At(const CgroupMount& mount,
                                                        const std::string& instance) {
  if (mount.own_group.empty()) {
    return FailedPrecondition("this process's group is not among those at {}", mount.mount_point);
  }
  const bool at_root = mount.own_group == "/";
  const std::string own = mount.mount_point + (at_root ? "" : mount.own_group);
  std::vector<std::string> bases = {own};
  if (!at_root) bases.insert(bases.begin(), ParentDirectory(own));
  std::string why;
  for (const std::string& base : bases) {
    StatusOr<std::unique_ptr<CgroupBackend>> backend = MakeBelow(base, own, instance);
    if (backend.ok()) return backend;
    why = Message(backend.status());
  }
  return FailedPrecondition(
      "{}; run as root, or in a delegated group: systemd-run --user --scope -p Delegate=yes ...",
      why);
}

void RemoveCgroupsV2(const std::string& instance) {
  const std::optional<CgroupMount> mount = FindCgroupMount("");
  if (mount.has_value()) KillAndRemoveGroupsNamed(mount->mount_point, GroupName(instance));
}

}  // namespace longhaul::sandbox
