// SPDX-License-Identifier: Apache-2.0
#include "common/logging.h"

#include <fcntl.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "common/file.h"
#include "tests/common/status_matchers.h"

namespace longhaul {
namespace {

using ::testing::ElementsAre;

// Collects log lines while it lives.
class LogCapture {
 public:
  LogCapture() {
    SetLogSink([this](LogLevel, std::string_view line) { lines.emplace_back(line); });
  }
  ~LogCapture() {
    SetLogSink(nullptr);
    SetLogLevel(LogLevel::kInfo);
  }
  std::vector<std::string> lines;
};

// A file in the place of a terminal.
class FakeTerminal {
 public:
  FakeTerminal()
      : path_(dir_ / "tty"), fd_(::open(path_.c_str(), O_CREAT | O_RDWR | O_APPEND, 0600)) {}
  ~FakeTerminal() { ::close(fd_); }
  int fd() const { return fd_; }
  std::string Text() const { return *ReadFile(path_); }

 private:
  TestDirectory dir_;
  std::string path_;
  int fd_;
};

TEST(Logging, LevelsAndPrefixes) {
  LogCapture log;
  LogInfo("loaded {}", 3);
  LogWarning("slow");
  SetLogLevel(LogLevel::kError);
  LogWarning("dropped");
  LogError("bad {}", "x");
  EXPECT_THAT(log.lines, ElementsAre("loaded 3", "warning: slow", "error: bad x"));
}

TEST(Logging, ThreadsDoNotMixLines) {
  LogCapture log;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 100; ++i) LogInfo("line {}", i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(log.lines.size(), 400u);
}

TEST(StatusLine, RewritesInPlaceOnATerminal) {
  FakeTerminal terminal;
  double now = 0;
  {
    StatusLine line(
        {.fd = terminal.fd(), .terminal = true, .width = 8, .clock = [&] { return now; }});
    line.Update("step 1");
    line.Update("too early");
    now = 1;
    line.Update("step 2 é cut");
    line.Finish("done");
    line.Update("next");  // shown at the next interval
    now = 2;
    line.Update("next");
  }
  EXPECT_EQ(terminal.Text(), "\rstep 1\x1b[K\rstep 2 \x1b[K\r\x1b[Kdone\n\rnext\x1b[K\n");
}

TEST(StatusLine, PlainLinesNoOftenerThanAsked) {
  FakeTerminal pipe;
  double now = 0;
  {
    StatusLine line(
        {.fd = pipe.fd(), .terminal = false, .plain_interval_seconds = 10, .clock = [&] {
           return now;
         }});
    line.Update("a");
    now = 9;
    line.Update("b");
    now = 10;
    line.Update("c");
    line.Finish("end");
  }
  EXPECT_EQ(pipe.Text(), "a\nc\nend\n");
}

TEST(StatusLine, ProgressInAPipeIsForLongStepsOnly) {
  FakeTerminal pipe;
  double now = 0;
  StatusLine line(
      {.fd = pipe.fd(), .terminal = false, .plain_progress_interval_seconds = 10, .clock = [&] {
         return now;
       }});
  line.Update("step 1");
  now = 9;
  line.Progress("step 2 generating 1/4");
  now = 10;
  line.Progress("step 2 generating 2/4");
  now = 15;
  line.Progress("step 2 training");
  line.Update("step 2");
  EXPECT_EQ(pipe.Text(), "step 1\nstep 2 generating 2/4\nstep 2\n");
}

TEST(StatusLine, ProgressMovesOnATerminal) {
  FakeTerminal terminal;
  double now = 0;
  {
    StatusLine line(
        {.fd = terminal.fd(), .terminal = true, .width = 80, .clock = [&] { return now; }});
    line.Progress("1/4");
    now = 1;
    line.Progress("2/4");
  }
  EXPECT_EQ(terminal.Text(), "\r1/4\x1b[K\r2/4\x1b[K\n");
}

TEST(StatusLine, PipesGetEveryUpdateByDefault) {
  FakeTerminal pipe;
  StatusLine line({.fd = pipe.fd()});  // a file is no terminal
  line.Update("a");
  line.Update("b");
  EXPECT_EQ(pipe.Text(), "a\nb\n");
}

}  // namespace
}  // namespace longhaul
