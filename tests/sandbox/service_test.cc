// SPDX-License-Identifier: Apache-2.0
//
// Execute as its callers see it: outcomes, batches, queue, cancellation, deadlines, tokens.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>

#include <thread>

#include "common/file.h"
#include "sandbox_fixture.h"

namespace longhaul::sandbox {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class ServiceTest : public SandboxFixture {
 protected:
  static proto::ExecuteRequest Sleeper(int64_t wall_time_ms = 60'000) {
    proto::ExecuteRequest request = PythonRequest("import time\ntime.sleep(1000)");
    request.mutable_runs(0)->mutable_limits()->set_wall_time_ms(wall_time_ms);
    return request;
  }
};

TEST_F(ServiceTest, ReportsWhatAProgramDid) {
  proto::ExecuteRequest request = PythonRequest(
      "import sys, os\nsys.stdout.write(sys.stdin.read().upper())\nsys.stderr.write(sys.argv[1])\n"
      "os.write(3, b'private')\nopen('out.bin', 'wb').write(b'\\x00\\xff')\nsys.exit(7)",
      "input");
  request.mutable_runs(0)->add_arguments("argument");
  request.mutable_runs(0)->add_fetch("out.bin");
  const proto::Execution run = RunOnce(request);
  EXPECT_EQ(run.outcome(), proto::EXECUTION_OUTCOME_RUNTIME_ERROR);
  EXPECT_EQ(run.exit_code(), 7);
  EXPECT_EQ(run.stdout(), "INPUT");
  EXPECT_EQ(run.stderr(), "argument");
  EXPECT_EQ(run.reply(), "private");
  ASSERT_EQ(run.files_size(), 1);
  EXPECT_EQ(run.files(0).content(), std::string("\0\xff", 2));
}

TEST_F(ServiceTest, LimitsAreOutcomesAndNotErrors) {
  const auto outcome = [&](const std::string& source) {
    proto::ExecuteRequest request = PythonRequest(source);
    proto::ExecutionLimits& limits = *request.mutable_runs(0)->mutable_limits();
    limits.set_cpu_time_ms(500);
    limits.set_wall_time_ms(1500);
    limits.set_memory_bytes(64 << 20);
    limits.set_output_bytes(1000);
    return RunOnce(request).outcome();
  };
  EXPECT_EQ(outcome("while True: pass"), proto::EXECUTION_OUTCOME_TIME_LIMIT);
  EXPECT_EQ(outcome("import time; time.sleep(100)"), proto::EXECUTION_OUTCOME_TIME_LIMIT);
  EXPECT_EQ(outcome("x = bytearray(10**9)"), proto::EXECUTION_OUTCOME_MEMORY_LIMIT);
  EXPECT_EQ(outcome("print('x' * 10**6)"), proto::EXECUTION_OUTCOME_OUTPUT_LIMIT);
  EXPECT_EQ(outcome("import os; os.kill(os.getpid(), 11)"), proto::EXECUTION_OUTCOME_RUNTIME_ERROR);
  EXPECT_EQ(outcome("print('fine')"), proto::EXECUTION_OUTCOME_OK);
}

TEST_F(ServiceTest, ProgramsMayAskForAllTheStackThereIs) {
  const proto::Execution run =
      RunOnce(PythonRequest("import resource, sys\n"
                            "resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, "
                            "resource.RLIM_INFINITY))\n"
                            "sys.setrecursionlimit(10**6)\n"
                            "f = lambda n: 0 if n == 0 else 1 + f(n - 1)\nprint(f(30000))"));
  EXPECT_EQ(run.stdout(), "30000\n") << run.stderr() << run.detail();
}

TEST_F(ServiceTest, RunsOfABatchKeepTheirOrder) {
  proto::ExecuteRequest request = PythonRequest("print(int(input()) ** 2)");
  request.clear_runs();
  for (int i = 0; i < 40; ++i) request.add_runs()->set_stdin(std::to_string(i));
  const proto::ExecuteReply reply = Execute(request);
  ASSERT_EQ(reply.runs_size(), 40);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(reply.runs(i).stdout(), std::to_string(i * i) + "\n");
  EXPECT_EQ(service().executor().free_slots(), 2);
}

TEST_F(ServiceTest, BatchEndsWithItsFirstFailureWhenAsked) {
  proto::ExecuteRequest request = PythonRequest("assert input() != 'bad'");
  request.clear_runs();
  for (int i = 0; i < 30; ++i) request.add_runs()->set_stdin(i == 3 || i == 5 ? "bad" : "good");
  EXPECT_EQ(Execute(request).runs_size(), 30);
  request.set_stop_after_failure(true);
  for (int i = 0; i < 5; ++i) {
    const proto::ExecuteReply reply = Execute(request);
    ASSERT_EQ(reply.runs_size(), 4);
    EXPECT_EQ(reply.runs(2).outcome(), proto::EXECUTION_OUTCOME_OK);
    EXPECT_EQ(reply.runs(3).outcome(), proto::EXECUTION_OUTCOME_RUNTIME_ERROR);
  }
}

TEST_F(ServiceTest, OutputOfABatchIsBoundedAsAWhole) {
  config_.requests.reply_bytes = 5000;
  proto::ExecuteRequest request = PythonRequest("print('x' * 999)");
  request.clear_runs();
  for (int i = 0; i < 10; ++i) request.add_runs();
  const proto::ExecuteReply reply = Execute(request);
  int64_t bytes = 0;
  int cut = 0;
  for (const proto::Execution& run : reply.runs()) {
    bytes += static_cast<int64_t>(run.stdout().size());
    cut += run.outcome() == proto::EXECUTION_OUTCOME_OUTPUT_LIMIT;
  }
  EXPECT_EQ(bytes, 5000);
  EXPECT_EQ(cut, 5);
}

TEST_F(ServiceTest, ErrorsOfTheRequestAreErrorsOfTheCall) {
  proto::ExecuteRequest request = PythonRequest("pass");
  request.mutable_program()->set_language("brainfuck");
  const grpc::Status status = Try(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("unknown language 'brainfuck'"));
  EXPECT_EQ(Try(PythonRequest(std::string(100 << 20, ' '))).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServiceTest, DeadlineKillsTheRunAndFreesItsSlot) {
  proto::ExecuteReply reply;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(300));
  EXPECT_EQ(stub().Execute(&context, Sleeper(), &reply).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  const proto::ExecuteRequest request = PythonRequest("pass");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(RunOnce(request).outcome(), proto::EXECUTION_OUTCOME_OK);
  while (service().executor().free_slots() != 2) std::this_thread::yield();
}

TEST_F(ServiceTest, CancellationKillsTheRunAndFreesItsSlot) {
  grpc::ClientContext context;
  proto::ExecuteReply reply;
  service();
  std::jthread caller([&] {
    EXPECT_EQ(stub().Execute(&context, Sleeper(), &reply).error_code(),
              grpc::StatusCode::CANCELLED);
  });
  while (service().executor().free_slots() == 2) std::this_thread::yield();
  context.TryCancel();
  caller.join();
  while (service().executor().free_slots() != 2) std::this_thread::yield();
}

TEST_F(ServiceTest, QueueIsBoundedAndNothingIsLost) {
  config_.queue_length = 20;
  service();
  std::atomic<int> done = 0, refused = 0, other = 0;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 60; ++i) {
    callers.emplace_back([&, i] {
      proto::ExecuteReply reply;
      grpc::ClientContext context;
      const grpc::Status status =
          stub().Execute(&context, PythonRequest("print(input())", std::to_string(i)), &reply);
      if (status.ok() && reply.runs(0).stdout() == std::to_string(i) + "\n") {
        ++done;
      } else if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
        ++refused;
      } else {
        ++other;
      }
    });
  }
  callers.clear();
  EXPECT_EQ(done + refused, 60);
  EXPECT_GE(done, 22);
  EXPECT_EQ(other, 0);
  EXPECT_EQ(service().executor().free_slots(), 2);
}

