// SPDX-License-Identifier: Apache-2.0
#include "sandbox/run_monitor.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <thread>
#include <utility>

#include "sandbox/paced_input.h"

namespace longhaul::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
using Kill = RunFacts::Kill;
using std::chrono::milliseconds;

// How often cancellation and the deadline are looked at.
constexpr milliseconds kContextLook(20);
constexpr std::chrono::seconds kStartTime(30);

struct Stream {
  int fd;
  std::string_view name;
  std::string* bytes;
  bool* truncated;
};

// Takes what is in the pipe now, up to the cap. False: at its end, or beyond the cap.
bool Drain(Stream& stream, int64_t cap) {
  char chunk[1 << 16];
  for (;;) {
    const ssize_t got = read(stream.fd, chunk, sizeof(chunk));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    const int64_t room = cap - static_cast<int64_t>(stream.bytes->size());
    stream.bytes->append(chunk, static_cast<size_t>(std::min<int64_t>(got, room)));
    if (got > room) {
      *stream.truncated = true;
      return false;
    }
  }
}

class RunWatcher {
 public:
  RunWatcher(Guest& guest, const RunMonitorArgs& args)
      : guest_(guest),
        args_(args),
        limits_(args.program.limits),
        start_(Clock::now()),
        wall_end_(start_ + milliseconds(limits_.wall_time_ms)),
        streams_{
            {{guest.stdout_fd(), "stdout", &result_.stdout_bytes, &result_.stdout_truncated},
             {guest.stderr_fd(), "stderr", &result_.stderr_bytes, &result_.stderr_truncated},
             {guest.reply_fd(), "descriptor 3", &result_.reply_bytes, &result_.reply_truncated}}},
        input_(args.program.stdin_bytes, args.program.stdin_pace) {
    if (input_.done()) guest_.CloseStdin();
  }

  StatusOr<GuestResult> Watch() {
    while (!gone_) {
      WaitForEvents();
      RETURN_IF_ERROR(CheckContext());
    }
    facts_.exit = guest_.Wait();
    const Clock::time_point end = Clock::now();
    RETURN_IF_ERROR(guest_.start_error());
    facts_.wall_time_ms =
        std::chrono::floor<milliseconds>(end - guest_.Started().value_or(start_)).count();
    // What lay in the pipes when the last writer died.
    for (Stream& stream : streams_) DrainStream(stream);
    Conclude();
    return std::move(result_);
  }

 private:
  // One poll: events are served, and limits looked at when it is time.
  void WaitForEvents() {
    std::array<pollfd, 5> events = {{{guest_.pidfd(), POLLIN, 0},
                                     {streams_[0].fd, POLLIN, 0},
                                     {streams_[1].fd, POLLIN, 0},
                                     {streams_[2].fd, POLLIN, 0},
                                     {input_.due().empty() ? -1 : guest_.stdin_fd(), POLLOUT, 0}}};
    // Where one stream ended, the others and the guest most often follow at once: one wait for all.
    if (!std::exchange(stream_ended_, false) || poll(events.data(), 1, 1) == 0) {
      const Clock::time_point until =
          std::min({next_look_, wall_end_, Clock::now() + kContextLook});
      const auto wait = std::chrono::ceil<milliseconds>(until - Clock::now());
      poll(events.data(), events.size(), static_cast<int>(std::max<int64_t>(wait.count(), 0)));
    }
    for (size_t i = 0; i < streams_.size(); ++i) {
      if (events[i + 1].revents != 0) DrainStream(streams_[i]);
    }
    if (events[4].revents != 0) FeedStdin();
    gone_ = events[0].revents != 0;
    if (!gone_ && facts_.kill == Kill::kNone) LookAtLimits();
  }

  void DrainStream(Stream& stream) {
    if (stream.fd < 0) return;
    const size_t before = stream.bytes->size();
    const bool goes_on = Drain(stream, limits_.output_bytes);
    if (&stream == &streams_.back()) {
      input_.Answered(std::string_view(result_.reply_bytes).substr(before));
    }
    if (goes_on) return;
    stream_ended_ = true;
    stream.fd = -1;  // poll leaves it out; its end says nothing about the program's
    if (*stream.truncated && facts_.kill == Kill::kNone) {
      facts_.flooded = stream.name;
      KillFor(Kill::kOutput);
    }
  }

  void FeedStdin() {
    const int64_t written = WritePipe(guest_.stdin_fd(), input_.due());
    if (written > 0) input_.Written(static_cast<size_t>(written));
    if (written < 0 || input_.done()) guest_.CloseStdin();
  }

  // CPU time can run out only as fast as there are cores.
  void LookAtLimits() {
    const Clock::time_point now = Clock::now();
    if (now >= wall_end_ && !PostponeWallEnd(now)) return KillFor(Kill::kWallTime);
    if (now < next_look_) return;
    const GuestUsage usage = guest_.Usage();
    if (usage.oom_kills > 0 || usage.memory_bytes > limits_.memory_bytes) {
      return KillFor(Kill::kMemory);
    }
    if (usage.cpu_time_ms > limits_.cpu_time_ms) return KillFor(Kill::kCpuTime);
    static const int64_t cores = std::max(1u, std::thread::hardware_concurrency());
    const milliseconds left((limits_.cpu_time_ms - usage.cpu_time_ms) / cores + 1);
    next_look_ = now + std::min(left, args_.watch_interval);
  }

  // The wall clock starts with the program, of which we learn here; building the jail before it has
  // a limit of its own.
  bool PostponeWallEnd(Clock::time_point now) {
    const std::optional<Clock::time_point> started = guest_.Started();
    if (!started.has_value() && now > start_ + kStartTime) {
      guest_.Kill();
      wall_end_ = Clock::time_point::max();
      return true;
    }
    wall_end_ = started.value_or(now) + milliseconds(limits_.wall_time_ms);
    return wall_end_ > now;
  }

  void KillFor(Kill reason) {
    facts_.kill = reason;
    guest_.Kill();
    next_look_ = wall_end_ = Clock::time_point::max();
  }

  Status CheckContext() {
    const bool late = Clock::now() >= args_.context.deadline;
    if (gone_ || (!late && !args_.context.cancelled())) return OkStatus();
    guest_.Kill();
    guest_.Wait();
    return late ? MakeStatus(StatusCode::kDeadlineExceeded, "the run was killed at its deadline")
                : Cancelled("the run was killed");
  }

  void Conclude() {
    facts_.usage = guest_.Usage();
    facts_.limits = limits_;
    facts_.files_exhausted = guest_.FilesExhausted();
    Verdict verdict = Classify(facts_);
    result_.outcome = verdict.outcome;
    result_.detail = std::move(verdict.detail);
    result_.exit_code = facts_.exit.exit_code;
    result_.signal = facts_.exit.signal;
    result_.cpu_time_ms = facts_.usage.cpu_time_ms;
    result_.wall_time_ms = facts_.wall_time_ms;
    result_.memory_bytes = facts_.usage.memory_bytes;
  }

  Guest& guest_;
  const RunMonitorArgs& args_;
  const Limits limits_;
  const Clock::time_point start_;
  Clock::time_point wall_end_;
  GuestResult result_;
  std::array<Stream, 3> streams_;
  PacedInput input_;
  RunFacts facts_;
  Clock::time_point next_look_ = start_ + std::min(args_.watch_interval, milliseconds(20));
  bool gone_ = false;
  bool stream_ended_ = false;
};

}  // namespace

StatusOr<GuestResult> WatchRun(Guest& guest, const RunMonitorArgs& args) {
  return RunWatcher(guest, args).Watch();
}

}  // namespace longhaul::sandbox
