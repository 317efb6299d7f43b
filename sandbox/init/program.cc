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
constexpr int kSetMask = 2;            // SIG_SETMASK
constexpr int kNoHang = 1;             // WNOHANG
constexpr int kAnyChild = 0x40000000;  // __WALL
constexpr int kSigKill = 9;
constexpr int kErrorInterrupted = -4, kErrorNoChild = -10, kErrorAgain = -11, kErrorNoMemory = -12;
constexpr int kEmptyPath = 0x1000;
constexpr long kNoProcess = -1;

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

void Send(const InitMessage& message) {
  raw::Call(SYS_sendto, kControlFd, &message, sizeof(message), MSG_NOSIGNAL);
}

// The new process, until it is the program. Shares init's memory, while init waits.
long StartProgram(void* argument) {
  Start& start = *static_cast<Start*>(argument);
  raw::Call(SYS_setsid);
  const long image = start.program->self_check
                         ? raw::Call(SYS_fcntl, kImageFd, F_DUPFD_CLOEXEC, kStateFd + 1)
                         : -1;
  // A command's shell ends by ending: it has nothing to say beside its output, and no input, not
  // even of what another command may write into a pipe that they have in common.
  const bool command = start.program->command != nullptr;
  if (command) {
    raw::Call(SYS_close, 0);
    raw::Call(SYS_open, "/dev/null", O_RDONLY);
  }
  raw::Call(SYS_close_range, command ? kReplyFd : kControlFd, kStateFd, 0);
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

struct Started {
  long pid;    // below zero: the error
  long error;  // 0, or of execve
};

Started Execute(const Program& program) {
  static char stack[16384] __attribute__((aligned(16)));
  Start start{&program};
  SetOomScore("1000", 4);
  const long pid =
      raw::CloneInto(SYS_clone, CLONE_VM | CLONE_VFORK | kSigChild,
                     reinterpret_cast<long>(stack + sizeof(stack)), StartProgram, &start);
  SetOomScore("0", 1);
  return {pid, start.error};
}

void ReportNotExecuted(long error, bool others_ended) {
  InitMessage message{};
  message.kind = InitMessage::kNotExecuted;
  message.value = static_cast<int>(-error);
  message.others_ended = others_ended;
  Send(message);
}

// Everything but this process. A signal to all leaves nothing out that forks meanwhile.
void EndOthers() {
  raw::Call(SYS_kill, -1, kSigKill);
  while (raw::Call(SYS_wait4, -1, nullptr, kAnyChild, nullptr) != kErrorNoChild) {
  }
}

// Of children that end, from now on.
long WatchChildren() {
  ResetSignals();
  SetSignalMask(kSigChildMask);
  return Must("signalfd", raw::Call(SYS_signalfd4, -1, &kSigChildMask, sizeof(kSigChildMask),
                                    O_CLOEXEC | O_NONBLOCK));
}

// What is pending now, of this process and of its thread: one signal each. More would be a guest's,
// which can send them as fast as they are read.
void Drain(long signals) {
  char info[2 * 128];
  raw::Call(SYS_read, signals, info, sizeof(info));
}

// Reaps until nothing is left to reap now. True when the program was among them; `ended` then says
// how it ended.
bool Reap(long program, InitMessage& ended) {
  for (;;) {
    int status = 0;
    rusage used{};
    const long pid = raw::Call(SYS_wait4, -1, &status, kNoHang, &used);
    if (pid > 0 && pid == program) {
      constexpr int64_t kBytesPerKilobyte = 1024;
      ended = {};
      ended.kind = InitMessage::kExited;
      ended.value = status;
      ended.memory_bytes = used.ru_maxrss * kBytesPerKilobyte;
      return true;
    }
    if (pid <= 0 && pid != kErrorInterrupted) return false;
  }
}

struct Command {
  long pid = kNoProcess;
  bool others_ended = false;
};

// Receives a command and executes it. When that cannot be done it is reported, and the process is
// kNoProcess.
Command BeginCommand(const Program& program) {
  uint64_t bytes = 0;
  ReceiveExactly(&bytes, sizeof(bytes));
  char* const text = Map("memory for a command", bytes);
  ReceiveExactly(text, bytes);
  *program.command = text;
  Command command;
  long error = 0;
  for (bool again = true; again;) {
    PrepareNewState();
    const Started started = Execute(program);
    error = started.pid < 0 ? started.pid : started.error;
    command.pid = error == 0 ? started.pid : kNoProcess;
    again = !command.others_ended && (error == kErrorAgain || error == kErrorNoMemory);
    if (again) EndOthers();
    command.others_ended |= again;
  }
  *program.command = nullptr;
  raw::Call(SYS_munmap, text, bytes);
  if (error != 0) ReportNotExecuted(error, command.others_ended);
  return command;
}

}  // namespace

void RunProgram(const Program& program) {
  const long signals = WatchChildren();
  const Started started = Execute(program);
  const long pid = Must("starting the program", started.pid);
  raw::Call(SYS_close_range, 0, kControlFd - 1, 0);
  raw::Call(SYS_close_range, kImageFd, kStateFd, 0);
  if (started.error != 0) return ReportNotExecuted(started.error, false);
  for (;;) {
    InitMessage ended;
    if (Reap(pid, ended)) return Send(ended);
    pollfd events[2] = {{kControlFd, 0, 0}, {static_cast<int>(signals), POLLIN, 0}};
    raw::Call(SYS_poll, events, 2, -1);
    if (events[0].revents != 0) return;  // the launcher is gone
    Drain(signals);
  }
}

void RunCommands(const Program& program) {
  const long signals = WatchChildren();
  raw::Call(SYS_close, kImageFd);
  for (Command command;;) {
    pollfd events[2] = {{kControlFd, POLLIN, 0}, {static_cast<int>(signals), POLLIN, 0}};
    raw::Call(SYS_poll, events, 2, -1);
    Drain(signals);
    if (events[0].revents != 0) command = BeginCommand(program);
    InitMessage ended;
    if (!Reap(command.pid, ended)) continue;
    const CommandState state = TakeState();
    ended.run = state.run;
    ended.state_kept = state.kept;
    ended.others_ended = command.others_ended;
    Send(ended);
    command = {};
  }
}

}  // namespace longhaul::sandbox
