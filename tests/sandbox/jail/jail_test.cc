// SPDX-License-Identifier: Apache-2.0
#include "sandbox/jail.h"

#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "common/file.h"
#include "sandbox/init/plan.h"
#include "tests/sandbox/jail/jail_fixture.h"

namespace longhaul::sandbox {
namespace {

using testing::HasSubstr;

class JailTest : public JailFixture {
 protected:
  // Reads until `wanted` bytes came.
  static std::string ReadSome(int fd, size_t wanted) {
    std::string bytes;
    while (bytes.size() < wanted) {
      pollfd event = {fd, POLLIN, 0};
      if (poll(&event, 1, 20'000) != 1) break;
      char chunk[4096];
      const ssize_t got = read(fd, chunk, sizeof(chunk));
      if (got <= 0) break;
      bytes.append(chunk, static_cast<size_t>(got));
    }
    return bytes;
  }
};

TEST_F(JailTest, RunsAProgram) {
  GuestProgram program =
      Shell("cat; echo err >&2; echo reply >&3; cat in/data; echo made > out; exit 3");
  program.stdin_bytes = "input ";
  program.files = {{"in/data", "given", 0600}};
  program.fetch = {"out"};
  program.environment = {{"WORD", "value"}};
  const GuestResult result = Run(program);
  EXPECT_EQ(result.outcome, Outcome::kRuntimeError);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.detail, "exit code 3");
  EXPECT_EQ(result.stdout_bytes, "input given");
  EXPECT_EQ(result.stderr_bytes, "err\n");
  EXPECT_EQ(result.reply_bytes, "reply\n");
  EXPECT_EQ(result.files.at("out"), "made\n");
  EXPECT_GT(result.memory_bytes, 0);
}

// What one guest used is not held against the next, though both had the same slot and group.
TEST_F(JailTest, CountsEachRunByItself) {
  options_.slots = 1;
  EXPECT_EQ(Run(Probe({"memory-bomb"})).outcome, Outcome::kMemoryLimit);
  GuestProgram spin = Probe({"spin"});
  spin.limits.cpu_time_ms = 1000;
  EXPECT_EQ(Run(spin).outcome, Outcome::kTimeLimit);
  Run(Probe({"fork-bomb", "100"}));
  const GuestResult next = Run(Probe({"exit", "1"}));
  EXPECT_EQ(next.outcome, Outcome::kRuntimeError);
  EXPECT_EQ(next.detail, "exit code 1");
  EXPECT_LT(next.cpu_time_ms, spin.limits.cpu_time_ms);
  EXPECT_LT(next.memory_bytes, 32 << 20);
  GuestProgram small = Probe({"memory-bomb"});
  small.limits.memory_bytes = 32 << 20;
  EXPECT_LT(Run(small).memory_bytes, 64 << 20);
  EXPECT_EQ(Run(Probe({"true"})).outcome, Outcome::kOk) << "a larger limit after a smaller";
}

TEST_F(JailTest, SeesNoCgroupButItsOwn) {
  EXPECT_EQ(Run(Shell("cut -d: -f3 /proc/self/cgroup | sort -u")).stdout_bytes, "/\n");
}

TEST_F(JailTest, GivesACleanRoot) {
  const GuestResult result =
      Run(Shell("pwd; id -u; id -un; env | sort; ls /; ls /work /tmp /dev; hostname"));
  EXPECT_EQ(result.outcome, Outcome::kOk) << result.stderr_bytes;
  EXPECT_THAT(result.stdout_bytes, HasSubstr("/work\n1000\nguest\nHOME=/work\nLANG=C.UTF-8\n"));
  EXPECT_THAT(result.stdout_bytes, testing::Not(HasSubstr("root")));
  EXPECT_THAT(result.stdout_bytes, HasSubstr("sandbox\n"));
  EXPECT_EQ(Run(Shell("touch /x /usr/x /etc/x /dev/x")).exit_code, 1);
  EXPECT_EQ(
      Run(Shell("touch /work/x /tmp/x /dev/shm/x && sh -c 'cp /bin/true t && ./t'")).exit_code, 0);
}

TEST_F(JailTest, HasDevicesThatNobodyCanChange) {
  const GuestResult result = Run(
      Shell("ls -d /dev/* | xargs; echo x > /dev/null; head -c 3 /dev/zero | od -An -c; "
            "head -c 3 /dev/urandom | wc -c; echo x > /dev/full || echo full; readlink /dev/stdin; "
            "rm /dev/null; chmod 600 /dev/zero; mv /dev/zero /dev/null; cp /bin/true /dev/shm/t"));
  EXPECT_EQ(result.stdout_bytes,
            "/dev/fd /dev/full /dev/null /dev/random /dev/shm /dev/stderr /dev/stdin /dev/stdout "
            "/dev/urandom /dev/zero\n  \\0  \\0  \\0\n3\nfull\n/proc/self/fd/0\n");
  EXPECT_THAT(Run(Shell("ls -l /dev/null /dev/zero | cut -c 1-10 | xargs")).stdout_bytes,
              "crw-rw-rw- crw-rw-rw-\n");
}

TEST_F(JailTest, StandardStreamsCanBeOpenedByName) {
  GuestProgram program = Shell(
      "cat /dev/stdin; echo out > /dev/stdout; echo err > /dev/stderr; cat < /proc/self/fd/0; "
      "echo fd > /dev/fd/1");
  program.stdin_bytes = "input\n";
  const GuestResult result = Run(program);
  EXPECT_EQ(result.stdout_bytes, "input\nout\nfd\n");
  EXPECT_EQ(result.stderr_bytes, "err\n");
}

TEST_F(JailTest, ASignalIsReported) {
  const GuestResult result = Run(Shell("kill -ABRT $$"));
  EXPECT_EQ(result.outcome, Outcome::kRuntimeError);
  EXPECT_EQ(result.signal, SIGABRT);
  EXPECT_THAT(result.detail, HasSubstr("SIGABRT"));
}

TEST_F(JailTest, AProgramThatIsNotThere) {
  GuestProgram program = Shell("");
  program.argv = {"/work/none"};
  const GuestResult result = Run(program);
  EXPECT_EQ(result.outcome, Outcome::kRuntimeError);
  EXPECT_EQ(result.exit_code, 127);
  EXPECT_THAT(result.detail, HasSubstr("No such file"));
}

TEST_F(JailTest, RefusesBadRequests) {
  GuestProgram relative = Shell("");
  relative.argv = {"sh"};
  GuestProgram nul = Shell(std::string("a\0b", 3));
  GuestProgram variable = Shell("");
  variable.environment = {{"A=B", "c"}};
  GuestProgram hidden = Shell("");
  hidden.binds = {{"/etc", "/usr/x"}};
  GuestProgram large = Shell("");
  large.files = {{"a", std::string(17 << 20, 'x')}};
  for (const GuestProgram& program : {relative, nul, variable, hidden, large}) {
    EXPECT_EQ(jail().Run(program, {}).status().code(), StatusCode::kInvalidArgument);
  }
  GuestProgram many = Shell("");
  for (int i = 0; i < 6000; ++i) many.files.push_back({fmt::format("f{}", i), ""});
  EXPECT_EQ(jail().Run(many, {}).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(JailTest, ABindThatIsNotThereIsNamed) {
  GuestProgram program = Shell("");
  program.binds = {{"/no/such/directory", "/data"}};
  const StatusOr<GuestResult> result = jail().Run(program, {});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(Message(result.status()), HasSubstr("/no/such/directory"));
}

TEST_F(JailTest, CancellationAndDeadlineKill) {
  std::atomic<bool> cancelled = false;
  RunContext context;
  context.cancelled = [&] { return cancelled.exchange(true); };  // at the second look
  EXPECT_EQ(jail().Run(Shell("sleep 60"), context).status().code(), StatusCode::kCancelled);
  RunContext late;
  late.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
  EXPECT_EQ(jail().Run(Shell("sleep 60"), late).status().code(), StatusCode::kDeadlineExceeded);
}

TEST_F(JailTest, WaitsForASlot) {
  options_.slots = 1;
  StatusOr<std::unique_ptr<Guest>> holder = jail().Start(Shell("sleep 60"), {});
  ASSERT_TRUE(holder.ok()) << holder.status();
  RunContext context;
  context.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  EXPECT_EQ(jail().Run(Shell("true"), context).status().code(), StatusCode::kDeadlineExceeded);
  holder->reset();
  EXPECT_EQ(Run(Shell("true")).outcome, Outcome::kOk);
}

// Until it has ended.
GuestExit Execute(Guest& guest, const std::string& command) {
  EXPECT_TRUE(guest.Execute(command).ok());
  for (;;) {
    pollfd event = {guest.end_fd(), POLLIN, 0};
    EXPECT_EQ(poll(&event, 1, 20'000), 1) << command;
    if (const std::optional<GuestExit> exit = guest.TakeExit()) return *exit;
    if (event.revents == 0 || (event.revents & POLLHUP)) return {};
  }
}

TEST_F(JailTest, AGuestThatExecutesCommands) {
  GuestProgram program = Shell("");
  program.profile = Profile::kWorkspace;
  program.argv.pop_back();
  StatusOr<std::unique_ptr<Guest>> guest = jail().Start(program, {});
  ASSERT_TRUE(guest.ok()) << guest.status();
  EXPECT_TRUE((*guest)->Processes().empty());
  EXPECT_EQ(Execute(**guest, "echo one; echo one >> log; exit 3").exit_code, 3);
  EXPECT_EQ(ReadSome((*guest)->stdout_fd(), 4), "one\n");
  EXPECT_EQ((*guest)->work().Read("log", 100)->bytes, "one\n");
  ASSERT_TRUE((*guest)->work().Write({"log", "other\n"}).ok());
  EXPECT_EQ(Execute(**guest, "echo two >> log; kill -9 $$").signal, SIGKILL);
  EXPECT_EQ((*guest)->work().Read("log", 100)->bytes, "other\ntwo\n");
  // A long command, and no descriptor beside the three.
  const std::string long_command = "ls /proc/self/fd | wc -l #" + std::string(100'000, 'x');
  const GuestExit exit = Execute(**guest, long_command);
  EXPECT_TRUE(exit.reported && exit.exit_code == 0 && !exit.state_kept);
  EXPECT_EQ(ReadSome((*guest)->stdout_fd(), 2), "4\n");  // with that of the directory
  // What the kernel takes for no argument is an answer too, and not the guest's end.
  EXPECT_EQ(Execute(**guest, std::string(1 << 20, 'x')).exec_error, E2BIG);
  EXPECT_EQ(Execute(**guest, "true").exit_code, 0);
  (*guest)->Kill();
  EXPECT_FALSE((*guest)->Wait().reported);
  EXPECT_TRUE((*guest)->Processes().empty());
  EXPECT_EQ((*guest)->Execute("true").code(), StatusCode::kUnavailable);
}

TEST_F(JailTest, OfACommandAndItsStateOnlyPidOneSpeaks) {
  GuestProgram program = Shell("");
  program.profile = Profile::kWorkspace;
  program.argv.pop_back();
  StatusOr<std::unique_ptr<Guest>> guest = jail().Start(program, {});
  ASSERT_TRUE(guest.ok()) << guest.status();
  const std::string state = kStatePath, next = kNewStatePath, run = kRunPath;
  const std::string end = "; echo '" + std::string(kStateEnd) + "' >> " + next;
  GuestExit exit = Execute(**guest, ": > " + run + "; echo 1 > " + next + end);
  EXPECT_TRUE(exit.run && exit.state_kept);
  // Nobody else writes it.
  EXPECT_EQ(
      Execute(**guest, "[ $(head -n 1 " + state + ") = 1 ] && ! rm -f " + state + " && ! (: > " +
                           state + ") && ! chmod 777 " + state + " && : > " + next + end)
          .exit_code,
      0);
  EXPECT_EQ(Execute(**guest, "[ $(wc -l < " + state + ") = 1 ]").exit_code, 0);
  EXPECT_NE(Execute(**guest, "cat " + state).exit_code, 0);  // the one before has left none
  exit = Execute(**guest, ": > " + run + "; echo 1 > " + next);
  EXPECT_TRUE(exit.run && !exit.state_kept);  // not whole
  exit = Execute(**guest, "ln -s /dev/zero " + next);
  EXPECT_FALSE(exit.run || exit.state_kept);
  EXPECT_FALSE(Execute(**guest, "mkdir " + next).state_kept);
  // Neither stopped nor killed nor written to.
  EXPECT_EQ(Execute(**guest, "kill -STOP 1; kill -9 1; echo x > /proc/1/fd/4").exit_code, 2);
  EXPECT_EQ(Execute(**guest, "sleep 1000 & echo $! > pid").exit_code, 0);
  EXPECT_EQ(Execute(**guest, "kill -0 $(cat pid)").exit_code, 0);
  EXPECT_EQ((*guest)->SignalChildren(SIGKILL), 1);
}

TEST_F(JailTest, TheWorkspaceAllowsWhatToolsNeed) {
  const char* script =
      "import fcntl, socket, os, ctypes, threading, multiprocessing\n"
      "fcntl.flock(open('lock', 'w'), fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
      "server = socket.create_server(('127.0.0.1', 0))\n"
      "client = socket.create_connection(server.getsockname())\n"
      "multiprocessing.Lock()\n"
      "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)\n"
      "libc = ctypes.CDLL(None, use_errno=True)\n"
      "child = os.fork()\n"
      "if child == 0:\n"
      "    os.pause() if hasattr(os, 'pause') else __import__('signal').pause()\n"
      "assert libc.ptrace(16, child, 0, 0) == 0\n"  // PTRACE_ATTACH
      "assert libc.ptrace(16, 1, 0, 0) == -1\n"     // not PID 1
      "os.kill(child, 9)\n"
      "print('fine')\n";
  GuestProgram program = Shell("");
  program.profile = Profile::kWorkspace;
  program.argv = {"/usr/bin/python3", "-c", script};
  const GuestResult result = Run(program);
  EXPECT_EQ(result.stdout_bytes, "fine\n") << result.stderr_bytes;
}

TEST_F(JailTest, PythonRunsInTheJudge) {
  GuestProgram program = Shell("");
  program.argv = {"/usr/bin/python3", "-c",
                  "import asyncio, threading, subprocess, multiprocessing, tempfile\n"
                  "asyncio.run(asyncio.sleep(0))\n"
                  "pool = multiprocessing.Pool(2); assert pool.map(abs, [-1]) == [1]\n"
                  "t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()\n"
                  "print(subprocess.run(['/bin/echo', 'sub'], capture_output=True).stdout)\n"};
  const GuestResult result = Run(program);
  EXPECT_EQ(result.stdout_bytes, "thread\nb'sub\\n'\n") << result.stderr_bytes;
}

TEST_F(JailTest, AProcessThatIgnoresItsChildrenLearnsHowTheyEnded) {
  const auto child = signal(SIGCHLD, SIG_IGN);
  const auto pipe = signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(Run(Shell("exit 3")).exit_code, 3);
  // And guests do not inherit what it ignores.
  EXPECT_EQ(Run(Shell("kill -PIPE $$; exit 4")).signal, SIGPIPE);
  signal(SIGCHLD, child);
  signal(SIGPIPE, pipe);
}

TEST_F(JailTest, ThreadsShareTheJail) {
  jail();
  std::atomic<int> fine = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      const std::string word = fmt::format("word{}", i);
      fine += Run(Shell("echo " + word)).stdout_bytes == fmt::format("{}\n", word);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fine, 16);
}

TEST_F(JailTest, TheWatchdogHoldsWithoutCgroups) {
  options_.cgroup = CgroupChoice::kNone;
  EXPECT_EQ(Run(Probe({"memory-bomb"})).outcome, Outcome::kMemoryLimit);
  EXPECT_EQ(Run(Probe({"memory-of-many"})).outcome, Outcome::kMemoryLimit);
  GuestProgram spin = Probe({"spin-in-many"});
  spin.limits.cpu_time_ms = 200;
  EXPECT_EQ(Run(spin).outcome, Outcome::kTimeLimit);
  EXPECT_EQ(Run(Probe({"fork-bomb", "1000000"})).exit_code, 20);
}

TEST_F(JailTest, TheFloorIsHeld) {
  options_.floor.required = {std::string(kUserNamespace), "armour"};
  EXPECT_THAT(Message(Jail::Create(options_).status()),
              HasSubstr("no protection is called 'armour'"));
  options_.floor.required = {std::string(kCgroup)};
  options_.cgroup = CgroupChoice::kNone;
  const Status status = Jail::Create(options_).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr("configured as 'none'"));
}

TEST_F(JailTest, AForeignStateDirectoryIsRefused) {
  options_.state_dir = directory() + "/link";
  ASSERT_EQ(symlink("/tmp", options_.state_dir.c_str()), 0);
  EXPECT_THAT(Message(Jail::Create(options_).status()),
              HasSubstr("must be a directory of this user"));
}

}  // namespace
}  // namespace longhaul::sandbox
