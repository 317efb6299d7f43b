// SPDX-License-Identifier: Apache-2.0
#include "sandbox/session.h"

#include <signal.h>

#include <algorithm>
#include <array>

#include "sandbox/slot_pool.h"

namespace longhaul::sandbox {
namespace {

// How often limits and the caller are looked at while a command runs.
constexpr std::chrono::milliseconds kGlance{50};

// What is tried on a command that must end, and how long it may take to obey. After the first two
// its shell can still hand on its state.
struct Persuasion {
  int signal;
  std::chrono::milliseconds patience;
};
constexpr std::array<Persuasion, 3> kPersuasions = {{{SIGINT, std::chrono::milliseconds(1000)},
                                                     {SIGTERM, std::chrono::milliseconds(500)},
                                                     {SIGKILL, std::chrono::milliseconds(2000)}}};

}  // namespace

Session::Session(Jail* jail, std::vector<GuestFile> files, const Limits& limits)
    : jail_(jail), files_(std::move(files)), limits_(limits) {}

Session::~Session() { End("the session was closed"); }

StatusOr<std::shared_ptr<Session>> Session::Open(Jail* jail, std::vector<GuestFile> files,
                                                 const Limits& limits, const RunContext& context) {
  std::sort(files.begin(), files.end(),
            [](const GuestFile& a, const GuestFile& b) { return a.path < b.path; });
  std::shared_ptr<Session> session(new Session(jail, std::move(files), limits));
  RETURN_IF_ERROR(session->StartShell(context));
  return session;
}

Status Session::StartShell(const RunContext& context) {
  GuestProgram program;
  RETURN_IF_ERROR(SessionShell::FillProgram(program));
  program.files = files_;
  program.limits = limits_;
  ASSIGN_OR_RETURN(guest_, jail_->Start(program, context));
  shell_ = std::make_unique<SessionShell>(guest_.get());
  shell_->set_output_bytes_max(limits_.output_bytes);
  return OkStatus();
}

bool Session::ended() const {
  const std::lock_guard lock(mutex_);
  return !end_.empty();
}

Status Session::CheckAlive() const {
  const std::lock_guard lock(mutex_);
  return end_.empty() ? OkStatus() : NotFound("the session has ended: {}", end_);
}

void Session::End(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    if (end_.empty()) end_ = why;
  }
  if (guest_) guest_->Kill();
}

std::string Session::SpentLimit() const {
  if (Clock::now() - opened_ > std::chrono::milliseconds(limits_.wall_time_ms))
    return fmt::format("it has been open for its {} ms", limits_.wall_time_ms);
  if (guest_->Usage().cpu_time_ms > limits_.cpu_time_ms)
    return fmt::format("it has used its {} ms of CPU time", limits_.cpu_time_ms);
  return {};
}

Session::Use::Use(Session* session) : session_(session) {
  const std::lock_guard lock(session_->mutex_);
  ++session_->in_use_;
}

Session::Use::~Use() {
  const std::lock_guard lock(session_->mutex_);
  --session_->in_use_;
  session_->last_used_ = Clock::now();
}

void Session::EndWhenSpent(Clock::time_point idle_since) {
  const std::string spent = SpentLimit();
  if (!spent.empty()) return End(spent);
  bool idle;
  {
    const std::lock_guard lock(mutex_);
    idle = in_use_ == 0 && last_used_ < idle_since;
  }
  if (idle) End("nobody has used it for its idle time");
}

bool Session::AdvanceUntil(Clock::time_point until, const RunContext& context) {
  while (Clock::now() < until && StillWanted(context).ok()) {
    if (shell_->Advance(std::min(until, Clock::now() + kGlance))) return true;
    const std::string spent = SpentLimit();
    if (!spent.empty()) End(spent);
  }
  return false;
}

void Session::Interrupt() {
  for (const Persuasion& persuasion : kPersuasions) {
    guest_->SignalChildren(persuasion.signal);
    if (AdvanceUntil(Clock::now() + persuasion.patience, {})) return;
  }
  End("a command could not be ended");
  AdvanceUntil(Clock::now() + kPersuasions.back().patience, {});
}

std::string Session::EndOfGuest() {
  guest_->Wait();
  End("its processes were killed");
  const std::lock_guard lock(mutex_);
  return end_;
}

void Session::Conduct(Clock::time_point deadline, const RunContext& context,
                      CommandResult& result) {
  const int64_t oom_kills = guest_->Usage().oom_kills;
  if (!AdvanceUntil(deadline, context)) {
    result.timed_out = true;
    result.detail = "the command was interrupted";
    Interrupt();
  }
  shell_->DrainOutput();
  result.exit_code = shell_->exit_code();
  const auto remark = [&result](const std::string& text) {
    if (!text.empty()) result.detail += (result.detail.empty() ? "" : "; ") + text;
  };
  remark(shell_->Remark());
  if (guest_->Usage().oom_kills > oom_kills) {
    remark(
        fmt::format("a process was killed at the memory limit of {} bytes", limits_.memory_bytes));
  }
  if (shell_->gone() || ended()) {
    result.ended = true;
    result.detail = EndOfGuest();
  }
}

StatusOr<CommandResult> Session::RunCommand(const std::string& command, int64_t wall_time_ms,
                                            const RunContext& context) {
  const std::unique_lock busy(command_mutex_, std::try_to_lock);
  if (!busy.owns_lock()) {
    return Aborted("the session is busy with another command: one at a time");
  }
  RETURN_IF_ERROR(CheckAlive());
  const Use use(this);
  RETURN_IF_ERROR(shell_->Begin(command));
  const Clock::time_point begin = Clock::now();
  CommandResult result;
  Conduct(begin + std::chrono::milliseconds(wall_time_ms), context, result);
  result.output = shell_->TakeOutput();
  result.truncated = shell_->truncated();
  result.wall_time_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
  RETURN_IF_ERROR(StillWanted(context));
  return result;
}

StatusOr<GuestFileContent> Session::ReadFile(const std::string& path, int64_t bytes_max) {
  RETURN_IF_ERROR(CheckAlive());
  const std::lock_guard lock(mutex_);
  last_used_ = Clock::now();
  StatusOr<GuestFileContent> content = guest_->work().Read(path, bytes_max);
  if (!content.ok()) return AsItsDeed(content.status());
  return content;
}

Status Session::WriteFiles(const std::vector<GuestFile>& files) {
  RETURN_IF_ERROR(CheckAlive());
  const std::lock_guard lock(mutex_);
  last_used_ = Clock::now();
  for (const GuestFile& file : files) RETURN_IF_ERROR(AsItsDeed(guest_->work().Write(file)));
  return OkStatus();
}

Status Session::AsItsDeed(const Status& status) const {
  const bool closed = status.code() == StatusCode::kPermissionDenied;
  const bool full = status.code() == StatusCode::kResourceExhausted && guest_->FilesExhausted();
  if (!closed && !full) return status;
  return FailedPrecondition("{}: that is what the session has made of its files", Message(status));
}

StatusOr<FileDiff> Session::Diff(const RunContext& context) {
  RETURN_IF_ERROR(CheckAlive());
  const Use use(this);
  RunContext until_the_end = context;
  until_the_end.cancelled = [&] { return context.cancelled() || ended(); };
  StatusOr<FileDiff> diff =
      DiffAgainst(files_, guest_->work(), {.jail = jail_, .context = &until_the_end});
  RETURN_IF_ERROR(CheckAlive());
  return diff;
}

}  // namespace longhaul::sandbox
