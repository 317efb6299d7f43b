// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <thread>

#include "tests/sandbox/session_fixture.h"

namespace longhaul::sandbox {
namespace {

using testing::HasSubstr;

class SessionTest : public SessionFixture {
 protected:
  // Until the table has noticed the end.
  void AwaitEnd() {
    while (service().sessions().open_sessions() > 0) std::this_thread::yield();
  }
};

TEST_F(SessionTest, ShellKeepsItsState) {
  const std::string session = Open();
  EXPECT_EQ(Output(session, "pwd"), "/work\n");
  EXPECT_EQ(Output(session, "mkdir d; cd d; x=5; f() { echo f$1; }"), "");
  EXPECT_EQ(Output(session, "pwd; echo $x; f 1"), "/work/d\n5\nf1\n");
  EXPECT_EQ(Run(session, "false").exit_code(), 1);
  EXPECT_EQ(Run(session, "exit_code() { return 42; }; exit_code").exit_code(), 42);
}

TEST_F(SessionTest, CommandsAreTakenAsTheyAre) {
  const std::string session = Open();
  EXPECT_EQ(Output(session, "echo 'it''s' \"a  b\" \\\\ '!!' $((1 + 1))"), "its a  b \\ !! 2\n");
  EXPECT_EQ(Output(session, "cat <<'END'\none\n'two'\nEND\necho three # four"),
            "one\n'two'\nthree\n");
  EXPECT_EQ(Output(session, "printf '\\0\\377' | od -An -tx1"), " 00 ff\n");
  EXPECT_EQ(Output(session, "echo out; echo err >&2; echo out"), "out\nerr\nout\n");
  const proto::RunCommandReply wrong = Run(session, "if then");
  EXPECT_THAT(wrong.output(), HasSubstr("syntax error"));
  EXPECT_NE(wrong.exit_code(), 0);
  EXPECT_EQ(Output(session, "echo still here"), "still here\n");
}

TEST_F(SessionTest, CommandsSeeNeitherTheProtocolNorAnInput) {
  const std::string session = Open();
  EXPECT_EQ(Output(session, "cat; read x; echo \"[$x]\""), "[]\n");
  EXPECT_EQ(Run(session, "echo forged >&3").exit_code(), 1);
  EXPECT_EQ(Output(session,
                   "python3 -c 'import os; print([os.path.exists(f\"/proc/self/fd/{i}\") "
                   "for i in (3, 4)])'"),
            "[False, False]\n");
}

TEST_F(SessionTest, StandardStreamsCanBeOpenedByName) {
  const std::string session = Open();
  EXPECT_EQ(Output(session,
                   "cat /dev/stdin; echo x > /dev/stderr; echo y | tee /dev/stdout; "
                   "cat <(echo z)"),
            "x\ny\ny\nz\n");
}

TEST_F(SessionTest, TimeoutInterruptsTheCommandAndKeepsTheShell) {
  const std::string session = Open();
  Output(session, "x=kept");
  for (const char* command : {"sleep 1000", "while :; do :; done", "sleep 1000 | sleep 1000",
                              "f() { while :; do sleep 100; done; }; f"}) {
    const proto::RunCommandReply reply = Run(session, command, 200);
    EXPECT_TRUE(reply.timed_out()) << command;
    EXPECT_EQ(reply.exit_code(), 130) << command;
    EXPECT_FALSE(reply.ended());
  }
  EXPECT_EQ(Output(session, "echo $x"), "kept\n");
}

TEST_F(SessionTest, CommandThatIgnoresEverySignalIsKilled) {
  const std::string session = Open();
  const proto::RunCommandReply reply =
      Run(session,
          "trap '' INT TERM; cd /tmp; python3 -c 'import signal, time\n"
          "for s in (2, 15): signal.signal(s, signal.SIG_IGN)\ntime.sleep(1000)'",
          100);
  EXPECT_TRUE(reply.timed_out());
  EXPECT_FALSE(reply.ended()) << reply.detail();
  EXPECT_THAT(reply.detail(), HasSubstr("the shell was killed: a new one begins in /work"));
  EXPECT_EQ(reply.exit_code(), 137);
  EXPECT_EQ(Output(session, "pwd"), "/work\n");
}

TEST_F(SessionTest, ShellThatIsKilledIsFollowedByAnother) {
  const std::string session = Open();
  Output(session, "cd /tmp; x=1");
  const proto::RunCommandReply reply = Run(session, "echo before; kill -9 $$; echo after");
  EXPECT_EQ(reply.output(), "before\n");
  EXPECT_EQ(reply.exit_code(), 137);
  EXPECT_FALSE(reply.timed_out());
  EXPECT_FALSE(reply.ended());
  EXPECT_EQ(Output(session, "pwd; echo [$x]"), "/work\n[]\n");
}

TEST_F(SessionTest, OutputIsCutAndTheNextCommandsIsItsOwn) {
  proto::OpenSessionRequest request;
  request.mutable_limits()->set_output_bytes(1000);
  const std::string session = Open(request);
  const proto::RunCommandReply reply = Run(session, "head -c 3000000 /dev/zero | tr '\\0' x");
  EXPECT_TRUE(reply.truncated());
  EXPECT_EQ(reply.output(), std::string(1000, 'x'));
  const proto::RunCommandReply endless = Run(session, "yes", 200);
  EXPECT_TRUE(endless.timed_out());
  EXPECT_EQ(endless.output().size(), 1000u);
  EXPECT_EQ(Output(session, "echo next"), "next\n");
}

TEST_F(SessionTest, FilesGoBothWays) {
  proto::OpenSessionRequest request;
  request.add_files()->set_path("src/a.txt");
  request.mutable_files(0)->set_content("first\n");
  const std::string session = Open(request);
  EXPECT_EQ(Output(session, "cat src/a.txt; echo made > b.txt"), "first\n");
  proto::WriteFilesRequest write;
  write.set_session(session);
  proto::ExecutionFile* script = write.add_files();
  script->set_path("bin/run");
  script->set_content("#!/bin/sh\necho ran\n");
  script->set_executable(true);
  grpc::ClientContext write_context;
  proto::WriteFilesReply written;
  ASSERT_TRUE(stub().WriteFiles(&write_context, write, &written).ok());
  EXPECT_EQ(Output(session, "bin/run"), "ran\n");
  const auto read = [&](const std::string& path, int64_t max_bytes) {
    proto::ReadFileRequest message;
    message.set_session(session);
    message.set_path(path);
    message.set_max_bytes(max_bytes);
    grpc::ClientContext context;
    proto::ReadFileReply reply;
    const grpc::Status status = stub().ReadFile(&context, message, &reply);
    return std::pair(status.error_code(), reply);
  };
  EXPECT_EQ(read("b.txt", 0).second.content(), "made\n");
  EXPECT_EQ(read("b.txt", 3).second.content(), "mad");
  EXPECT_TRUE(read("b.txt", 3).second.truncated());
  EXPECT_EQ(read("none", 0).first, grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(read("../etc/passwd", 0).first, grpc::StatusCode::INVALID_ARGUMENT);
  Output(session, "ln -s /etc/passwd link; mkfifo fifo");
  EXPECT_NE(read("link", 0).first, grpc::StatusCode::OK);
  EXPECT_NE(read("fifo", 0).first, grpc::StatusCode::OK);
}

TEST_F(SessionTest, OneCommandAtATime) {
  const std::string session = Open();
  std::jthread first(
      [&] { EXPECT_EQ(Run(session, "echo > started; sleep 1000", 3000).exit_code(), 130); });
  proto::ReadFileRequest read;
  read.set_session(session);
  read.set_path("started");
  for (bool started = false; !started;) {
    grpc::ClientContext context;
    proto::ReadFileReply reply;
    started = stub().ReadFile(&context, read, &reply).ok();
  }
  EXPECT_EQ(TryRun(session, "pwd").error_code(), grpc::StatusCode::ABORTED);
}

TEST_F(SessionTest, SessionsAreBoundedAndApart) {
  const std::string a = Open();
  const std::string b = Open();
  Output(a, "echo secret > /tmp/x; echo secret > y");
  EXPECT_EQ(Output(b, "ls /tmp /work"), "/tmp:\n\n/work:\n");
  grpc::ClientContext context;
  proto::OpenSessionReply reply;
  EXPECT_EQ(stub().OpenSession(&context, {}, &reply).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Close(a).ok());
  EXPECT_EQ(Close(a).error_code(), grpc::StatusCode::NOT_FOUND);
  Open();
}

TEST_F(SessionTest, IdleSessionsEnd) {
  proto::OpenSessionRequest request;
  request.set_idle_timeout_ms(1);
  Open(request);
  AwaitEnd();
}

TEST_F(SessionTest, LimitsOfTheWholeSessionEndIt) {
  proto::OpenSessionRequest request;
  request.mutable_limits()->set_cpu_time_ms(300);
  const std::string busy = Open(request);
  const proto::RunCommandReply reply = Run(busy, "while :; do :; done");
  EXPECT_TRUE(reply.ended());
  EXPECT_THAT(reply.detail(), HasSubstr("300 ms of CPU time"));
  EXPECT_EQ(reply.exit_code(), 137);
  request.mutable_limits()->set_cpu_time_ms(0);
  request.mutable_limits()->set_wall_time_ms(100);
  Open(request);
  AwaitEnd();
}

TEST_F(SessionTest, MemoryLimitKillsTheCommandAndIsTold) {
  proto::OpenSessionRequest request;
  request.mutable_limits()->set_memory_bytes(64 << 20);
  const std::string session = Open(request);
  const proto::RunCommandReply reply = Run(session, "python3 -c 'x = bytearray(10**9)'");
  EXPECT_NE(reply.exit_code(), 0);
  EXPECT_EQ(Output(session, "echo alive"), "alive\n");
}

TEST_F(SessionTest, CallerThatLeavesInterruptsItsCommand) {
  const std::string session = Open();
  proto::RunCommandRequest request;
  request.set_session(session);
  request.set_command("sleep 1000");
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(300));
  proto::RunCommandReply reply;
  EXPECT_EQ(stub().RunCommand(&context, request, &reply).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  grpc::Status next;
  do {
    next = TryRun(session, "echo free");
  } while (next.error_code() == grpc::StatusCode::ABORTED);
  EXPECT_TRUE(next.ok()) << next.error_message();
}

TEST_F(SessionTest, FilesThatAreFullOrClosedAreNoFaultOfTheService) {
  const std::string session = Open();
  const auto write = [&] {
    proto::WriteFilesRequest request;
    request.set_session(session);
    proto::ExecutionFile* file = request.add_files();
    file->set_path("d/file");
    file->set_content("content");
    grpc::ClientContext context;
    proto::WriteFilesReply reply;
    return stub().WriteFiles(&context, request, &reply);
  };
  Output(session, "head -c 100G /dev/zero > fill");
  const grpc::Status full = write();
  EXPECT_EQ(full.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(full.error_message(), HasSubstr("No space left"));
  Output(session, "rm fill; chmod 0 /work");
  EXPECT_EQ(write().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  Output(session, "chmod 700 /work");
  EXPECT_TRUE(write().ok());
}

TEST_F(SessionTest, RefusesBadRequests) {
  const std::string session = Open();
  EXPECT_EQ(TryRun("nobody", "pwd").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(TryRun(session, std::string("a\0b", 3)).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(TryRun(session, std::string(1 << 20, 'x')).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  proto::OpenSessionRequest request;
  request.set_idle_timeout_ms(-1);
  grpc::ClientContext context;
  proto::OpenSessionReply reply;
  EXPECT_EQ(stub().OpenSession(&context, request, &reply).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace longhaul::sandbox
