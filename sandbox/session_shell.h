// SPDX-License-Identifier: Apache-2.0
//
// SessionShell: commands for a shell in a guest, one at a time, that find what those before them
// have left: working directory, variables, functions, aliases, options and umask. Job numbers and
// `$!`, traps, and descriptors that `exec` opened, end with their command.
//
// Each command is a bash of its own, executed by PID 1 of the guest, which also says how it ended.
// So there is no shell that a command could disable for those that follow, and the end of a command
// is neither looked for in its output nor told by anything that it can reach.
//
// What a command leaves is a script that its shell writes at its end and the next one reads first.
// It must be whole to count. A command that keeps its shell from writing it (kill -9, exec, a trap
// of EXIT, a function that stands in for a builtin) has left nothing: that is told with its result,
// and the next one begins anew in /work. PID 1 takes it in when the shell has ended, to where
// nothing else in the guest can write. This is no protection of a session from itself: its
// processes may signal and trace each other, and what a command leaves may change what the next
// ones mean.
//
// Thread-compatible.
#pragma once

#include <chrono>
#include <string>

#include "common/status.h"
#include "sandbox/jail.h"

namespace longhaul::sandbox {

// One argument of a program may have 128 KiB, of which the shell's own words take some.
inline constexpr size_t kMaxCommandBytes = 120 << 10;

class SessionShell {
 public:
  // `guest` was started (Jail::Start) with FillProgram's arguments.
  explicit SessionShell(Guest* guest);

  // argv and environment of the guest. NotFound: this host has no bash.
  static Status FillProgram(GuestProgram& program);

  // Starts a command. InvalidArgument: it holds a NUL or is too long.
  Status Begin(const std::string& command);
  // Moves bytes until `until`, or until something happened. True: the command has ended.
  bool Advance(std::chrono::steady_clock::time_point until);
  // After the end: what the last command has written and nobody has read yet.
  void DrainOutput();

  bool gone() const { return gone_; }  // the guest has ended
  // Of a command that has ended: as `$?`, and what else is to be said of it.
  int exit_code() const;
  std::string Remark() const;
  // Output since Begin, at most `bytes_max`; the rest was read and thrown away.
  void set_output_bytes_max(int64_t bytes_max) { output_bytes_max_ = bytes_max; }
  std::string TakeOutput() { return std::move(output_); }
  bool truncated() const { return truncated_; }

 private:
  // One read; false: there was nothing.
  bool ReadOutput(int fd);
  std::string RemarkOnState() const;

  Guest* const guest_;
  std::string output_;
  int64_t output_bytes_max_ = 1 << 20;
  bool truncated_ = false;
  bool ended_ = true;
  bool gone_ = false;
  GuestExit exit_;
};

// Bytes from the system's random source, as lower-case hexadecimal digits.
std::string RandomWord(size_t bytes);

}  // namespace longhaul::sandbox