TEST_F(ServiceTest, TokenIsAskedForByEveryMethod) {
  auto service = SandboxService::Create(config_, CallToken("secret"));
  ASSERT_TRUE(service.ok()) << service.status();
  grpc::ServerBuilder builder;
  builder.RegisterService(service->get());
  const auto server = builder.BuildAndStart();
  const auto stub = proto::Sandbox::NewStub(server->InProcessChannel({}));
  const auto code = [&](auto method, const auto& request, const std::string& token) {
    grpc::ClientContext context;
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    return method(&context, request).error_code();
  };
#define CALL(Method, Reply)                                \
  [&](grpc::ClientContext* context, const auto& request) { \
    proto::Reply reply;                                    \
    return stub->Method(context, request, &reply);         \
  }
  const auto unauthenticated = grpc::StatusCode::UNAUTHENTICATED;
  EXPECT_EQ(code(CALL(Execute, ExecuteReply), PythonRequest("pass"), ""), unauthenticated);
  EXPECT_EQ(code(CALL(Execute, ExecuteReply), PythonRequest("pass"), "wrong"), unauthenticated);
  EXPECT_EQ(code(CALL(OpenSession, OpenSessionReply), proto::OpenSessionRequest(), ""),
            unauthenticated);
  EXPECT_EQ(code(CALL(RunCommand, RunCommandReply), proto::RunCommandRequest(), ""),
            unauthenticated);
  EXPECT_EQ(code(CALL(ReadFile, ReadFileReply), proto::ReadFileRequest(), ""), unauthenticated);
  EXPECT_EQ(code(CALL(WriteFiles, WriteFilesReply), proto::WriteFilesRequest(), ""),
            unauthenticated);
  EXPECT_EQ(code(CALL(Diff, DiffReply), proto::DiffRequest(), ""), unauthenticated);
  EXPECT_EQ(code(CALL(CloseSession, CloseSessionReply), proto::CloseSessionRequest(), ""),
            unauthenticated);
  EXPECT_EQ(code(CALL(Protections, ProtectionsReply), proto::ProtectionsRequest(), ""),
            unauthenticated);
  EXPECT_EQ(code(CALL(Execute, ExecuteReply), PythonRequest("pass"), "secret"),
            grpc::StatusCode::OK);
#undef CALL
  server->Shutdown();
}

