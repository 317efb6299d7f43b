// SPDX-License-Identifier: Apache-2.0
//
// Without cgroups: rlimits, which hold for one process each, and a watchdog that adds up what the
// guest's own /proc shows of all its processes and what its file system holds. Between two looks a
// guest may go beyond its limit by what it can touch in that time.
#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "sandbox/cgroup/cgroup.h"
#include "sandbox/process_list.h"

namespace longhaul::sandbox {
namespace {

class Watchdog : public Cgroup {
 public:
  explicit Watchdog(const CgroupLimits& limits) : limits_(limits) {}

  void Watch(int proc_fd, int work_fd) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    proc_fd_ = proc_fd;
    work_fd_ = work_fd;
  }
  GuestUsage Usage() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (proc_fd_ < 0) return usage_;
    const int64_t files = FileBytes();
    int64_t memory = files;
    int64_t cpu_time_ms = 0;
    const std::vector<ProcessUse> processes = ListProcessUse(proc_fd_);
    if (static_cast<int64_t>(processes.size()) >= limits_.processes) usage_.forks_refused = 1;
    for (const ProcessUse& process : processes) {
      memory += process.private_bytes;
      cpu_time_ms += process.cpu_time_ms;
    }
    if (memory > limits_.memory_bytes) memory = files + ExactMemory(proc_fd_);
    usage_.memory_bytes = std::max(usage_.memory_bytes, memory);
    usage_.cpu_time_ms = std::max(usage_.cpu_time_ms, cpu_time_ms);
    return usage_;
  }

 private:
  int64_t FileBytes() const {
    struct statfs files;
    if (fstatfs(work_fd_, &files) < 0) return 0;
    return static_cast<int64_t>(files.f_blocks - files.f_bfree) * files.f_bsize;
  }

  const CgroupLimits limits_;
  std::mutex mutex_;
  int proc_fd_ = -1, work_fd_ = -1;
  GuestUsage usage_;
};

class NoCgroup : public CgroupBackend {
 public:
  explicit NoCgroup(std::string reason) : reason_(std::move(reason)) {}

  std::string_view name() const override { return "none"; }
  std::string detail() const override { return reason_; }
  std::chrono::milliseconds watch_interval() const override { return std::chrono::milliseconds(5); }
  StatusOr<std::unique_ptr<Cgroup>> Make(const CgroupLimits& limits) override {
    return std::make_unique<Watchdog>(limits);
  }

 private:
  const std::string reason_;
};

}  // namespace

std::unique_ptr<CgroupBackend> MakeNoCgroup(const std::string& reason) {
  return std::make_unique<NoCgroup>(reason);
}

}  // namespace longhaul::sandbox
