// SPDX-License-Identifier: Apache-2.0
//
// What a jail is built with on this host, and what it was seen to hold.
#pragma once

#include <memory>

#include "sandbox/cgroup/cgroup.h"
#include "sandbox/jail.h"
#include "sandbox/launcher.h"
#include "sandbox/state_directory.h"

namespace longhaul::sandbox {

// In order of construction: each uses those before it.
struct Host {
  std::unique_ptr<StateDirectory> state;
  std::unique_ptr<CgroupBackend> cgroups;
  std::unique_ptr<Launcher> launcher;
  Protections protections;
};

// Runs the self check in a jail. A host that cannot start one is not an error: the protections say
// so. Errors: the state directory, or a cgroup choice other than kProbe that is not to be had.
StatusOr<Host> ProbeHost(const JailOptions& options, int slots);

}  // namespace longhaul::sandbox
