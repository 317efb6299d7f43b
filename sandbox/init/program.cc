// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "sandbox/init/init.h"
#include "sandbox/init/raw_syscall.h"
#include "sandbox/init/text.h"

namespace longhaul::sandbox {
namespace {

constexpr int kSigChild = 17;
constexpr uint64_t kSigChildMask = 1ull << (kSigChild - 1);
constexpr int kSetMask = 2;  // SIG_SETMASK
constexpr int kNoHang = 1;   // WNOHANG
constexpr int kErrorInterrupted = -4;
constexpr int kEmptyPath = 0x1000;

struct Start {
  const Program* program;
  long error = 0;  // of execve; the child shares this memory
};

// A service may ignore signals (SIGPIPE, even SIGCHLD), and what is ignored is inherited.
void ResetSignals() {
  constexpr int kSignals = 64;
  constexpr uint64_t kDefault[4] = {};  // handler, flags, restorer, mask
  for (int signal = 1; signal <= kSignals; ++signal) {
    raw::Call(SYS_rt_sigaction, signal, kDefault, nullptr, sizeof(uint64_t));
  }
}

void SetSignalMask(uint64_t mask) {
  raw::Call(SYS_rt_sigprocmask, kSetMask, &mask, nullptr, sizeof(mask));
}

// Children inherit it: the program goes first when the guest is out of memory, rather than PID 1.
void SetOomScore(const char* score, size_t size) { raw::Call(SYS_write, kOomScoreFd, score, size); }

// PID 2, until it is the program. Shares init's memory, while init waits.
long StartProgram(void* argument) {
  Start& start = *static_cast<Start*>(argument);
  raw::Call(SYS_setsid);
  const long image = start.program->self_check
                         ? raw::Call(SYS_fcntl, kImageFd, F_DUPFD_CLOEXEC, kOomScoreFd + 1)
                         : -1;
  raw::Call(SYS_close_range, kControlFd, kOomScoreFd, 0);
  SetSignalMask(0);
  if (image >= 0) {
    static char name[] = "self-check";
    char* const arguments[] = {name, nullptr};
    char* const environment[] = {nullptr};
    start.error = raw::Call(SYS_execveat, image, "", arguments, environment, kEmptyPath);
  } else {
    start.error = raw::Call(SYS_execve, start.program->arguments[0], start.program->arguments,
                            start.program->environment);
  }
  return 127;
}

void Report(InitMessage::Kind kind, int value, int64_t memory_bytes = 0) {
  InitMessage message{kind, value, 0, memory_bytes, {}};
  raw::Call(SYS_sendto, kControlFd, &message, sizeof(message), MSG_NOSIGNAL);
}

// Reaps until nothing is left to reap now. True when the program was among them.
bool Reap(long program, int& status, rusage& used) {
  for (;;) {
    int ended = 0;
    const long pid = raw::Call(SYS_wait4, -1, &ended, kNoHang, &used);
    if (pid == program) {
      status = ended;
      return true;
    }
    if (pid <= 0 && pid != kErrorInterrupted) return false;
  }
}

}  // namespace

void RunProgram(const Program& program) {
  ResetSignals();
  SetSignalMask(kSigChildMask);
  const long signals = Must("signalfd", raw::Call(SYS_signalfd4, -1, &kSigChildMask,
                                                  sizeof(kSigChildMask), O_CLOEXEC | O_NONBLOCK));
  static char stack[16384] __attribute__((aligned(16)));
  Start start{&program};
  SetOomScore("1000", 4);
  const long pid =
      Must("starting the program",
           raw::CloneInto(SYS_clone, CLONE_VM | CLONE_VFORK | kSigChild,
                          reinterpret_cast<long>(stack + sizeof(stack)), StartProgram, &start));
  SetOomScore("0", 1);
  raw::Call(SYS_close_range, 0, kControlFd - 1, 0);
  raw::Call(SYS_close_range, kImageFd, kOomScoreFd, 0);
  if (start.error != 0) {
    Report(InitMessage::kNotExecuted, static_cast<int>(-start.error));
    return;
  }
  for (;;) {
    int status = 0;
    rusage used{};
    if (Reap(pid, status, used)) {
      constexpr int64_t kBytesPerKilobyte = 1024;
      Report(InitMessage::kExited, status, used.ru_maxrss * kBytesPerKilobyte);
      return;
    }
    pollfd events[2] = {{kControlFd, 0, 0}, {static_cast<int>(signals), POLLIN, 0}};
    raw::Call(SYS_poll, events, 2, -1);
    if (events[0].revents != 0) return;  // the launcher is gone
    char info[128];
    while (raw::Call(SYS_read, signals, info, sizeof(info)) > 0) {
    }
  }
}

}  // namespace longhaul::sandbox
