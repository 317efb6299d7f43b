// SPDX-License-Identifier: Apache-2.0
//
// Accounting and limits of one guest's processes together. Three backends: cgroup v2, cgroup v1,
// and none, where a watchdog adds up what /proc of the guest shows; which one a host allows is
// found by trying.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "sandbox/usage.h"

namespace longhaul::sandbox {

struct CgroupLimits {
  int64_t memory_bytes;
  int64_t processes;
  bool operator==(const CgroupLimits&) const = default;
};

// The group of one guest, and of no other meanwhile. Destroyed after the guest is gone and before
// its backend.
// Thread-compatible; Usage may be called from any thread.
class Cgroup {
 public:
  virtual ~Cgroup() = default;

  // Files to which the guest's PID 1 writes "0" to enter. A process that moves itself alone takes
  // no lock of the whole host; a move from outside does, and waits milliseconds for it now and
  // then.
  virtual std::span<const int> entry_fds() const { return {}; }
  // Moves PID 1 where there are no such files.
  virtual Status Attach(pid_t) { return OkStatus(); }
  // The running guest's /proc (-1: none) and /work, which stay open as long as this is used.
  virtual void Watch(int proc_fd, int work_fd) = 0;
  virtual GuestUsage Usage() = 0;
};

// Thread-safe.
class CgroupBackend {
 public:
  virtual ~CgroupBackend() = default;  // removes the parent group

  virtual std::string_view name() const = 0;  // "v1", "v2", "none"
  virtual std::string detail() const = 0;     // how, or why not and what to do
  // How often limits that the kernel does not hold must be looked at.
  virtual std::chrono::milliseconds watch_interval() const = 0;
  virtual StatusOr<std::unique_ptr<Cgroup>> Make(const CgroupLimits& limits) = 0;
};

// Groups are made below one named after `instance`. FailedPrecondition: why it cannot be used here
// and what to do.
StatusOr<std::unique_ptr<CgroupBackend>> MakeCgroupV1(const std::string& instance);
StatusOr<std::unique_ptr<CgroupBackend>> MakeCgroupV2(const std::string& instance);
// `reason`: for its detail.
std::unique_ptr<CgroupBackend> MakeNoCgroup(const std::string& reason);

// Kills what is left in the groups of an instance whose service is gone, and removes them.
void RemoveCgroupsV1(const std::string& instance);
void RemoveCgroupsV2(const std::string& instance);

}  // namespace longhaul::sandbox
