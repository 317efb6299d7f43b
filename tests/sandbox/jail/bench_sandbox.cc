// SPDX-License-Identifier: Apache-2.0
//
// What a jail costs: launching a static program that does nothing, beside bubblewrap in turns in
// the same run; how many a second at 1 and 8 at once; and Python's start in a jail beside the bare
// interpreter.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include "sandbox/jail.h"

namespace longhaul::sandbox {
namespace {

constexpr const char* kTrue = LONGHAUL_BINARY_DIR "/sandbox_true";    // without a C library
constexpr const char* kGlibc = LONGHAUL_BINARY_DIR "/sandbox_probe";  // with a static one

double Milliseconds(const auto& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

void Spawn(const std::vector<std::string>& arguments) {
  std::vector<char*> list;
  for (const std::string& argument : arguments) list.push_back(const_cast<char*>(argument.c_str()));
  list.push_back(nullptr);
  pid_t pid = 0;
  if (posix_spawn(&pid, list[0], nullptr, nullptr, list.data(), environ) != 0) exit(1);
  int status = 0;
  waitpid(pid, &status, 0);
  if (status != 0) fmt::print("{} failed: {}\n", arguments[0], status);
}

struct Figures {
  double p50, p95;
};
Figures Summary(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[times.size() * 95 / 100]};
}

void RunOnce(Jail& jail, const GuestProgram& program) {
  const StatusOr<GuestResult> result = jail.Run(program, {});
  if (!result.ok() || result->outcome != Outcome::kOk) {
    fmt::print("run failed: {}\n", result.ok() ? result->detail : Message(result.status()));
    exit(1);
  }
}

// Takes the two in turns, so that both see the same machine.
void Compare(const char* what, Jail& jail, const GuestProgram& program,
             const std::vector<std::string>& other, int count) {
  std::vector<double> ours, theirs;
  for (int i = 0; i < count; ++i) {
    ours.push_back(Milliseconds([&] { RunOnce(jail, program); }));
    theirs.push_back(Milliseconds([&] { Spawn(other); }));
  }
  const Figures a = Summary(ours), b = Summary(theirs);
  fmt::print(
      "{:<28} jail p50 {:.3f} p95 {:.3f} ms; {} p50 {:.3f} p95 {:.3f} ms; ratio of p50 {:.2f}\n",
      what, a.p50, a.p95, other[0], b.p50, b.p95, a.p50 / b.p50);
}

void Throughput(Jail& jail, const GuestProgram& program, int at_once, int count) {
  std::atomic<int> left = count;
  const double time = Milliseconds([&] {
    std::vector<std::thread> threads;
    for (int i = 0; i < at_once; ++i) {
      threads.emplace_back([&] {
        while (left-- > 0) RunOnce(jail, program);
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  fmt::print("{:<28} {} at once: {:.0f} a second\n", "static true", at_once, count / time * 1e3);
}

int Main() {
  JailOptions options;
  options.slots = 8;
  StatusOr<std::unique_ptr<Jail>> jail = Jail::Create(options);
  if (!jail.ok()) {
    fmt::print("{}\n", Message(jail.status()));
    return 1;
  }
  const auto program = [](const char* path) {
    GuestProgram at;
    at.argv = {"/program", "true"};
    at.binds = {{path, "/program"}};
    return at;
  };
  const auto bubblewrap = [](const char* path) {
    return std::vector<std::string>{"/usr/bin/bwrap", "--unshare-all", "--ro-bind", "/usr",
                                    "/usr",           "--ro-bind",     path,        "/program",
                                    "--proc",         "/proc",         "--dev",     "/dev",
                                    "--tmpfs",        "/tmp",          "/program",  "true"};
  };
  const GuestProgram nothing = program(kTrue);
  GuestProgram python;
  python.argv = {"/usr/bin/python3", "-c", "pass"};
  Compare("static true", **jail, nothing, {kTrue}, 400);
  Compare("static true", **jail, nothing, bubblewrap(kTrue), 400);
  Compare("static glibc", **jail, program(kGlibc), {kGlibc, "true"}, 400);
  Compare("static glibc", **jail, program(kGlibc), bubblewrap(kGlibc), 400);
  Compare("python3 -c pass", **jail, python, {"/usr/bin/python3", "-c", "pass"}, 60);
  Throughput(**jail, nothing, 1, 1000);
  Throughput(**jail, nothing, 8, 2000);
  return 0;
}

}  // namespace
}  // namespace longhaul::sandbox

int main() { return longhaul::sandbox::Main(); }