// A caller without the token is refused before it has sent anything, so nothing of it is held.
TEST_F(ServiceTest, TokenIsLookedAtBeforeTheRequest) {
  auto service = SandboxService::Create(config_, CallToken("secret"));
  ASSERT_TRUE(service.ok()) << service.status();
  grpc::ServerBuilder builder;
  builder.RegisterService(service->get());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  grpc::GenericStub stub(server->InProcessChannel({}));
  const auto* methods = proto::ExecuteRequest::descriptor()->file()->service(0);
  for (int i = 0; i < methods->method_count(); ++i) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    grpc::CompletionQueue events;
    const std::string name = "/" + methods->full_name() + "/" + methods->method(i)->name();
    const auto call = stub.PrepareCall(&context, name, &events);
    void* tag = nullptr;
    bool ok = false;
    call->StartCall(nullptr);
    ASSERT_TRUE(events.Next(&tag, &ok));
    grpc::Status status;
    call->Finish(&status, nullptr);
    ASSERT_TRUE(events.Next(&tag, &ok));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << name;
  }
  server->Shutdown();
}

TEST_F(ServiceTest, WhatIsCleanedOfItsStateIsMadeAgain) {
  const proto::ExecuteRequest request = PythonRequest(
      "import pwd, glob\nprint(pwd.getpwuid(1000).pw_name, open('/dev/null').read(), "
      "sorted(glob.glob('/etc/*') + glob.glob('/etc/alternatives/*')))");
  const std::string whole = RunOnce(request).stdout();
  EXPECT_THAT(whole, testing::StartsWith("guest "));
  const auto instance = [this] {
    const auto names = ListDirectory(config_.state_dir);
    for (const std::string& name : *names) {
      const std::string path = config_.state_dir + "/" + name;
      if (DirectoryExists(path)) return path;
    }
    return std::string();
  };
  const std::string path = instance();
  int generation = 0;
  for (const std::string name : {"/etc/passwd", "/etc", "/dev/null", "/dev/stdin",
                                 "/etc/alternatives", "/dev/shm", "/dev"}) {
    const std::string doomed = path + "/" + std::to_string(generation) + name;
    if (unlink(doomed.c_str()) != 0 && !RemoveTree(doomed).ok()) continue;
    EXPECT_EQ(RunOnce(request).stdout(), whole) << name;
    EXPECT_TRUE(DirectoryExists(path + "/" + std::to_string(++generation))) << name;
  }
  ASSERT_TRUE(RemoveTree(config_.state_dir).ok());
  EXPECT_EQ(RunOnce(request).stdout(), whole);
  EXPECT_EQ(instance(), path);
  EXPECT_TRUE(DirectoryExists(path + "/" + std::to_string(++generation)));
  // Its lock too: another service does not take it for one that has died. Who runs keeps what it
  // has.
  grpc::ClientContext context;
  proto::OpenSessionReply session;
  ASSERT_TRUE(stub().OpenSession(&context, {}, &session).ok());
  ASSERT_EQ(unlink((path + "/.lock").c_str()), 0);
  EXPECT_EQ(RunOnce(request).stdout(), whole);
  proto::RunCommandRequest command;
  command.set_session(session.session());
  command.set_command("cat /dev/null && id -un");
  grpc::ClientContext run;
  proto::RunCommandReply reply;
  ASSERT_TRUE(stub().RunCommand(&run, command, &reply).ok());
  EXPECT_EQ(reply.output(), "guest\n");
  ASSERT_TRUE(SandboxService::Create(config_).ok());
  EXPECT_TRUE(DirectoryExists(path));
  // Where that cannot be, it says so.
  ASSERT_TRUE(RemoveTree(config_.state_dir).ok());
  ASSERT_TRUE(WriteFileAtomic(config_.state_dir, "in the way").ok());
  const grpc::Status status = Try(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("could not be made again"));
}

TEST_F(ServiceTest, RefusesAConfigurationThatCannotHold) {
  config_.required_protections = {"force_field"};
  const auto unknown = SandboxService::Create(config_);
  EXPECT_THAT(Message(unknown.status()), HasSubstr("force_field"));
  config_.required_protections.clear();
  config_.ceiling.cpu_time_ms = 1;
  EXPECT_EQ(SandboxService::Create(config_).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longhaul::sandbox
