// SPDX-License-Identifier: Apache-2.0
#include "sandbox/system_call_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cstdint>
#include <span>

#include "sandbox/argument_rules.h"
#include "sandbox/number_rules.h"
#include "sandbox/system_call_lists.h"

namespace longhaul::sandbox {
namespace {

using Refuse = ArgumentRule::Refuse;

constexpr uint32_t kNamespaceFlags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
                                     CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWTIME;
// Input pushed into a terminal (CVE-2017-5226).
constexpr uint32_t kTiocsti = 0x5412, kTioclinux = 0x541C, kTiocsetd = 0x5423;
constexpr uint32_t kOfdGetLock = 36, kOfdSetLock = 37, kOfdSetLockWait = 38;
constexpr uint32_t kSetLease = 1024, kGetLease = 1025, kNotify = 1026;

std::vector<ArgumentRule> ArgumentRules(FilterProfile profile) {
  std::vector<ArgumentRule> rules = {
      {{SYS_clone}, 0, Refuse::kAnyBit, {kNamespaceFlags}, EPERM},
      {{SYS_ioctl}, 1, Refuse::kListed, {kTiocsti, kTioclinux, kTiocsetd}, EPERM},
      {{SYS_socketpair}, 0, Refuse::kUnlisted, {AF_UNIX}, EAFNOSUPPORT},
      {{SYS_msync}, 2, Refuse::kAnyBit, {MS_SYNC}, 0},  // as fsync
      // Of PID 1, which is of the same user: with little CPU time it is killed, and what its guest
      // did cannot be told.
      {{SYS_prlimit64, SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setattr,
        SYS_sched_setaffinity},
       0,
       Refuse::kListed,
       {1},
       EPERM},
  };
  if (profile == FilterProfile::kWorkspace) {
    constexpr uint32_t kRoute = 0;
    const std::vector<uint32_t> families = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
    rules.push_back({{SYS_socket}, 0, Refuse::kUnlisted, families, EAFNOSUPPORT});
    rules.push_back({{SYS_socket}, 2, Refuse::kUnlisted, {kRoute}, EPROTONOSUPPORT, 0, AF_NETLINK});
  } else {
    // Locks, leases and notifications on files that guests share are a channel between guests.
    rules.push_back({{SYS_fcntl},
                     1,
                     Refuse::kListed,
                     {F_GETLK, F_SETLK, F_SETLKW, kOfdGetLock, kOfdSetLock, kOfdSetLockWait,
                      kSetLease, kGetLease, kNotify},
                     EPERM});
  }
  return rules;
}

constexpr uint32_t kDone = SECCOMP_RET_ERRNO;  // with no error
constexpr uint32_t Refusal(int error) { return SECCOMP_RET_ERRNO | static_cast<uint32_t>(error); }

}  // namespace

std::vector<sock_filter> BuildSystemCallFilter(FilterProfile profile, HiddenMemory hidden_memory) {
  NumberRules rules = {
      .actions = {}, .otherwise = Refusal(ENOSYS), .other_abi = SECCOMP_RET_KILL_PROCESS};
  const auto add = [&rules](uint32_t action, std::span<const int> calls) {
    for (int call : calls) rules.actions[static_cast<uint32_t>(call)] = action;
  };
  const bool workspace = profile == FilterProfile::kWorkspace;
  add(SECCOMP_RET_ALLOW, kAllowedCalls);
  add(kDone, kIgnoredCalls);
  add(Refusal(EPERM), kDeniedCalls);
  add(workspace ? SECCOMP_RET_ALLOW : Refusal(EPERM), kWorkspaceOnlyCalls);
  // Those without an action of their own are not there.
  if (hidden_memory == HiddenMemory::kCharged) add(SECCOMP_RET_ALLOW, kHiddenMemoryCalls);
  std::vector<sock_filter> filter = CompileArgumentRules(ArgumentRules(profile));
  const std::vector<sock_filter> numbers = CompileNumberRules(rules);
  filter.insert(filter.end(), numbers.begin(), numbers.end());
  return filter;
}

}  // namespace longhaul::sandbox
