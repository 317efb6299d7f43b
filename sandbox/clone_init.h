// SPDX-License-Identifier: Apache-2.0
//
// Clones the process that becomes PID 1 of a guest.
#pragma once

#include <sys/types.h>

#include <array>

#include "common/file_descriptor.h"
#include "common/status.h"
#include "sandbox/init/plan.h"

namespace longhaul::sandbox {

struct CloneInitArgs {
  // What the child has as descriptors 0, 1, ...: see plan.h. -1: none.
  std::array<int, kInitFdCount> descriptors;
  int network_fd = -1;  // a network namespace made before; -1: a fresh one
  int cgroup_fd = -1;   // the directory of a v2 group to be in; -1: that of this process
};

struct ClonedInit {
  pid_t pid;
  FileDescriptor pidfd;
};

// In fresh user, PID, mount, network, IPC and UTS namespaces, with no ids mapped yet, waiting for
// its plan. FailedPrecondition: what this host denies, and what to do.
//
// Until it executes PID 1's program the child shares this process's memory, and this thread waits
// (vfork). It must not be in a cgroup with a memory limit then: the kernel's out-of-memory killer
// kills every process that shares the memory of its victim.
StatusOr<ClonedInit> CloneInit(const CloneInitArgs& args);

}  // namespace longhaul::sandbox
