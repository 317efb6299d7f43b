// SPDX-License-Identifier: Apache-2.0
//
// Guest: one started program in its jail, with the host's ends of its pipes. Beneath Jail::Run, and
// for those who talk with a program that lives long (a workspace session).
//
// Inside the guest the pipes are descriptors 0 to 3. All of the host's ends are non-blocking and
// closed on exec; whoever holds the guest must read them, or the guest waits. Write with WritePipe.
//
// PID 1 of the guest is a reaper of ours. Of Jail::Run, PID 2 is the program: when it ends, PID 1
// reports and ends too, and with it everything the program started. Of Jail::Start, PID 1 executes
// the program whenever Execute asks, and what a command started goes on after it. PID 1 also ends
// when this process does.
//
// Thread-compatible; Kill, Usage, Processes and SignalChildren may be called from any thread until
// Wait has returned.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "sandbox/process_list.h"
#include "sandbox/usage.h"
#include "sandbox/work_directory.h"

namespace longhaul::sandbox {

// How the program or a command ended.
struct GuestExit {
  // False: PID 1 went without a word (killed by us, or out of memory), so the rest is unknown.
  bool reported = false;
  int exit_code = 0;
  int signal = 0;
  int exec_error = 0;  // not 0: the program could not be executed, and why (errno)
  // Of a command (kNewStatePath in init/plan.h).
  bool run = false;         // its shell has read the state of the one before
  bool state_kept = false;  // it has left a state for the next
  // It found no process or memory left to start it with: all that others had left going was ended.
  bool others_ended = false;
};

struct GuestParts;  // sandbox/launcher.h

class Guest {
 public:
  Guest(std::unique_ptr<GuestParts> parts, std::function<void()> on_gone);
  ~Guest();  // kills, waits, removes; the slot is free again
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  int stdin_fd() const;   // write end; -1 after CloseStdin
  int stdout_fd() const;  // read ends
  int stderr_fd() const;
  int reply_fd() const;  // the guest writes its descriptor 3; commands do not have it
  void CloseStdin();

  // Of a guest of Jail::Start, by one thread and one at a time: executes the program with one
  // argument more. Unavailable: the guest is gone.
  Status Execute(const std::string& argument);
  // How the command ended, once; empty: it has not. end_fd is readable when it may have.
  std::optional<GuestExit> TakeExit();
  int end_fd() const;

  // Readable (poll) when the guest and all its processes are gone.
  int pidfd() const;
  // SIGKILL to PID 1, and so to all of the guest. Returns at once.
  void Kill();
  // Waits until the guest is gone.
  GuestExit Wait();

  // When the program was executed, as far as is known now.
  std::optional<std::chrono::steady_clock::time_point> Started();
  // Once the guest was waited for: why the jail could not be built, which is no fault of the
  // program.
  const Status& start_error() const;

  // Now, or at the end once the guest was waited for.
  GuestUsage Usage() const;
  // All but PID 1. Empty once the guest is gone.
  std::vector<GuestProcess> Processes() const;
  // A signal to every process but PID 1. Returns how many were signalled.
  int SignalChildren(int signal);
  // The guest's /work, from outside, while it lives and after. A guest that ran out of memory
  // before it had a root has none (Jail::Start returns no such guest).
  WorkDirectory& work();
  bool has_work() const;
  // Whether /work, /tmp and /dev/shm together are out of bytes or of inodes.
  bool FilesExhausted() const;

 private:
  std::unique_ptr<GuestParts> parts_;
  std::function<void()> on_gone_;
};

// Writes what fits into a pipe now, without SIGPIPE. Returns the bytes written (0: full), or a
// negated error number; -EPIPE: nobody reads it any more. Thread-safe.
int64_t WritePipe(int fd, std::string_view bytes);

}  // namespace longhaul::sandbox
