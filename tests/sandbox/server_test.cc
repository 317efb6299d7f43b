// SPDX-License-Identifier: Apache-2.0
//
// `longhaul sandbox-server` as a process: killed in the middle of its work, told to stop, started
// badly. What a run does when its sandbox goes away is tested with the scorer; here callers retry.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "common/file.h"
#include "proto/sandbox.grpc.pb.h"

extern char** environ;

namespace longhaul {
namespace {

using testing::HasSubstr;

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "server-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override {
    if (server_ > 0) End(SIGTERM);  // it removes its cgroups
    ASSERT_TRUE(RemoveTree(directory_).ok());
  }

  // Starts the server; its words go into the file "log".
  void Start(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {LONGHAUL_BINARY,
                                          "sandbox-server",
                                          "--listen",
                                          Address(),
                                          "slots=4",
                                          "state_dir=" + directory_ + "/state",
                                          "cache_dir=" + directory_ + "/cache"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const std::string log = directory_ + "/log";
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    ASSERT_EQ(posix_spawn(&server_, LONGHAUL_BINARY, &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  int End(int signal) {
    kill(server_, signal);
    int status = 0;
    waitpid(std::exchange(server_, -1), &status, 0);
    return status;
  }
  int Wait() { return End(0); }  // until it has ended by itself

  std::string Address() const { return "unix:" + directory_ + "/socket"; }
  std::unique_ptr<proto::Sandbox::Stub> Connect() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
    return proto::Sandbox::NewStub(
        grpc::CreateCustomChannel(Address(), grpc::InsecureChannelCredentials(), arguments));
  }
  std::string Log() const { return *ReadFile(directory_ + "/log"); }

  std::string directory_;
  pid_t server_ = -1;
};

// Processes of this machine with `word` among their arguments.
int CountProcesses(const std::string& word) {
  int count = 0;
  const StatusOr<std::vector<std::string>> names = ListDirectory("/proc");
  for (const std::string& name : *names) {
    if (name.find_first_not_of("0123456789") != name.npos || name == std::to_string(getpid()))
      continue;
    const StatusOr<std::string> line = ReadFile("/proc/" + name + "/cmdline");
    count += line.ok() && line->find(word) != line->npos;
  }
  return count;
}

proto::ExecuteRequest Napping(const std::string& word) {
  proto::ExecuteRequest request;
  request.mutable_program()->set_language("python");
  request.mutable_program()->set_source("import time\ntime.sleep(0.2)\nprint('rested')");
  request.add_runs()->add_arguments(word);
  return request;
}

TEST_F(ServerTest, KilledInTheMiddleOfSixtyFourRunsNothingIsLostAndNothingIsLeft) {
  constexpr int kCallers = 64;
  const std::string word = "nap-" + std::to_string(getpid());
  Start();
  std::atomic<int> done = 0, failures = 0, wrong = 0;
  std::vector<std::jthread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      const auto stub = Connect();
      for (;;) {
        grpc::ClientContext context;
        context.set_wait_for_ready(true);
        context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
        proto::ExecuteReply reply;
        const grpc::Status status = stub->Execute(&context, Napping(word), &reply);
        if (status.ok()) {
          wrong += reply.runs_size() != 1 || reply.runs(0).stdout() != "rested\n";
          ++done;
          return;
        }
        wrong += status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
        ++failures;
      }
    });
  }
  while (done < 8) std::this_thread::yield();
  End(SIGKILL);
  EXPECT_LT(done, kCallers);
  Start();
  callers.clear();
  EXPECT_EQ(done, kCallers);
  EXPECT_GT(failures, 0);
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(CountProcesses(word), 0);
  EXPECT_EQ(End(SIGTERM), 0);
}

TEST_F(ServerTest, SessionsDieWithTheServer) {
  const std::string word = "999" + std::to_string(getpid());
  Start();
  const auto stub = Connect();
  proto::OpenSessionReply session;
  grpc::ClientContext open;
  open.set_wait_for_ready(true);
  ASSERT_TRUE(stub->OpenSession(&open, {}, &session).ok());
  proto::RunCommandRequest request;
  request.set_session(session.session());
  request.set_command("sleep " + word + " & echo");
  grpc::ClientContext run;
  proto::RunCommandReply reply;
  ASSERT_TRUE(stub->RunCommand(&run, request, &reply).ok());
  while (CountProcesses(word) == 0) std::this_thread::yield();
  End(SIGKILL);
  Start();
  grpc::Status status;
  do {
    grpc::ClientContext gone;
    gone.set_wait_for_ready(true);
    status = stub->RunCommand(&gone, request, &reply);
  } while (status.error_code() == grpc::StatusCode::UNAVAILABLE);  // of the old connection
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(CountProcesses(word), 0);
}

TEST_F(ServerTest, TermEndsItInOrderWithCallsInFlight) {
  Start();
  std::jthread caller([&] {
    const auto stub = Connect();
    proto::ExecuteRequest request = Napping("x");
    request.mutable_program()->set_source("import time\ntime.sleep(1000)");
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    proto::ExecuteReply reply;
    EXPECT_FALSE(stub->Execute(&context, request, &reply).ok());
  });
  const auto stub = Connect();
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  proto::ExecuteReply reply;
  EXPECT_TRUE(stub->Execute(&context, Napping("y"), &reply).ok());
  EXPECT_EQ(End(SIGTERM), 0);
  EXPECT_FALSE(FileExists(directory_ + "/socket"));
}

TEST_F(ServerTest, SecondServerOnTheSameAddressSaysSo) {
  Start();
  const auto stub = Connect();
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  proto::ProtectionsReply reply;
  ASSERT_TRUE(stub->Protections(&context, {}, &reply).ok());
  const pid_t first = std::exchange(server_, -1);
  Start();
  EXPECT_EQ(WEXITSTATUS(Wait()), 1);
  EXPECT_THAT(Log(), HasSubstr("is in use: a server answers there"));
  server_ = first;
}

TEST_F(ServerTest, BadStartsSayWhatToDo) {
  Start({"slot=3"});
  EXPECT_EQ(WEXITSTATUS(Wait()), 1);
  EXPECT_THAT(Log(), HasSubstr("did you mean 'slots'?"));
  Start({"limits.memory_bytes=99999999999999"});
  EXPECT_EQ(WEXITSTATUS(Wait()), 1);
  EXPECT_THAT(Log(), HasSubstr("ceiling"));
  Start({"--token-file", directory_ + "/none"});
  EXPECT_EQ(WEXITSTATUS(Wait()), 1);
  EXPECT_THAT(Log(), HasSubstr("none: No such file"));
}

TEST(SandboxRunTest, AFailedCompilationIsACompileError) {
  const std::string source = testing::TempDir() + "broken.cc";
  ASSERT_TRUE(WriteFileAtomic(source, "#error wrong\n").ok());
  std::FILE* output = popen((LONGHAUL_BINARY " sandbox run " + source + " 2>&1").c_str(), "r");
  ASSERT_NE(output, nullptr);
  std::string words;
  for (char line[512]; fgets(line, sizeof(line), output) != nullptr;) words += line;
  EXPECT_EQ(WEXITSTATUS(pclose(output)), 3);
  EXPECT_THAT(words, HasSubstr("compilation: compile error, exit code 1"));
}

}  // namespace
}  // namespace longhaul
