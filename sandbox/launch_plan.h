// SPDX-License-Identifier: Apache-2.0
//
// The plan by which PID 1 builds a jail (sandbox/init/plan.h), put together from what is asked for
// and what this host is made of.
#pragma once

#include <linux/filter.h>

#include <string>
#include <vector>

#include "sandbox/guest_program.h"
#include "sandbox/host_layout.h"

namespace longhaul::sandbox {

struct LaunchPlanArgs {
  const GuestProgram& program;
  const HostLayout& layout;
  const std::vector<sock_filter>& filter;
  uint32_t flags;           // PlanFlag
  size_t cgroup_entry_fds;  // descriptors from kEntryFd
  // Of processes: exact, or well above what the cgroup allows, which tells when it refused one.
  enum class ProcessLimit { kExact, kAboveCgroup } process_limit;
};

// Header and lists. The contents of the files follow it on the wire.
std::string BuildLaunchPlan(const LaunchPlanArgs& args);

}  // namespace longhaul::sandbox
