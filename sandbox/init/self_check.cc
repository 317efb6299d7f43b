// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/prctl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "sandbox/init/init.h"
#include "sandbox/init/raw_syscall.h"
#include "sandbox/init/text.h"

namespace longhaul::sandbox {
namespace {

constexpr long kNotPermitted = -1, kNoEntry = -2, kNoSystemCall = -38, kUnreachable = -101;
constexpr long kUnknownSystemCall = 1000;

// What was tried and what came back, where it should have been `expected`.
bool Expect(Line& seen, const char* attempt, long result, long expected) {
  if (result == expected) return true;
  seen.Text(attempt).Text(" gave ").Number(result).Text(" instead of ").Number(expected).Text("; ");
  return false;
}

long TryOpen(const char* path) { return raw::Call(SYS_open, path, O_RDONLY | O_CLOEXEC); }

void Users(Line& seen) {
  Expect(seen, "getuid", raw::Call(SYS_getuid), kGuestUid);
  Expect(seen, "geteuid", raw::Call(SYS_geteuid), kGuestUid);
}

void Processes(Line& seen) { Expect(seen, "getpid", raw::Call(SYS_getpid), 2); }

void Mounts(Line& seen) {
  Expect(seen, "open of /root", TryOpen("/root"), kNoEntry);
  Expect(seen, "open of /sys", TryOpen("/sys"), kNoEntry);
}

void Root(Line& seen) {
  constexpr long kReadOnly = -30;
  Expect(seen, "mkdir in /", raw::Call(SYS_mkdir, "/x", 0700), kReadOnly);
  const long result = raw::Call(SYS_mkdir, "/usr/x", 0700);
  if (result != -13) Expect(seen, "mkdir in /usr", result, kReadOnly);  // -13: not the owner
}

void Network(Line& seen) {
  const long fd = Must("socket", raw::Call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = 0x3500;             // 53
  address.sin_addr.s_addr = 0x010200c0;  // 192.0.2.1, documentation
  Expect(seen, "connect", raw::Call(SYS_connect, fd, &address, sizeof(address)), kUnreachable);
  raw::Call(SYS_close, fd);
}

void HostName(Line& seen) {
  utsname name{};
  raw::Call(SYS_uname, &name);
  if (!Equal(name.nodename, "sandbox")) seen.Text("the host's name is seen; ");
}

void Proc(Line& seen) {
  if (TryOpen("/proc/self/stat") < 0) seen.Text("not mounted; ");
  Expect(seen, "open of /proc/sys", TryOpen("/proc/sys"), kNoEntry);
  if (TryOpen("/proc/1/root/etc") >= 0) seen.Text("PID 1 can be looked into; ");
}

void Capabilities(Line& seen) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};
  Expect(seen, "capget", raw::Call(SYS_capget, &header, sets), 0);
  for (const __user_cap_data_struct& set : sets) {
    Expect(seen, "a capability", set.effective | set.permitted | set.inheritable, 0);
  }
  Expect(seen, "the bounding set", raw::Call(SYS_prctl, PR_CAPBSET_READ, CAP_SYS_ADMIN), 0);
}

void NoNewPrivileges(Line& seen) {
  Expect(seen, "no_new_privs", raw::Call(SYS_prctl, PR_GET_NO_NEW_PRIVS), 1);
}

void Filter(Line& seen) {
  constexpr long kNewUser = 0x10000000;
  Expect(seen, "unshare", raw::Call(SYS_unshare, kNewUser), kNotPermitted);
  Expect(seen, "io_uring_setup", raw::Call(SYS_io_uring_setup, 1, nullptr), kNotPermitted);
  Expect(seen, "clone3", raw::Call(SYS_clone3, nullptr, 0), kNoSystemCall);
  Expect(seen, "an unknown system call", raw::Call(kUnknownSystemCall), kNoSystemCall);
}

struct Check {
  const char* name;
  void (*run)(Line& seen);
};
constexpr Check kChecks[] = {
    {"user_namespace", Users},         {"pid_namespace", Processes},
    {"mount_namespace", Mounts},       {"private_root", Root},
    {"uts_namespace", HostName},       {"private_proc", Proc},
    {"no_capabilities", Capabilities}, {"no_new_privileges", NoNewPrivileges},
    {"system_call_filter", Filter},
};

void Run(const Check& check) {
  Line seen;
  check.run(seen);
  Line report;
  report.Text(check.name).Text("\t").Text(seen.size == 0 ? "ok" : seen.bytes).Text("\n");
  raw::Call(SYS_write, kReplyFd, report.bytes, report.size);
}

}  // namespace

void SelfCheckBeforeFilter() { Run({"network_namespace", Network}); }

int SelfCheck() {
  for (const Check& check : kChecks) Run(check);
  return 0;
}

}  // namespace longhaul::sandbox
