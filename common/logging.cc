// SPDX-License-Identifier: Apache-2.0
#include "common/logging.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <mutex>

#include "common/utf8.h"

namespace longhaul {

// The one owner of what appears on the terminal.
class Logger {
 public:
  static Logger& Get() {
    static Logger* logger = new Logger();  // lives on while static objects are destroyed
    return *logger;
  }

  void Write(LogLevel level, std::string_view text) {
    std::lock_guard lock(mutex);
    if (level < level_) return;
    const std::string line = fmt::format("{}{}", Prefix(level), text);
    if (sink_) return sink_(level, line);
    if (status != nullptr) status->Erase();
    WriteRaw(2, (terminal_ ? TimeOfDay() : "") + line + "\n");
    if (status != nullptr) status->Draw();
  }

  void SetLevel(LogLevel level) {
    std::lock_guard lock(mutex);
    level_ = level;
  }
  void SetSink(std::function<void(LogLevel, std::string_view)> sink) {
    std::lock_guard lock(mutex);
    sink_ = std::move(sink);
  }

  // A whole line in one write, so that lines of several processes do not mix. Failures have nowhere
  // to go.
  static void WriteRaw(int fd, std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(fd, text.data(), text.size());
      if (written <= 0) return;
      text.remove_prefix(static_cast<size_t>(written));
    }
  }

  std::mutex mutex;
  StatusLine* status = nullptr;  // guarded by mutex

 private:
  static std::string_view Prefix(LogLevel level) {
    if (level == LogLevel::kWarning) return "warning: ";
    return level == LogLevel::kError ? "error: " : "";
  }

  static std::string TimeOfDay() {
    const std::time_t now = std::time(nullptr);
    std::tm local;
    ::localtime_r(&now, &local);
    return fmt::format("{:02}:{:02}:{:02} ", local.tm_hour, local.tm_min, local.tm_sec);
  }

  LogLevel level_ = LogLevel::kInfo;
  std::function<void(LogLevel, std::string_view)> sink_;
  bool terminal_ = ::isatty(2) == 1;
};

namespace {

double MonotonicSeconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

int TerminalWidth(int fd) {
  winsize size;
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// The first `width` characters, each taken as one column.
std::string_view CutToWidth(std::string_view text, int width) {
  size_t end = 0;
  for (int column = 0; column < width && end < text.size(); ++column) {
    end += std::max<size_t>(1, Utf8CharacterLength(text.substr(end)));
  }
  return text.substr(0, end);
}

}  // namespace

void SetLogLevel(LogLevel level) { Logger::Get().SetLevel(level); }
void SetLogSink(std::function<void(LogLevel, std::string_view)> sink) {
  Logger::Get().SetSink(std::move(sink));
}
void LogLine(LogLevel level, std::string_view text) { Logger::Get().Write(level, text); }

StatusLine::StatusLine(Options options) : options_(std::move(options)) {
  if (!options_.terminal.has_value()) options_.terminal = ::isatty(options_.fd) == 1;
  if (!options_.clock) options_.clock = MonotonicSeconds;
  std::lock_guard lock(Logger::Get().mutex);
  Logger::Get().status = this;
}

StatusLine::~StatusLine() {
  std::lock_guard lock(Logger::Get().mutex);
  if (drawn_) Logger::WriteRaw(options_.fd, "\n");
  if (Logger::Get().status == this) Logger::Get().status = nullptr;
}

void StatusLine::Update(std::string_view text) { ShowAfter(text, options_.plain_interval_seconds); }

void StatusLine::Progress(std::string_view text) {
  ShowAfter(text, options_.plain_progress_interval_seconds);
}

void StatusLine::ShowAfter(std::string_view text, double plain_interval) {
  std::lock_guard lock(Logger::Get().mutex);
  text_ = text;
  const double interval = *options_.terminal ? options_.terminal_interval_seconds : plain_interval;
  const double now = options_.clock();
  if (last_shown_.has_value() && now - *last_shown_ < interval) return;
  last_shown_ = now;
  if (*options_.terminal) {
    Draw();
  } else {
    Logger::WriteRaw(options_.fd, text_ + "\n");
  }
}

void StatusLine::Finish(std::string_view text) {
  std::lock_guard lock(Logger::Get().mutex);
  Erase();
  Logger::WriteRaw(options_.fd, std::string(text) + "\n");
  text_.clear();
  last_shown_ = options_.clock();
}

void StatusLine::Erase() {
  if (drawn_) Logger::WriteRaw(options_.fd, "\r\x1b[K");
  drawn_ = false;
}

void StatusLine::Draw() {
  if (!*options_.terminal || text_.empty()) return;
  const int width = options_.width > 0 ? options_.width : TerminalWidth(options_.fd);
  Logger::WriteRaw(options_.fd, fmt::format("\r{}\x1b[K", CutToWidth(text_, width - 1)));
  drawn_ = true;
}

}  // namespace longhaul
