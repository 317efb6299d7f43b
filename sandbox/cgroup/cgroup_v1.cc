// SPDX-License-Identifier: Apache-2.0
//
// cgroup v1: a group each in the hierarchies of memory, pids and cpuacct. A guest out of memory is
// known by oom_kill in memory.oom_control: neither an exit code nor memory.failcnt tells.
//
// Making and removing three groups costs as much as cloning into all other namespaces, so a group
// serves one guest after another, with its counters set back or taken as differences.
#include <unistd.h>

#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <optional>

#include "sandbox/cgroup/cgroup.h"
#include "sandbox/cgroup/group_directory.h"

namespace longhaul::sandbox {
namespace {

constexpr std::string_view kControllers[] = {"memory", "pids", "cpuacct"};
constexpr int64_t kNanosPerMilli = 1'000'000;
// What a group may still have charged when it gets its next guest: this part of its limit.
constexpr int64_t kResidueFraction = 256;

std::string InstancePath(const CgroupMount& mount, const std::string& instance) {
  return mount.mount_point + "/longhaul-" + instance;
}

// One group in the three hierarchies. Never moved while the guest is in it.
struct Group {
  Group(GroupDirectory memory_group, GroupDirectory pids_group, GroupDirectory cpu_group)
      : memory(std::move(memory_group)), pids(std::move(pids_group)), cpu(std::move(cpu_group)) {}

  GroupDirectory memory, pids, cpu;
  FileDescriptor memory_tasks, pids_tasks, cpu_tasks;
  CgroupLimits limits = {};  // as set; 0: none yet

  void Remove() const {
    memory.Remove();
    pids.Remove();
    cpu.Remove();
  }

  Status OpenTasks() {
    ASSIGN_OR_RETURN(memory_tasks, memory.OpenToWrite("tasks"));
    ASSIGN_OR_RETURN(pids_tasks, pids.OpenToWrite("tasks"));
    ASSIGN_OR_RETURN(cpu_tasks, cpu.OpenToWrite("tasks"));
    return OkStatus();
  }

  Status SetLimits(const CgroupLimits& wanted) {
    if (limits == wanted) return OkStatus();
    const std::string bytes = std::to_string(wanted.memory_bytes);
    // Memory and swap together; absent where swap is not accounted, and then swap is not charged.
    // It may never be below the limit of memory alone.
    static_cast<void>(memory.Write("memory.memsw.limit_in_bytes", "-1").ok());
    RETURN_IF_ERROR(memory.Write("memory.limit_in_bytes", bytes));
    static_cast<void>(memory.Write("memory.memsw.limit_in_bytes", bytes).ok());
    RETURN_IF_ERROR(pids.Write("pids.max", std::to_string(wanted.processes)));
    limits = wanted;
    return OkStatus();
  }

  bool ResetCounters() const {
    return memory.Write("memory.max_usage_in_bytes", "0").ok() &&
           cpu.Write("cpuacct.usage", "0").ok();
  }
  // These cannot be reset.
  int64_t OomKills() const { return memory.Field("memory.oom_control", "oom_kill"); }
  int64_t ForksRefused() const { return pids.Field("pids.events", "max"); }
};

class BackendV1 : public CgroupBackend {
 public:
  explicit BackendV1(Group parent) : parent_(std::move(parent)) {}
  ~BackendV1() override {
    for (const Group& group : idle_) group.Remove();
    parent_.Remove();
  }

  std::string_view name() const override { return "v1"; }
  std::string detail() const override { return "cgroup v1 below " + parent_.memory.path(); }
  std::chrono::milliseconds watch_interval() const override {
    return std::chrono::milliseconds(50);
  }
  StatusOr<std::unique_ptr<Cgroup>> Make(const CgroupLimits& limits) override;
  // Of a guest that is gone.
  void Return(Group group) {
    const std::lock_guard<std::mutex> lock(mutex_);
    idle_.push_back(std::move(group));
  }

