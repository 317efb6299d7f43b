// SPDX-License-Identifier: Apache-2.0
//
// SIGINT and SIGTERM as a request to end in order. They are blocked in every thread and taken by a
// thread of this object: no handler ever runs on a thread that computes. That matters beyond
// tidiness: oneDNN's generated matrix kernels use the stack pointer for buffers of their own, and
// the frame that the kernel writes for a handler would land in them.
//
//   StopSignals stop;  // before the first thread; one in a process
//
// The first signal sets requested() and ends Wait(); a second one kills as usual, unless it comes
// within a second: timeout(1) and job schedulers signal a process and then its group, which means
// one request. Each says on stderr what it does, if stderr takes it at once.
#pragma once

#include <signal.h>

#include <atomic>
#include <thread>

#include "common/file_descriptor.h"

namespace longhaul::tools {

inline constexpr int kInterruptedExitCode = 130;

class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // From now on a signal ends the process at once, with kInterruptedExitCode and these words on
  // stderr. For stretches that nobody polls and in which there is nothing to save. `words` outlives
  // this object.
  void LeaveAtOnce(const char* words) { words_ = words; }
  // From now on the first signal is a request again, as it is from the start.
  void LeaveInOrder() { words_ = nullptr; }

  const std::atomic<bool>& requested() const { return requested_; }
  void Wait() const { requested_.wait(false); }

 private:
  void Watch();
  // The signal, once one has come; 0 when this object goes.
  int NextSignal();

  sigset_t before_;
  FileDescriptor signals_;  // readable when one has come
  FileDescriptor end_;      // readable when this object goes
  std::atomic<const char*> words_{nullptr};
  std::atomic<bool> requested_{false};
  std::thread watcher_;
};

}  // namespace longhaul::tools
