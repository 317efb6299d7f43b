// SPDX-License-Identifier: Apache-2.0
//
// Accounting and limits of one guest's processes together. Three backends: cgroup v2, cgroup v1,
// and none, where a watchdog adds up what /proc of the guest shows; which one a host allows is
// found by trying.
//
// A guest is born in its v2 group, and walks into its v1 groups by itself. To move a process from
// outside takes a lock of the whole host, which on a host at rest waits for every processor: some
// ten milliseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "sandbox/cgroup/group_directory.h"
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

  // The directory of the group that PID 1 is cloned into; -1: into that of this process.
  virtual int birth_fd() const { return -1; }
  // Once PID 1 executes its own program: the limits that may not hold before (clone_init.h).
  virtual Status LimitMemory() { return OkStatus(); }
  // Files to which PID 1 writes "0" to enter.
  virtual std::span<const int> entry_fds() const { return {}; }
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
StatusOr<std::unique_ptr<CgroupBackend>> MakeCgroupV2At(const CgroupMount& mount,
                                                        const std::string& instance);
// `reason`: for its detail.
std::unique_ptr<CgroupBackend> MakeNoCgroup(const std::string& reason);

// Kills what is left in the groups of an instance whose service is gone, and removes them.
void RemoveCgroupsV1(const std::string& instance);
void RemoveCgroupsV2(const std::string& instance);

}  // namespace longhaul::sandbox