 private:
  // The group that has been idle longest, if it is as good as new.
  std::optional<Group> TakeIdle(const CgroupLimits& limits) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (idle_.empty()) return std::nullopt;
    Group group = std::move(idle_.front());
    idle_.pop_front();
    lock.unlock();
    // Files that the last guest was the first to read stay charged to its group.
    const bool clean =
        group.memory.Number("memory.usage_in_bytes") <= limits.memory_bytes / kResidueFraction;
    if (clean && group.SetLimits(limits).ok() && group.ResetCounters()) return group;
    group.Remove();
    return std::nullopt;
  }
  StatusOr<Group> MakeNew(const CgroupLimits& limits) {
    const std::string name = fmt::format("/{}", next_++);
    ASSIGN_OR_RETURN(GroupDirectory memory, GroupDirectory::Make(parent_.memory.path() + name));
    ASSIGN_OR_RETURN(GroupDirectory pids, GroupDirectory::Make(parent_.pids.path() + name));
    ASSIGN_OR_RETURN(GroupDirectory cpu, GroupDirectory::Make(parent_.cpu.path() + name));
    Group group(std::move(memory), std::move(pids), std::move(cpu));
    RETURN_IF_ERROR(group.OpenTasks());
    RETURN_IF_ERROR(group.SetLimits(limits));
    return group;
  }

  const Group parent_;
  std::atomic<int64_t> next_ = 0;
  std::mutex mutex_;
  std::deque<Group> idle_;  // at most as many as guests were alive at a time
};

class GuestGroup : public Cgroup {
 public:
  GuestGroup(Group group, BackendV1* backend)
      : group_(std::move(group)),
        entry_fds_{group_.memory_tasks.get(), group_.pids_tasks.get(), group_.cpu_tasks.get()},
        oom_kills_before_(group_.OomKills()),
        forks_refused_before_(group_.ForksRefused()),
        backend_(backend) {}
  ~GuestGroup() override { backend_->Return(std::move(group_)); }

  std::span<const int> entry_fds() const override { return entry_fds_; }
  void Watch(int, int) override {}
  GuestUsage Usage() override {
    return {.cpu_time_ms = group_.cpu.Number("cpuacct.usage") / kNanosPerMilli,
            .memory_bytes = group_.memory.Number("memory.max_usage_in_bytes"),
            .oom_kills = group_.OomKills() - oom_kills_before_,
            .forks_refused = group_.ForksRefused() - forks_refused_before_};
  }

 private:
  Group group_;
  const std::array<int, 3> entry_fds_;
  const int64_t oom_kills_before_, forks_refused_before_;
  BackendV1* const backend_;
};

StatusOr<std::unique_ptr<Cgroup>> BackendV1::Make(const CgroupLimits& limits) {
  std::optional<Group> group = TakeIdle(limits);
  if (!group.has_value()) {
    ASSIGN_OR_RETURN(group, MakeNew(limits));
  }
  return std::make_unique<GuestGroup>(*std::move(group), this);
}

StatusOr<GroupDirectory> MakeInstanceGroup(std::string_view controller,
                                           const std::string& instance) {
  const std::optional<CgroupMount> mount = FindCgroupMount(controller);
  if (!mount.has_value()) {
    return FailedPrecondition("the cgroup v1 controller '{}' is not mounted", controller);
  }
  StatusOr<GroupDirectory> group = GroupDirectory::Make(InstancePath(*mount, instance));
  if (!group.ok()) {
    return FailedPrecondition("{}; run as root, or have an administrator give this user {}",
                              Message(group.status()), mount->mount_point);
  }
  return group;
}

}  // namespace

StatusOr<std::unique_ptr<CgroupBackend>> MakeCgroupV1(const std::string& instance) {
  ASSIGN_OR_RETURN(GroupDirectory memory, MakeInstanceGroup("memory", instance));
  // What is made below is counted for the group only where the hierarchy says so.
  static_cast<void>(memory.Write("memory.use_hierarchy", "1").ok());
  ASSIGN_OR_RETURN(GroupDirectory pids, MakeInstanceGroup("pids", instance));
  ASSIGN_OR_RETURN(GroupDirectory cpu, MakeInstanceGroup("cpuacct", instance));
  auto backend =
      std::make_unique<BackendV1>(Group(std::move(memory), std::move(pids), std::move(cpu)));
  const StatusOr<std::unique_ptr<Cgroup>> trial = backend->Make({64 << 20, 8});
  if (!trial.ok()) return FailedPrecondition("{}", Message(trial.status()));
  return backend;
}

void RemoveCgroupsV1(const std::string& instance) {
  for (std::string_view controller : kControllers) {
    const std::optional<CgroupMount> mount = FindCgroupMount(controller);
    if (mount.has_value()) KillAndRemoveGroups(InstancePath(*mount, instance));
  }
}

}  // namespace longhaul::sandbox
