// SPDX-License-Identifier: Apache-2.0
#include "sandbox/init/init.h"

#include <fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include "sandbox/init/raw_syscall.h"
#include "sandbox/init/text.h"

// The compiler may call these for copies and initial values.
extern "C" {
void* memcpy(void* to, const void* from, size_t size) {
  void* next = to;
  asm volatile("rep movsb" : "+D"(next), "+S"(from), "+c"(size) : : "memory");
  return to;
}
void* memset(void* to, int value, size_t size) {
  void* next = to;
  asm volatile("rep stosb" : "+D"(next), "+c"(size) : "a"(value) : "memory");
  return to;
}
}

namespace longhaul::sandbox {
namespace {

constexpr unsigned kTreeMax = 64;

void SendDescriptors(int work, int proc) {
  timespec now{};
  raw::Call(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  InitMessage message{};
  message.kind = InitMessage::kReady;
  message.time_ns = now.tv_sec * 1'000'000'000 + now.tv_nsec;
  iovec data{&message, sizeof(message)};
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control;
  const int count = proc >= 0 ? 2 : 1;
  header.msg_controllen = CMSG_SPACE(count * sizeof(int));
  cmsghdr* rights = CMSG_FIRSTHDR(&header);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(count * sizeof(int));
  const int descriptors[2] = {work, proc};
  __builtin_memcpy(CMSG_DATA(rights), descriptors, count * sizeof(int));
  if (raw::Call(SYS_sendmsg, kControlFd, &header, MSG_NOSIGNAL) < 0) Exit(1);
}

// Its namespace begins at the guest's own group, so that no name of another is ever seen.
void EnterCgroup(unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    const int fd = kEntryFd + static_cast<int>(i);
    Must("entering the cgroup", raw::Call(SYS_write, fd, "0", 1));
    raw::Call(SYS_close, fd);
  }
  Must("a cgroup namespace", raw::Call(SYS_unshare, CLONE_NEWCGROUP));
}

void BecomeGuestUser(const PlanHeader& header) {
  if (header.flags & kDropGroups) {
    Must("dropping groups", raw::Call(SYS_setgroups, 0, nullptr));
  }
  Must("taking the guest's gid", raw::Call(SYS_setresgid, kGuestUid, kGuestUid, kGuestUid));
  Must("taking the guest's uid", raw::Call(SYS_setresuid, kGuestUid, kGuestUid, kGuestUid));
  raw::Call(SYS_prctl, PR_SET_DUMPABLE, 0);
  raw::Call(SYS_umask, 022);
  constexpr long kSigKill = 9;
  if (header.flags & kDieWithThread) raw::Call(SYS_prctl, PR_SET_PDEATHSIG, kSigKill);
}

// While it may still be opened: PID 1 is not dumpable later.
void OpenOomScore() {
  const long fd = raw::Call(SYS_open, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd >= 0 && fd != kOomScoreFd) raw::Call(SYS_dup3, fd, kOomScoreFd, O_CLOEXEC);
}

// Pointers to `count` strings, ended by null, at `table`.
char** Strings(PlanReader& reader, unsigned count, char**& table) {
  char** first = table;
  for (unsigned i = 0; i < count; ++i) *table++ = const_cast<char*>(reader.String());
  *table++ = nullptr;
  return first;
}

[[noreturn]] void InitMain() {
  PlanHeader header;
  ReceiveExactly(&header, sizeof(header));
  EnterCgroup(header.entry_count);
  const unsigned long strings = header.argument_count + header.environment_count + 3;
  const unsigned long plan_bytes = (header.plan_bytes + 15) / 16 * 16;
  char* plan = Map("memory for the plan", plan_bytes + strings * sizeof(char*));
  ReceiveExactly(plan, header.plan_bytes);
  OpenOomScore();
  if (header.tree_count > kTreeMax) Fail("too many mounts", -7);

  PlanReader reader(plan);
  const char* filter = reader.Bytes(header.filter_length * 8ul);
  const PlanReader trees = reader;
  for (unsigned i = 0; i < header.tree_count; ++i) {
    reader.Struct<TreeEntry>();
    reader.String();
    reader.String();
  }
  const PlanReader symlinks = reader;
  for (unsigned i = 0; i < 2 * header.symlink_count; ++i) reader.String();

  int tree_fds[kTreeMax];
  OpenTrees(trees, header.tree_count, tree_fds);
  BecomeGuestUser(header);
  BuildRoot(header, trees, tree_fds, symlinks);
  const long work = Must("opening /work", raw::Call(SYS_open, "/work", O_DIRECTORY));
  const long proc = (header.flags & kMountProc) ? raw::Call(SYS_open, "/proc", O_DIRECTORY) : -1;
  raw::Call(SYS_chdir, "/work");
  ReceiveFiles(reader, header.file_count);

  char** table = reinterpret_cast<char**>(plan + plan_bytes);
  Program program{};
  program.arguments = Strings(reader, header.argument_count, table);
  if (header.flags & kCommands) {
    program.command = table - 1;
    *table++ = nullptr;
  }
  program.environment = Strings(reader, header.environment_count, table);
  program.self_check = header.flags & kSelfCheck;
  SetLimits(header);
  if (program.self_check) SelfCheckBeforeFilter();
  DropPrivileges(filter, header.filter_length);
  SendDescriptors(static_cast<int>(work), static_cast<int>(proc));
  raw::Call(SYS_close_range, kStateFd + 1, ~0u, 0);
  if (header.flags & kCommands) RunCommands(program);
  RunProgram(program);
  Exit(0);
}

}  // namespace

char* Map(const char* step, unsigned long bytes) {
  const long address = Must(step, raw::Call(SYS_mmap, nullptr, bytes, PROT_READ | PROT_WRITE,
                                            MAP_PRIVATE | MAP_ANONYMOUS, -1));
  return reinterpret_cast<char*>(address);
}

void Exit(int code) {
  for (;;) raw::Call(SYS_exit_group, code);
}

void Fail(const char* step, long error) {
  InitMessage message{};
  message.kind = InitMessage::kFailed;
  message.value = static_cast<int32_t>(-error);
  for (unsigned i = 0; i + 1 < sizeof(message.step) && step[i] != 0; ++i) message.step[i] = step[i];
  raw::Call(SYS_sendto, kControlFd, &message, sizeof(message), MSG_NOSIGNAL);
  Exit(1);
}

void ReceiveExactly(void* bytes, unsigned long size) {
  char* next = static_cast<char*>(bytes);
  while (size > 0) {
    const long got = raw::Call(SYS_read, kControlFd, next, size);
    if (got == -4) continue;
    if (got <= 0) Exit(1);
    next += got;
    size -= got;
  }
}

}  // namespace longhaul::sandbox

// The stack at the start of a process: argument count, arguments.
extern "C" [[noreturn]] __attribute__((used)) void LonghaulInitMain(const long* stack) {
  using namespace longhaul::sandbox;
  const char* name = stack[0] > 0 ? reinterpret_cast<const char*>(stack[1]) : "";
  if (Equal(name, "self-check")) Exit(SelfCheck());
  InitMain();
}

asm(".globl _start\n"
    "_start:\n\t"
    "xorl %ebp, %ebp\n\t"
    "movq %rsp, %rdi\n\t"
    "andq $-16, %rsp\n\t"
    "call LonghaulInitMain\n\t"
    "hlt\n");
