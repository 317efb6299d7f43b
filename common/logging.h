// SPDX-License-Identifier: Apache-2.0
//
// Log lines on stderr, and the status line of a terminal that they must not garble. Thread-safe.
//
//   LogInfo("loaded {} tensors from {}", count, path);
//
// On a terminal lines carry the time of day; in a pipe or file they are plain. Warnings and errors
// begin with "warning: " and "error: ".
#pragma once

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace longhaul {

enum class LogLevel { kInfo, kWarning, kError, kSilent };

// Lines below `level` are dropped.
void SetLogLevel(LogLevel level);
// Where lines go; default: stderr. The sink gets a whole line without its end. For tests.
void SetLogSink(std::function<void(LogLevel, std::string_view)> sink);
void LogLine(LogLevel level, std::string_view text);

template <typename... Args>
void LogInfo(fmt::format_string<Args...> format, Args&&... args) {
  LogLine(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogWarning(fmt::format_string<Args...> format, Args&&... args) {
  LogLine(LogLevel::kWarning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogError(fmt::format_string<Args...> format, Args&&... args) {
  LogLine(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
}

// One line that says how things stand: rewritten in place on a terminal (cut to its width), printed
// as plain lines no oftener than `plain_interval_seconds` in a pipe. One at a time in a process.
// Thread-safe.
class StatusLine {
 public:
  struct Options {
    int fd = 2;
    std::optional<bool> terminal = std::nullopt;  // unset: asked of the system
    int width = 0;                                // columns; 0: asked of the system
    double terminal_interval_seconds = 0.1;
    double plain_interval_seconds = 0;  // 0: every update is a line
    double plain_progress_interval_seconds = 10;
    std::function<double()> clock = nullptr;  // seconds; unset: the monotonic clock
  };

  explicit StatusLine(Options options);
  StatusLine() : StatusLine(Options()) {}
  ~StatusLine();  // leaves the last line standing
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  // Shows `text`, or keeps it for later when the last line is too young.
  void Update(std::string_view text);
  // Where things stand within a step: Update on a terminal; elsewhere a line only when nothing was
  // shown for plain_progress_interval_seconds, so that steps that end soon leave one line each.
  void Progress(std::string_view text);
  // Shows `text` now and moves to a new line: a step is done.
  void Finish(std::string_view text);

 private:
  friend class Logger;
  void Erase();  // with the logger's lock held
  void Draw();
  void ShowAfter(std::string_view text, double plain_interval);

  Options options_;
  std::string text_;
  bool drawn_ = false;
  std::optional<double> last_shown_;
};

}  // namespace longhaul
