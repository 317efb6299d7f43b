// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/acct.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include <initializer_list>

#include "tests/sandbox/jail/probe/probe.h"

namespace longhaul::sandbox::probe {
namespace {

// Descriptors that came of it stay open: there are few.
long Open(const char* path, int flags) { return open(path, flags | O_NONBLOCK); }

std::string OpenAll(std::initializer_list<const char*> paths, int flags) {
  Results results;
  for (const char* path : paths) results.Add(Open(path, flags));
  return results.text();
}

void ProcFiles() {
  Report(1, OpenAll({"/proc/sys/kernel/core_pattern"}, O_WRONLY));
  Report(2, OpenAll({"/proc/sys/vm/panic_on_oom", "/proc/sys/fs/file-max"}, O_WRONLY));
  Report(3, OpenAll({"/proc/kmsg"}, O_RDONLY));
  Report(4, OpenAll({"/proc/sysrq-trigger"}, O_WRONLY));
  Report(5, OpenAll({"/proc/kcore", "/dev/mem", "/dev/kmsg"}, O_RDONLY));
  Report(6, OpenAll({"/proc/kallsyms", "/proc/config.gz", "/proc/cmdline"}, O_RDONLY));
  char target[256];
  Report(7, Results()
                .Add(Open("/proc/1/environ", O_RDONLY))
                .Add(readlink("/proc/1/exe", target, sizeof(target)))
                .text());
  Report(8, OpenAll({"/proc/1/root/etc/shadow", "/proc/1/cwd/."}, O_RDONLY));
}

void PidOne() {
  const long self = syscall(SYS_pidfd_open, 1, 0);
  const rlimit little = {1, 1};
  const sched_param idle = {};
  Report(10, Results()
                 .Add(syscall(SYS_pidfd_getfd, self, 0, 0))
                 .Add(prlimit(1, RLIMIT_CPU, &little, nullptr))
                 .Add(sched_setscheduler(1, SCHED_IDLE, &idle))
                 .text());
  char byte;
  iovec local = {&byte, 1}, remote = {reinterpret_cast<void*>(0x400000), 1};
  Report(11, Result(process_vm_readv(1, &local, 1, &remote, 1, 0)));
  for (int signal : {SIGKILL, SIGSTOP, SIGTERM, SIGINT, SIGSEGV}) kill(1, signal);
  kill(-1, SIGKILL);  // spares PID 1 and the caller
  usleep(1000);
  Report(12, kill(1, 0) == 0 ? "alive" : "gone");
}

void Namespaces() {
  constexpr int kUser = CLONE_NEWUSER;
  const auto clone_with = [](int flags) {
    const long pid = syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (pid == 0) _exit(0);
    return pid;
  };
  Report(13, Results().Add(unshare(kUser)).Add(clone_with(kUser)).text());
  Report(14,
         Results().Add(unshare(kUser | CLONE_NEWNET)).Add(clone_with(kUser | CLONE_NEWNET)).text());
  Report(15, Results()
                 .Add(unshare(kUser | CLONE_NEWNS))
                 .Add(clone_with(CLONE_NEWNS))
                 .Add(mount("none", "/work", "tmpfs", 0, nullptr))
                 .text());
}

void Mounts() {
  Report(16, Results()
                 .Add(mount("none", "/tmp", "tmpfs", 0, nullptr))
                 .Add(mount("none", "/usr", nullptr, MS_REMOUNT | MS_BIND, nullptr))
                 .Add(umount2("/usr", MNT_DETACH))
                 .text());
  char attributes[64] = {};
  Report(17, Results()
                 .Add(syscall(SYS_fsopen, "tmpfs", 0))
                 .Add(syscall(SYS_open_tree, AT_FDCWD, "/usr", 1))
                 .Add(syscall(SYS_mount_setattr, AT_FDCWD, "/usr", 0, attributes, 32))
                 .Add(syscall(SYS_move_mount, AT_FDCWD, "/usr", AT_FDCWD, "/tmp", 0))
                 .text());
  mkdir("/work/jail", 0755);
  Report(18, Results()
                 .Add(chroot("/work/jail"))
                 .Add(Open("../../../../../../../etc/shadow", O_RDONLY) < 0 ? "unseen" : "seen")
                 .text());
  char handle[64] = {8, 0, 0, 0, 1};
  Report(19, Result(syscall(SYS_open_by_handle_at, AT_FDCWD, handle, O_RDONLY)));
  int mount_id = 0;
  Report(20, Result(syscall(SYS_name_to_handle_at, AT_FDCWD, "/usr", handle, &mount_id, 0)));
  Report(38, Result(mount("none", "/tmp", "cgroup", 0, "memory")));
}

void Devices() {
  Report(21, Results()
                 .Add(mknod("/work/block", S_IFBLK | 0600, 0xfe00))
                 .Add(mknod("/work/char", S_IFCHR | 0600, 0x0101))
                 .text());
  Report(22, OpenAll({"/dev/vda", "/dev/sda", "/dev/kvm", "/dev/fuse", "/dev/tty"}, O_RDWR));
  Report(35, Results()
                 .Add(ioctl(0, 0x5412 /* TIOCSTI */, "x"))
                 .Add(ioctl(0, 0x541C /* TIOCLINUX */, "x"))
                 .Add(syscall(SYS_ioctl, 0, 0x100005412, "x"))  // CVE-2019-10063
                 .text());
}

void RareCalls() {
  char parameters[256] = {};
  Report(23, Result(syscall(SYS_io_uring_setup, 4, parameters)));
  Report(24, Results()
                 .Add(syscall(SYS_bpf, BPF_MAP_CREATE, parameters, 64))
                 .Add(syscall(SYS_perf_event_open, parameters, 0, -1, -1, 0))
                 .Add(syscall(SYS_userfaultfd, O_CLOEXEC | 1))
                 .text());
  Report(25, Results()
                 .Add(syscall(SYS_add_key, "user", "x", "x", 1, -4))
                 .Add(syscall(SYS_keyctl, 0, -3, 1))
                 .Add(syscall(SYS_request_key, "user", "x", nullptr, -4))
                 .text());
  unsigned long context = 0;
  Report(28, Results().Add(syscall(1000)).Add(syscall(SYS_io_setup, 1, &context)).text());
  Report(30, Results()
                 .Add(syscall(SYS_init_module, "", 0, ""))
                 .Add(syscall(SYS_kexec_load, 0, 0, nullptr, 0))
                 .Add(swapon("/work/x", 0))
                 .Add(syscall(SYS_reboot, 0xfee1dead, 672274793, 0x1234567, nullptr))
                 .Add(acct("/work/x"))
                 .text());
  Report(31, Result(personality(ADDR_NO_RANDOMIZE)));
  Report(41, Result(vhangup()));
}

void* ThreadMain(void* value) {
  *static_cast<int*>(value) = 7;
  return nullptr;
}

void Clone3() {
  struct {
    uint64_t flags, rest[10];
  } arguments = {CLONE_NEWUSER, {}};
  Results results;
  results.Add(syscall(SYS_clone3, &arguments, sizeof(arguments)));
  int value = 0;
  pthread_t thread;
  if (pthread_create(&thread, nullptr, ThreadMain, &value) == 0) pthread_join(thread, nullptr);
  results.Add(value == 7 ? "threads" : "no threads");
  const pid_t child = fork();
  if (child == 0) _exit(5);
  int status = 0;
  waitpid(child, &status, 0);
  results.Add(WEXITSTATUS(status) == 5 ? "fork" : "no fork");
  Report(29, results.text());
}

// The output of a program, or "" when it wrote none.
std::string Output(const char* path, const char* const* arguments) {
  int ends[2];
  if (pipe(ends) != 0) return "";
  const pid_t child = fork();
  if (child == 0) {
    dup2(open("/dev/null", O_RDWR), 0);
    dup2(ends[1], 1);
    close(2);
    execv(path, const_cast<char* const*>(arguments));
    _exit(127);
  }
  close(ends[1]);
  char bytes[64];
  const ssize_t size = read(ends[0], bytes, sizeof(bytes));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return std::string(bytes, size > 0 ? static_cast<size_t>(size) : 0);
}

void Privilege() {
  const char* su[] = {"su", "root", "-c", "id -u", nullptr};
  Report(32, Output("/usr/bin/su", su) == "0\n" ? "root" : "nothing gained");
  // A version 2 file capability with everything permitted and effective.
  const unsigned char all[20] = {1, 0, 0,   2, 255, 255, 255, 255, 0, 0,
                                 0, 0, 255, 1, 0,   0,   0,   0,   0, 0};
  close(open("/work/capable", O_CREAT | O_WRONLY, 0755));
  Report(33, Result(setxattr("/work/capable", "security.capability", all, sizeof(all), 0)));
  void* low =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  Report(34, low == MAP_FAILED ? Result(-1) : "mapped");
  const timespec now = {1, 0};
  Report(36, Results().Add(sethostname("x", 1)).Add(clock_settime(CLOCK_REALTIME, &now)).text());
  const sched_param fifo = {.sched_priority = 1};
  rlimit core = {1 << 20, 1 << 20};
  Report(37, Results()
                 .Add(sched_setscheduler(0, SCHED_FIFO, &fifo))
                 .Add(setpriority(PRIO_PROCESS, 0, -20))
                 .Add(setrlimit(RLIMIT_CORE, &core))
                 .text());
}

}  // namespace

void KernelSurface() {
  ProcFiles();
  PidOne();
  Namespaces();
  Mounts();
  Devices();
  RareCalls();
  Clone3();
  Privilege();
}

}  // namespace longhaul::sandbox::probe
