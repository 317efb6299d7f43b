// SPDX-License-Identifier: Apache-2.0
//
// The list of attacks that a jail must hold, by number:
//   1 to 41   kernel and host surface          42 to 53  network and between processes
//   54 to 79  abuse of resources               87 to 92  what a guest leaves as results
//   93, 94, 96  what could pass for a result or give one away
// Those of the service (80, 81), of compilers (82 to 86), and of test frameworks (95) are tested
// with the service and with the scorer of programs. The probe (probe/) attempts, this table
// expects.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "common/file.h"
#include "tests/sandbox/jail/jail_fixture.h"

namespace longhaul::sandbox {
namespace {

using testing::HasSubstr;

constexpr const char* kSecret = "expected-value-7719";

// What each attempt of the surface must give.
const std::map<int, std::string> kSurface = {{1, "ENOENT"},          {2, "ENOENT"},
                                             {3, "ENOENT"},          {4, "ENOENT"},
                                             {5, "ENOENT"},          {6, "ENOENT"},
                                             {7, "EACCES"},          {8, "EACCES"},
                                             {10, "EPERM"},          {11, "EPERM"},
                                             {12, "alive"},          {13, "EPERM"},
                                             {14, "EPERM"},          {15, "EPERM"},
                                             {16, "EPERM"},          {17, "EPERM"},
                                             {18, "EPERM,unseen"},   {19, "EPERM"},
                                             {20, "EPERM"},          {21, "EPERM"},
                                             {22, "ENOENT"},         {23, "EPERM"},
                                             {24, "EPERM"},          {25, "EPERM"},
                                             {28, "ENOSYS"},         {29, "ENOSYS,threads,fork"},
                                             {30, "EPERM"},          {31, "EPERM"},
                                             {32, "nothing gained"}, {33, "EPERM"},
                                             {34, "EPERM"},          {35, "EPERM"},
                                             {36, "EPERM"},          {37, "EPERM,EACCES,EPERM"},
                                             {38, "EPERM"},          {39, "pipes 0 to 3"},
                                             {40, "as given"},       {41, "EPERM"},
                                             {42, "EPERM"},          {43, "EPERM"},
                                             {44, "EPERM"},          {45, "EPERM"},
                                             {46, "EPERM"},          {47, "EPERM"},
                                             {48, "EPERM"},          {49, "EPERM"},
                                             {50, "EPERM"},          {52, "EPERM"},
                                             {53, "alone"},          {96, "nothing found"}};

// In a workspace, which has sockets, but nobody to connect to.
const std::map<int, std::string> kWorkspaceNetwork = {
    {42, "ECONNREFUSED"}, {43, "ECONNREFUSED"},      {44, "ENETUNREACH"},
    {45, "ENETUNREACH"},  {46, "ECONNREFUSED,0"},    {47, "ENOENT"},
    {48, "EAFNOSUPPORT"}, {49, "0,EPROTONOSUPPORT"}, {50, "EAFNOSUPPORT,EPERM"}};

struct Abuse {
  int number;
  std::vector<std::string> arguments;
  Outcome outcome;
  std::string detail;  // part of it
  int64_t cpu_time_ms = 10'000;
  int64_t wall_time_ms = 20'000;
  std::string input = {};
};

std::vector<Abuse> Abuses(const Protections& protections) {
  const bool cgroup = protections.Find(kCgroup)->active;
  // What no process has mapped is charged to a cgroup; without one it is not to be had.
  const Abuse memory_file =
      cgroup ? Abuse{61, {"fill-memory-file"}, Outcome::kOutputLimit, "file size limit"}
             : Abuse{61, {"fill-memory-file"}, Outcome::kRuntimeError, "exit code 24"};
  return {
      {9, {"ptrace-pid-one"}, Outcome::kOk, ""},
      {26, {"int-80"}, Outcome::kSecurityViolation, "SIGSYS"},
      {27, {"x32"}, Outcome::kSecurityViolation, "SIGSYS"},
      {54,
       {"fork-bomb", "1000000"},
       Outcome::kRuntimeError,
       cgroup ? "process limit of 32" : "exit code 20"},
      {55, {"detached-fork-bomb"}, Outcome::kOk, ""},
      {56, {"memory-bomb"}, Outcome::kMemoryLimit, "memory limit"},
      {57, {"memory-of-many"}, Outcome::kMemoryLimit, "memory limit"},
      {58, {"child-bomb"}, Outcome::kMemoryLimit, "memory limit"},
      {59, {"no-reserve"}, Outcome::kOk, ""},
      {60, {"mlock"}, Outcome::kRuntimeError, "exit code 23"},
      memory_file,
      {61, {"fill-files", "/dev/shm"}, Outcome::kOutputLimit, "file limit"},
      {62, {"fill-files", "/tmp"}, Outcome::kOutputLimit, "file limit"},
      {63, {"many-files", "1000000"}, Outcome::kOutputLimit, "number of files"},
      {64, {"deep-directories"}, Outcome::kOk, ""},
      {65, {"many-descriptors"}, Outcome::kRuntimeError, "exit code 22"},
      {66, {"flood", "1"}, Outcome::kOutputLimit, "stdout"},
      {67, {"flood", "2"}, Outcome::kOutputLimit, "stderr"},
      {67, {"flood", "3"}, Outcome::kOutputLimit, "descriptor 3"},
      {68, {"both-pipes"}, Outcome::kOk, "", 10'000, 20'000, std::string(300'000, 'i')},
      {69, {"true"}, Outcome::kOk, "", 10'000, 20'000, std::string(100 << 20, 'i')},
      {70, {"spin"}, Outcome::kTimeLimit, "CPU time", 100},
      {71, {"spin-in-many"}, Outcome::kTimeLimit, "CPU time", 200},
      {72, {"sleep"}, Outcome::kTimeLimit, "wall time", 10'000, 100},
      {73, {"ignore-signals"}, Outcome::kTimeLimit, "CPU time", 100},
      {74, {"stop"}, Outcome::kTimeLimit, "wall time", 10'000, 100},
      {75, {"close-outputs"}, Outcome::kTimeLimit, "wall time", 10'000, 100},
      {76, {"daemon"}, Outcome::kOk, ""},
      {77, {"recurse"}, Outcome::kRuntimeError, "SEGV"},
      {93, {"exit", "0"}, Outcome::kOk, ""},
      {94, {"marker", "ALL TESTS PASSED"}, Outcome::kOk, ""},
  };
}

// Listens on this host where a guest must not reach it.
class HostListeners {
 public:
  explicit HostListeners(const std::string& directory)
      : abstract_("longhaul-host-" + std::to_string(getpid())), path_(directory + "/host.sock") {
    tcp_ = ListenOn(INADDR_LOOPBACK, port_);
    service_ = ListenOn(INADDR_ANY, service_port_);
    named_ = ListenAt(std::string(1, '\0') + abstract_);
    file_ = ListenAt(path_);
  }
  ~HostListeners() {
    for (int fd : {tcp_, service_, named_, file_}) close(fd);
  }

  std::vector<std::string> Arguments() const {
    std::string secret = kSecret;
    std::reverse(secret.begin(), secret.end());
    return {"surface", std::to_string(port_), std::to_string(service_port_), abstract_, path_,
            secret};
  }

 private:
  static int ListenOn(in_addr_t address, int& port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in any = {};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(address);
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&any), sizeof(any)), 0);
    EXPECT_EQ(listen(fd, 8), 0);
    socklen_t size = sizeof(any);
    getsockname(fd, reinterpret_cast<sockaddr*>(&any), &size);
    port = ntohs(any.sin_port);
    return fd;
  }
  static int ListenAt(const std::string& name) {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::copy(name.begin(), name.end(), address.sun_path);
    const socklen_t size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(fd, 8), 0);
    return fd;
  }

  std::string abstract_, path_;
  int tcp_ = -1, service_ = -1, named_ = -1, file_ = -1;
  int port_ = 0, service_port_ = 0;
};

class AttackTest : public JailFixture {
 protected:
  void SetUp() override {
    JailFixture::SetUp();
    setenv("LONGHAUL_TEST_SECRET", kSecret, 1);
  }

  // What each attempt gave, by its number.
  std::map<int, std::string> Surface(const HostListeners& listeners, Profile profile) {
    GuestProgram program = Probe(listeners.Arguments());
    program.profile = profile;
    const GuestResult result = Run(program);
    EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
    std::map<int, std::string> seen;
    std::istringstream lines(result.stdout_bytes);
    for (std::string line; std::getline(lines, line);) {
      const size_t tab = line.find('\t');
      EXPECT_NE(tab, line.npos) << line;
      seen[std::stoi(line)] = line.substr(tab + 1);
    }
    return seen;
  }
  void ExpectSurfaceHolds(const HostListeners& listeners) {
    EXPECT_EQ(Surface(listeners, Profile::kJudge), kSurface);
  }

  void ExpectHeld(const Abuse& abuse) {
    GuestProgram program = Probe(abuse.arguments);
    program.limits.cpu_time_ms = abuse.cpu_time_ms;
    program.limits.wall_time_ms = abuse.wall_time_ms;
    program.stdin_bytes = abuse.input;
    const GuestResult result = Run(program);
    const std::string where =
        fmt::format("attack {} ({}): {}, exit code {}, signal {}", abuse.number, abuse.arguments[0],
                    result.detail, result.exit_code, result.signal);
    EXPECT_EQ(OutcomeName(result.outcome), OutcomeName(abuse.outcome)) << where;
    EXPECT_THAT(result.detail, HasSubstr(abuse.detail)) << where;
    EXPECT_LE(static_cast<int64_t>(result.stdout_bytes.size()), program.limits.output_bytes)
        << where;
    EXPECT_LE(static_cast<int64_t>(result.stderr_bytes.size()), program.limits.output_bytes)
        << where;
    EXPECT_LE(static_cast<int64_t>(result.reply_bytes.size()), program.limits.output_bytes)
        << where;
    if (abuse.arguments[0] != "flood" || abuse.arguments[1] != "3") {
      EXPECT_EQ(result.reply_bytes, "") << where;
    }
  }
};

TEST_F(AttackTest, SurfaceHolds) { ExpectSurfaceHolds(HostListeners(directory())); }

TEST_F(AttackTest, AWorkspaceReachesNobody) {
  const std::map<int, std::string> seen = Surface(HostListeners(directory()), Profile::kWorkspace);
  for (const auto& [number, expected] : kWorkspaceNetwork) {
    EXPECT_TRUE(seen.contains(number) && seen.at(number) == expected)
        << number << ": " << (seen.contains(number) ? seen.at(number) : "nothing");
  }
}

TEST_F(AttackTest, AbuseIsReportedAsWhatItIs) {
  for (const Abuse& abuse : Abuses(jail().protections())) ExpectHeld(abuse);
}

TEST_F(AttackTest, HoldsWithEightAtOnce) {
  const HostListeners listeners(directory());
  const std::vector<Abuse> abuses = Abuses(jail().protections());
  std::atomic<size_t> next = 0;
  const size_t rounds = LongVariants() ? 2 : 1;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      ExpectSurfaceHolds(listeners);
      for (size_t at = next++; at < rounds * abuses.size(); at = next++) {
        ExpectHeld(abuses[at % abuses.size()]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// 51: two guests that live at the same time, and one that comes when they are gone, to the same
// slot.
TEST_F(AttackTest, GuestsNeverMeet) {
  for (Profile profile : {Profile::kJudge, Profile::kWorkspace}) {
    GuestProgram leaves = Probe({"leave-traces"}), looks = Probe({"look-for-traces"});
    leaves.profile = looks.profile = profile;
    leaves.argv.pop_back();
    StatusOr<std::unique_ptr<Guest>> first = jail().Start(leaves, {});
    ASSERT_TRUE(first.ok()) << first.status();
    ASSERT_TRUE((*first)->Execute("leave-traces").ok());
    pollfd said = {(*first)->stdout_fd(), POLLIN, 0};
    ASSERT_EQ(poll(&said, 1, 20'000), 1);
    char bytes[16];
    ASSERT_EQ(read(said.fd, bytes, sizeof(bytes)), 5);  // "left"
    EXPECT_EQ(Run(looks).stdout_bytes, "never met");
    first->reset();
    EXPECT_EQ(Run(looks).stdout_bytes, "never met");
  }
}

// 78
TEST_F(AttackTest, AbsurdLimitsAreRefused) {
  const std::vector<int64_t> absurd = {0, -1, std::numeric_limits<int64_t>::min(),
                                       std::numeric_limits<int64_t>::max()};
  for (int64_t value : absurd) {
    for (int64_t Limits::*limit :
         {&Limits::cpu_time_ms, &Limits::wall_time_ms, &Limits::memory_bytes, &Limits::output_bytes,
          &Limits::file_bytes}) {
      GuestProgram program = Probe({"true"});
      program.limits.*limit = value;
      EXPECT_EQ(jail().Run(program, {}).status().code(), StatusCode::kInvalidArgument) << value;
    }
  }
  GuestProgram program = Probe({"sleep"});
  program.limits.wall_time_ms = 1;  // is a limit, not the lack of one
  EXPECT_EQ(Run(program).outcome, Outcome::kTimeLimit);
}

// 79
TEST_F(AttackTest, TooLittleMemoryToStartIsNeverOk) {
  if (!jail().protections().Find(kCgroup)->active) GTEST_SKIP() << "no cgroup";
  for (int64_t bytes : {1, 4096, 65536}) {
    GuestProgram program = Probe({"memory-bomb"});
    program.limits.memory_bytes = bytes;
    const StatusOr<GuestResult> result = jail().Run(program, {});
    EXPECT_TRUE(!result.ok() || result->outcome == Outcome::kMemoryLimit)
        << OutcomeName(result->outcome) << " " << result->detail;
  }
}

// 87 to 89
TEST_F(AttackTest, OnlyPlainFilesAreFetched) {
  GuestProgram program = Probe({"odd-results"});
  program.files = {{"given", "content"}};
  program.fetch = {"link", "fifo", "hard", "socket", "directory", "through/file", "none", "plain"};
  const GuestResult result = Run(program);
  ASSERT_EQ(result.outcome, Outcome::kOk) << result.detail;
  const std::map<std::string, std::string> expected = {{"plain", std::string("a\0b\xff\n", 5)}};
  EXPECT_EQ(result.files, expected);
  for (const char* refused :
       {"link was not fetched: link is or goes through a symbolic link",
        "fifo is not a regular file", "hard is a hard link", "socket is not a file",
        "directory is not", "through/file is or goes", "file none was not fetched"}) {
    EXPECT_THAT(result.detail, HasSubstr(refused));
  }
  const GuestResult sparse = Run(Probe({"sparse-file"}));
  EXPECT_EQ(sparse.stderr_bytes, "EFBIG");
}

// 90, 91
TEST_F(AttackTest, OddPathsAreRefused) {
  const std::vector<std::string> paths = {"",
                                          "/etc/x",
                                          "../x",
                                          "a/../b",
                                          "a//b",
                                          "./a",
                                          "a/",
                                          "a\nb",
                                          "\x1b[2J",
                                          "\xff",
                                          std::string("a\0b", 3),
                                          std::string(256, 'a'),
                                          std::string(4096, 'a')};
  for (const std::string& path : paths) {
    GuestProgram given = Probe({"true"});
    given.files = {{path, ""}};
    EXPECT_EQ(jail().Run(given, {}).status().code(), StatusCode::kInvalidArgument) << path;
    GuestProgram wanted = Probe({"true"});
    wanted.fetch = {path};
    EXPECT_EQ(jail().Run(wanted, {}).status().code(), StatusCode::kInvalidArgument) << path;
  }
  GuestProgram both = Probe({"true"});
  both.files = {{"a", ""}, {"a/b", ""}};
  EXPECT_EQ(jail().Run(both, {}).status().code(), StatusCode::kInvalidArgument);
  both.files = {{"a", ""}, {"a", ""}};
  EXPECT_EQ(jail().Run(both, {}).status().code(), StatusCode::kInvalidArgument);
  GuestProgram longest = Probe({"true"});
  longest.files = {{std::string(255, 'a') + "/" + std::string(255, 'b'), "x"}};
  longest.fetch = {longest.files[0].path};
  EXPECT_EQ(Run(longest).files.size(), 1u);
}

// 92
TEST_F(AttackTest, AnyBytesComeBack) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(Run(Probe({"odd-bytes"})).stdout_bytes, all);
}

// The whole list again, where there is no right but those of an ordinary user.
TEST(AttackAsNobody, Holds) {
  if (geteuid() != 0) GTEST_SKIP() << "this user is not root already";
  constexpr uid_t kNobody = 65534;
  char directory[] = "/tmp/longhaul-nobody-XXXXXX";
  ASSERT_NE(mkdtemp(directory), nullptr);
  ASSERT_EQ(chmod(directory, 0755), 0);
  const std::string probe = std::string(directory) + "/probe";
  const StatusOr<std::string> bytes = ReadFile(LONGHAUL_BINARY_DIR "/sandbox_probe");
  ASSERT_TRUE(bytes.ok() && WriteFileAtomic(probe, *bytes).ok());
  ASSERT_EQ(chmod(probe.c_str(), 0755), 0);
  const int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  const pid_t child = fork();
  if (child == 0) {
    setenv("LONGHAUL_PROBE", probe.c_str(), 1);
    if (chdir("/") != 0 || setgroups(0, nullptr) != 0 ||
        setresgid(kNobody, kNobody, kNobody) != 0 || setresuid(kNobody, kNobody, kNobody) != 0) {
      _exit(100);
    }
    char name[] = "attack", filter[] = "--gtest_filter=AttackTest.*:JailTest.*",
         brief[] = "--gtest_brief=1";
    char* const arguments[] = {name, filter, brief, nullptr};
    fexecve(self, arguments, environ);
    _exit(101);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  close(self);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_TRUE(RemoveTree(directory).ok());
}

}  // namespace
}  // namespace longhaul::sandbox
