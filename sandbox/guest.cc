// SPDX-License-Identifier: Apache-2.0
#include "sandbox/guest.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "common/check.h"
#include "sandbox/control_socket.h"
#include "sandbox/init/plan.h"
#include "sandbox/launcher.h"

namespace longhaul::sandbox {
namespace {

constexpr std::chrono::seconds kCommandSend(10);

int64_t Milliseconds(const timeval& time) { return time.tv_sec * 1000 + time.tv_usec / 1000; }

}  // namespace

Guest::Guest(std::unique_ptr<GuestParts> parts, std::function<void()> on_gone)
    : parts_(std::move(parts)), on_gone_(std::move(on_gone)) {}

Guest::~Guest() {
  Kill();
  Wait();
  parts_.reset();
  if (on_gone_) on_gone_();
}

int Guest::stdin_fd() const { return parts_->stdin.get(); }
int Guest::stdout_fd() const { return parts_->stdout.get(); }
int Guest::stderr_fd() const { return parts_->stderr.get(); }
int Guest::reply_fd() const { return parts_->reply.get(); }
int Guest::pidfd() const { return parts_->pidfd.get(); }
int Guest::end_fd() const { return parts_->control.get(); }
void Guest::CloseStdin() { parts_->stdin = FileDescriptor(); }

Status Guest::Execute(const std::string& argument) {
  const ControlSocket control(parts_->control.get(),
                              std::chrono::steady_clock::now() + kCommandSend);
  const uint64_t bytes = argument.size() + 1;
  RETURN_IF_ERROR(control.Send({reinterpret_cast<const char*>(&bytes), sizeof(bytes)}));
  return control.Send({argument.c_str(), bytes});
}

std::optional<GuestExit> Guest::TakeExit() {
  if (!parts_->gone) parts_->Hear(ControlSocket::TakeNow(parts_->control.get()));
  if (!parts_->exit.reported) return std::nullopt;
  return std::exchange(parts_->exit, {});
}

void Guest::Kill() {
  if (!parts_->gone) syscall(SYS_pidfd_send_signal, pidfd(), SIGKILL, nullptr, 0);
}

GuestExit Guest::Wait() {
  if (parts_->gone) return parts_->exit;
  pollfd gone = {pidfd(), POLLIN, 0};
  while (poll(&gone, 1, -1) != 1) CHECK_EQ(errno, EINTR);
  // The system call gives the resource usage, which the C library's waitid does not. Where this
  // process ignores SIGCHLD there is nothing left to wait for.
  siginfo_t info;
  rusage used = {};
  syscall(SYS_waitid, P_PIDFD, pidfd(), &info, WEXITED | __WALL, &used);
  while (parts_->Hear(ControlSocket::TakeNow(parts_->control.get()))) {
  }
  parts_->usage = parts_->cgroup->Usage();
  parts_->usage.cpu_time_ms = std::max(parts_->usage.cpu_time_ms,
                                       Milliseconds(used.ru_utime) + Milliseconds(used.ru_stime));
  // Never that of PID 1: until it executed its program its memory was this process's.
  if (parts_->usage.memory_bytes == 0) parts_->usage.memory_bytes = parts_->memory_bytes;
  parts_->gone = true;
  return parts_->exit;
}

std::optional<std::chrono::steady_clock::time_point> Guest::Started() {
  if (!parts_->started.has_value() && !parts_->gone) {
    parts_->Hear(ControlSocket::TakeNow(parts_->control.get()));
  }
  return parts_->started;
}

const Status& Guest::start_error() const { return parts_->start_error; }

GuestUsage Guest::Usage() const { return parts_->gone ? parts_->usage : parts_->cgroup->Usage(); }

std::vector<GuestProcess> Guest::Processes() const {
  if (parts_->gone || parts_->proc.get() < 0) return {};
  return ListProcesses(parts_->proc.get());
}

int Guest::SignalChildren(int signal) {
  // Again, until there are none that were not signalled: they may have forked meanwhile.
  constexpr int kRounds = 16;
  std::set<pid_t> signalled;
  for (int round = 0; round < kRounds; ++round) {
    const size_t before = signalled.size();
    for (const GuestProcess& process : Processes()) {
      if (process.state == 'Z') continue;
      if (!signalled.insert(process.pid).second) continue;
      SignalProcess(parts_->proc.get(), process.pid, signal);
    }
    if (signalled.size() == before) break;
  }
  return static_cast<int>(signalled.size());
}

WorkDirectory& Guest::work() {
  CHECK(parts_->work.has_value()) << "the guest never had a root";
  return *parts_->work;
}

bool Guest::has_work() const { return parts_->work.has_value(); }

bool Guest::FilesExhausted() const {
  struct statfs files;
  if (!parts_->work.has_value() || fstatfs(parts_->work->fd(), &files) < 0) return false;
  return files.f_bfree == 0 || files.f_ffree == 0;
}

int64_t WritePipe(int fd, std::string_view bytes) {
  sigset_t pipe_signal, before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  ssize_t written = 0;
  do {
    written = write(fd, bytes.data(), bytes.size());
  } while (written < 0 && errno == EINTR);
  const int error = errno;
  if (written < 0 && error == EPIPE) {
    constexpr timespec kNow = {0, 0};
    sigtimedwait(&pipe_signal, nullptr, &kNow);  // takes it off this thread
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (written >= 0) return written;
  return error == EAGAIN ? 0 : -error;
}

}  // namespace longhaul::sandbox
