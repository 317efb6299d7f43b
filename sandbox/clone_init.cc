// SPDX-License-Identifier: Apache-2.0
#include "sandbox/clone_init.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <system_error>

#include "sandbox/init/raw_syscall.h"
#include "sandbox/network_pool.h"

namespace longhaul::sandbox {
namespace {

constexpr int kAtEmptyPath = 0x1000;
constexpr int kHighDescriptor = 64;  // above those the child arranges
constexpr uint64_t kNamespaces =
    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
// What PID 1 needs in its user namespace to build the root.
constexpr int kCapabilities[] = {CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID, CAP_SETPCAP, CAP_NET_ADMIN};

struct Child {
  const std::array<int, kInitFdCount>& descriptors;
  long error = 0;
};

// Capabilities survive exec by a user that is not root only as ambient ones. Permitted ones do not
// change here: that would make this process, whose memory it still is, undumpable.
__attribute__((no_sanitize("address", "thread", "undefined"))) void KeepCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2];
  raw::Call(SYS_capget, &header, sets);
  for (__user_cap_data_struct& set : sets) set.inheritable = set.permitted;
  raw::Call(SYS_capset, &header, sets);
  for (int capability : kCapabilities) {
    raw::Call(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability);
  }
}

// Runs on a stack of its own in this process's memory: system calls only.
__attribute__((no_sanitize("address", "thread", "undefined"))) long BecomeInit(void* argument) {
  Child& child = *static_cast<Child*>(argument);
  int high[kInitFdCount];
  for (int i = 0; i < kInitFdCount; ++i) {
    const int fd = child.descriptors[static_cast<size_t>(i)];
    high[i] = fd < 0 ? -1 : static_cast<int>(raw::Call(SYS_fcntl, fd, 0, kHighDescriptor));
  }
  for (int i = 0; i < kInitFdCount; ++i) {
    if (high[i] < 0) {
      raw::Call(SYS_close, i);
    } else {
      raw::Call(SYS_dup3, high[i], i, 0);
    }
  }
  raw::Call(SYS_close_range, kInitFdCount, ~0u, 0);
  KeepCapabilities();
  static char name[] = "longhaul-init";
  char* const arguments[] = {name, nullptr};
  char* const environment[] = {nullptr};
  child.error = raw::Call(SYS_execveat, kImageFd, "", arguments, environment, kAtEmptyPath);
  return 127;
}

Status CloneError(int error) {
  const std::string text = std::generic_category().message(error);
  switch (error) {
    case EPERM:
      return FailedPrecondition(
          "no user namespaces for this user ({}): allow them (sysctl "
          "kernel.unprivileged_userns_clone=1, "
          "kernel.apparmor_restrict_unprivileged_userns=0; in a container a seccomp profile that "
          "permits clone3 and mount) or run the service as root",
          text);
    case ENOSPC:
    case EUSERS:
      return FailedPrecondition(
          "no more user namespaces ({}): raise sysctl user.max_user_namespaces", text);
    case ENOSYS:
    case EINVAL:
      return FailedPrecondition(
          "this kernel lacks clone3 or a kind of namespace ({}): Linux 5.12 or later is needed, "
          "and a "
          "container whose seccomp profile permits clone3",
          text);
    case EAGAIN:
    case ENOMEM:
      return Unavailable("no process can be started now: {}", text);
    default:
      return Internal("starting a guest: clone3: {}", text);
  }
}

// All signals blocked in this thread, so that no handler of ours runs in the child.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

StatusOr<ClonedInit> CloneInit(const CloneInitArgs& args) {
  alignas(16) char stack[16384];
  int pidfd = -1;
  clone_args clone = {};
  clone.flags = kNamespaces | CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  clone.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  clone.stack = reinterpret_cast<uint64_t>(stack);
  clone.stack_size = sizeof(stack);
  if (args.cgroup_fd >= 0) {
    clone.flags |= CLONE_INTO_CGROUP;
    clone.cgroup = static_cast<uint64_t>(args.cgroup_fd);
  }
  Child child{args.descriptors};
  long pid = 0;
  {
    const SignalsBlocked blocked;
    const InNetworkNamespace network(args.network_fd);
    if (!network.entered()) clone.flags |= CLONE_NEWNET;
    pid = raw::CloneInto(SYS_clone3, reinterpret_cast<long>(&clone), sizeof(clone), BecomeInit,
                         &child);
  }
  if (pid < 0) return CloneError(static_cast<int>(-pid));
  ClonedInit init{static_cast<pid_t>(pid), FileDescriptor(pidfd)};
  if (child.error != 0) {
    siginfo_t info;
    waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd), &info, WEXITED | __WALL);
    return Internal("starting a guest: executing PID 1: {}",
                    std::generic_category().message(static_cast<int>(-child.error)));
  }
  return init;
}

}  // namespace longhaul::sandbox
