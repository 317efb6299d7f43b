// SPDX-License-Identifier: Apache-2.0
#include "tools/stop_signals.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>

#include "common/check.h"

namespace longhaul::tools {
namespace {

constexpr auto kOneRequest = std::chrono::seconds(1);

sigset_t StopSet() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

// Straight to the descriptor and only when it takes the bytes: a terminal that was halted or a full
// pipe must not keep a signal from doing its work.
void Say(std::string_view words) {
  pollfd polled = {STDERR_FILENO, POLLOUT, 0};
  if (poll(&polled, 1, 0) != 1 || (polled.revents & POLLOUT) == 0) return;
  const std::string line =
      fmt::format("{}{}\n", isatty(STDERR_FILENO) != 0 ? "\n" : "", words);  // after a status line
  WriteAll(STDERR_FILENO, line, "standard error").IgnoreError();
}

// As if nobody had taken it.
void DieOf(int signal) {
  const sigset_t set = StopSet();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  raise(signal);
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = StopSet();
  CHECK_EQ(pthread_sigmask(SIG_BLOCK, &set, &before_), 0);
  signals_ = FileDescriptor(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  end_ = FileDescriptor(eventfd(0, EFD_CLOEXEC));
  CHECK(signals_.get() >= 0 && end_.get() >= 0) << "no descriptors are left";
  watcher_ = std::thread([this] { Watch(); });
}

StopSignals::~StopSignals() {
  const uint64_t one = 1;
  CHECK_EQ(write(end_.get(), &one, sizeof(one)), static_cast<ssize_t>(sizeof(one)));
  watcher_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

int StopSignals::NextSignal() {
  pollfd polled[] = {{signals_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}};
  while (poll(polled, 2, -1) < 0 && errno == EINTR) {
  }
  signalfd_siginfo taken;
  return read(signals_.get(), &taken, sizeof(taken)) < 0 ? 0 : static_cast<int>(taken.ssi_signo);
}

void StopSignals::Watch() {
  if (NextSignal() == 0) return;
  if (const char* words = words_; words != nullptr) {
    Say(words);
    _exit(kInterruptedExitCode);
  }
  requested_ = true;
  requested_.notify_all();
  const auto first_at = std::chrono::steady_clock::now();
  Say("stopping in order; a second signal stops at once");
  int second = NextSignal();
  while (second != 0 && std::chrono::steady_clock::now() - first_at < kOneRequest) {
    second = NextSignal();
  }
  if (second == 0) return;
  Say("stopped at once by a second signal");
  DieOf(second);
}

}  // namespace longhaul::tools
