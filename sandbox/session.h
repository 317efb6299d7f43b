// SPDX-License-Identifier: Apache-2.0
//
// Session: a working directory with a lasting shell in a jail of the workspace profile. Commands
// run one at a time; files may be read and written meanwhile. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/status.h"
#include "sandbox/file_diff.h"
#include "sandbox/jail.h"
#include "sandbox/session_shell.h"

namespace longhaul::sandbox {

struct CommandResult {
  std::string output;  // stdout and stderr as they came
  bool truncated = false;
  int exit_code = 0;
  bool timed_out = false;
  bool ended = false;
  int64_t wall_time_ms = 0;
  std::string detail;
};

class Session {
 public:
  using Clock = std::chrono::steady_clock;

  // Starts the guest. The jail outlives the session. ResourceExhausted, FailedPrecondition: of the
  // jail.
  static StatusOr<std::shared_ptr<Session>> Open(Jail* jail, std::vector<GuestFile> files,
                                                 const Limits& limits, const RunContext& context);
  ~Session();

  // Aborted: another command runs. NotFound: the session has ended. Cancelled, DeadlineExceeded:
  // the command was interrupted because the caller no longer waits.
  StatusOr<CommandResult> RunCommand(const std::string& command, int64_t wall_time_ms,
                                     const RunContext& context);
  // FailedPrecondition: what the session itself has made of its files is in the way.
  StatusOr<GuestFileContent> ReadFile(const std::string& path, int64_t bytes_max);
  Status WriteFiles(const std::vector<GuestFile>& files);
  // Against the files the session was opened with; what lies in .git is no change. Cancelled,
  // DeadlineExceeded: of the context. NotFound: the session has ended meanwhile.
  StatusOr<FileDiff> Diff(const RunContext& context);

  // Kills everything; a command in flight reports the end. `why` is told to later callers.
  void End(const std::string& why);
  // Ends a session that is past its limits or that nobody has used since `idle_since`.
  void EndWhenSpent(Clock::time_point idle_since);
  bool ended() const;

  const Limits& limits() const { return limits_; }

 private:
  // A call in flight: the session is not idle.
  class Use {
   public:
    explicit Use(Session* session);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    Session* const session_;
  };

  Session(Jail* jail, std::vector<GuestFile> files, const Limits& limits);
  Status StartShell(const RunContext& context);
  Status CheckAlive() const;
  // Why the session as a whole must end; empty: it need not.
  std::string SpentLimit() const;
  // Until the command has ended, in whatever way.
  void Conduct(Clock::time_point deadline, const RunContext& context, CommandResult& result);
  bool AdvanceUntil(Clock::time_point until, const RunContext& context);
  void Interrupt();
  std::string EndOfGuest();
  // Of an access to its files: full or closed is no fault of this service, and waiting mends none.
  Status AsItsDeed(const Status& status) const;

  Jail* const jail_;
  const std::vector<GuestFile> files_;  // sorted by path
  const Limits limits_;
  const Clock::time_point opened_ = Clock::now();
  std::unique_ptr<Guest> guest_;
  std::unique_ptr<SessionShell> shell_;  // of who holds command_mutex_
  std::mutex command_mutex_;
  mutable std::mutex mutex_;  // guards what follows
  std::string end_;           // why the session has ended; empty: it has not
  int in_use_ = 0;
  Clock::time_point last_used_ = Clock::now();
};

}  // namespace longhaul::sandbox
