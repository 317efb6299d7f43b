// SPDX-License-Identifier: Apache-2.0
//
// The filter's programs, run here as the kernel would, beside those that libseccomp makes of the
// same lists.
#include "sandbox/system_call_filter.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "sandbox/system_call_lists.h"

namespace longhaul::sandbox {
namespace {

using Program = std::vector<sock_filter>;

// The instructions that filters are made of. Anything else is 0, "kill the thread".
uint32_t Evaluate(const Program& program, const seccomp_data& data) {
  uint32_t word = 0;
  for (size_t next = 0; next < program.size();) {
    const sock_filter& at = program[next++];
    const auto jump = [&](bool taken) { next += taken ? at.jt : at.jf; };
    switch (at.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&word, reinterpret_cast<const char*>(&data) + at.k, sizeof(word));
        break;
      case BPF_JMP | BPF_JA:
        next += at.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        jump(word == at.k);
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        jump(word >= at.k);
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        jump(word > at.k);
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        jump((word & at.k) != 0);
        break;
      case BPF_RET | BPF_K:
        return at.k;
      default:
        return 0;
    }
  }
  return 0;
}

void Add(scmp_filter_ctx context, uint32_t action, std::span<const int> calls) {
  for (int call : calls) ASSERT_EQ(seccomp_rule_add_exact(context, action, call, 0), 0) << call;
}

// Without rules on arguments.
Program ByLibseccomp(FilterProfile profile, HiddenMemory hidden) {
  const scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
  seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  const uint32_t denied = SCMP_ACT_ERRNO(EPERM);
  Add(context, SCMP_ACT_ALLOW, kAllowedCalls);
  Add(context, SCMP_ACT_ERRNO(0), kIgnoredCalls);
  Add(context, denied, kDeniedCalls);
  Add(context, profile == FilterProfile::kWorkspace ? SCMP_ACT_ALLOW : denied, kWorkspaceOnlyCalls);
  if (hidden == HiddenMemory::kCharged) Add(context, SCMP_ACT_ALLOW, kHiddenMemoryCalls);
  const int file = memfd_create("filter", MFD_CLOEXEC);
  EXPECT_EQ(seccomp_export_bpf(context, file), 0);
  Program program(static_cast<size_t>(lseek(file, 0, SEEK_END)) / sizeof(sock_filter));
  const size_t bytes = program.size() * sizeof(sock_filter);
  EXPECT_EQ(pread(file, program.data(), bytes, 0), static_cast<ssize_t>(bytes));
  close(file);
  seccomp_release(context);
  return program;
}

// With arguments that no rule refuses, if none is given.
seccomp_data Call(uint32_t number, uint32_t arch = AUDIT_ARCH_X86_64, uint64_t argument = 2) {
  seccomp_data data = {};
  data.nr = static_cast<int>(number);
  data.arch = arch;
  if (number == SYS_socketpair && argument == 2) argument = AF_UNIX;
  std::fill(std::begin(data.args), std::end(data.args), argument);
  return data;
}

TEST(SystemCallFilterTest, IsWhatLibseccompMakesOfTheLists) {
  constexpr uint32_t kX32 = 0x40000000, kOtherArchs[] = {AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64};
  for (FilterProfile profile : {FilterProfile::kJudge, FilterProfile::kWorkspace}) {
    for (HiddenMemory hidden : {HiddenMemory::kCharged, HiddenMemory::kDenied}) {
      const Program ours = BuildSystemCallFilter(profile, hidden);
      const Program theirs = ByLibseccomp(profile, hidden);
      const auto same = [&](const seccomp_data& call) {
        ASSERT_EQ(Evaluate(ours, call), Evaluate(theirs, call)) << call.nr << " of " << call.arch;
      };
      for (uint32_t number = 0; number < 2000; ++number) {
        same(Call(number));
        same(Call(kX32 + number));
        same(Call(0u - 1 - number));
        for (uint32_t arch : kOtherArchs) same(Call(number, arch));
      }
    }
  }
}

TEST(SystemCallFilterTest, RefusesByArguments) {
  constexpr uint32_t kDenied = SECCOMP_RET_ERRNO | EPERM, kNewUser = 0x10000000;
  const Program judge = BuildSystemCallFilter(FilterProfile::kJudge, HiddenMemory::kCharged);
  EXPECT_EQ(Evaluate(judge, Call(SYS_clone, AUDIT_ARCH_X86_64, kNewUser | 17)), kDenied);
  EXPECT_EQ(Evaluate(judge, Call(SYS_clone, AUDIT_ARCH_X86_64, 17)), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Evaluate(judge, Call(SYS_socketpair, AUDIT_ARCH_X86_64, AF_INET6)),
            SECCOMP_RET_ERRNO | EAFNOSUPPORT);
  for (uint32_t call : {SYS_prlimit64, SYS_sched_setscheduler, SYS_sched_setparam,
                        SYS_sched_setattr, SYS_sched_setaffinity}) {
    EXPECT_EQ(Evaluate(judge, Call(call, AUDIT_ARCH_X86_64, 1)), kDenied) << call;
    EXPECT_EQ(Evaluate(judge, Call(call, AUDIT_ARCH_X86_64, 0)), SECCOMP_RET_ALLOW) << call;
  }
  EXPECT_EQ(Evaluate(judge, Call(SYS_msync, AUDIT_ARCH_X86_64, MS_SYNC)), SECCOMP_RET_ERRNO);
  EXPECT_EQ(Evaluate(judge, Call(SYS_msync, AUDIT_ARCH_X86_64, MS_ASYNC)), SECCOMP_RET_ALLOW);
  const Program workspace = BuildSystemCallFilter(FilterProfile::kWorkspace, HiddenMemory::kDenied);
  EXPECT_EQ(Evaluate(workspace, Call(SYS_socket, AUDIT_ARCH_X86_64, AF_VSOCK)),
            SECCOMP_RET_ERRNO | EAFNOSUPPORT);
}

// What reaches beyond the guest, of files that guests share or by counts of the host.
TEST(SystemCallFilterTest, LeavesTheCacheAndTheCountsOfTheHostAlone) {
  for (FilterProfile profile : {FilterProfile::kJudge, FilterProfile::kWorkspace}) {
    const Program filter = BuildSystemCallFilter(profile, HiddenMemory::kCharged);
    for (uint32_t done : {SYS_fadvise64, SYS_readahead, SYS_sync, SYS_syncfs, SYS_fsync})
      EXPECT_EQ(Evaluate(filter, Call(done)), SECCOMP_RET_ERRNO) << done;
    for (uint32_t absent : {SYS_io_setup, SYS_io_submit, SYS_preadv2, SYS_pwritev2})
      EXPECT_EQ(Evaluate(filter, Call(absent)), SECCOMP_RET_ERRNO | ENOSYS) << absent;
  }
}

// The kernel translates it at each launch.
TEST(SystemCallFilterTest, IsShort) {
  for (FilterProfile profile : {FilterProfile::kJudge, FilterProfile::kWorkspace}) {
    EXPECT_LT(BuildSystemCallFilter(profile, HiddenMemory::kCharged).size(), 170u);
  }
}

}  // namespace
}  // namespace longhaul::sandbox
