// SPDX-License-Identifier: Apache-2.0
//
// Programs that are asked line by line: by the request (paced input), or by another program.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "sandbox_fixture.h"

namespace longhaul::sandbox {
namespace {

using testing::HasSubstr;

class ConversationTest : public SandboxFixture {
 protected:
  static proto::ConverseRequest Between(const std::string& leader, const std::string& partner) {
    proto::ConverseRequest request;
    *request.mutable_leader() = PythonRequest(leader);
    *request.mutable_partner() = PythonRequest(partner);
    return request;
  }
  proto::ConverseReply Converse(const proto::ConverseRequest& request) {
    proto::ConverseReply reply;
    const grpc::Status status = Call(request, &reply);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return reply;
  }
  grpc::Status Call(const proto::ConverseRequest& request, proto::ConverseReply* reply,
                    std::chrono::milliseconds deadline = std::chrono::seconds(60)) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + deadline);
    return stub().Converse(&context, request, reply);
  }
  std::string Refusal(const proto::ConverseRequest& request) {
    proto::ConverseReply reply;
    const grpc::Status status = Call(request, &reply);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  }
};

const char kAsk[] =
    "import os\n"
    "for n in range(1000):\n  os.write(3, b'%d\\n' % n)\n  assert input() == str(n * n)\n"
    "print('right')\n";
const char kSquare[] =
    "import os, sys\nfor line in sys.stdin: os.write(3, b'%d\\n' % int(line) ** 2)\nprint('end')\n";

TEST_F(ConversationTest, EachReadsWhatTheOtherWrites) {
  const proto::ConverseReply reply = Converse(Between(kAsk, kSquare));
  ASSERT_EQ(reply.leader().runs_size(), 1);
  EXPECT_EQ(reply.leader().runs(0).outcome(), proto::EXECUTION_OUTCOME_OK);
  EXPECT_EQ(reply.leader().runs(0).stdout(), "right\n");
  EXPECT_EQ(reply.leader().runs(0).reply(), "");
  ASSERT_EQ(reply.partner().runs_size(), 1);
  EXPECT_EQ(reply.partner().runs(0).outcome(), proto::EXECUTION_OUTCOME_OK);
  EXPECT_EQ(reply.partner().runs(0).stdout(), "end\n");
}

TEST_F(ConversationTest, TheLeaderSeesTheEndOfItsPartner) {
  const proto::ConverseReply reply = Converse(
      Between("import sys\nprint(sys.stdin.read())", "import os\nos.write(3, b'half')\n1/0"));
  EXPECT_EQ(reply.leader().runs(0).stdout(), "half\n");
  ASSERT_EQ(reply.partner().runs_size(), 1);
  EXPECT_EQ(reply.partner().runs(0).outcome(), proto::EXECUTION_OUTCOME_RUNTIME_ERROR);
  EXPECT_THAT(reply.partner().runs(0).stderr(), HasSubstr("ZeroDivisionError"));
}

TEST_F(ConversationTest, ThePartnerEndsWithTheLeader) {
  const proto::ConverseReply reply =
      Converse(Between("print('gone')", "import time\ntime.sleep(1000)"));
  EXPECT_EQ(reply.leader().runs(0).stdout(), "gone\n");
  EXPECT_EQ(reply.partner().runs_size(), 0);
}

TEST_F(ConversationTest, EachHasLimitsOfItsOwn) {
  proto::ConverseRequest request = Between("import sys\nprint(repr(sys.stdin.read()))",
                                           "import os\nos.write(3, b'x')\nx = bytearray(10**9)");
  request.mutable_partner()->mutable_runs(0)->mutable_limits()->set_memory_bytes(64 << 20);
  const proto::ConverseReply reply = Converse(request);
  EXPECT_EQ(reply.leader().runs(0).stdout(), "'x'\n");
  ASSERT_EQ(reply.partner().runs_size(), 1);
  EXPECT_EQ(reply.partner().runs(0).outcome(), proto::EXECUTION_OUTCOME_MEMORY_LIMIT);
  // Both wait for the other one.
  request = Between("input()", "input()");
  request.mutable_leader()->mutable_runs(0)->mutable_limits()->set_wall_time_ms(300);
  EXPECT_EQ(Converse(request).leader().runs(0).outcome(), proto::EXECUTION_OUTCOME_TIME_LIMIT);
}

// A jail's pipes are its user's: with the names of descriptors a program comes no further than with
// the descriptors.
TEST_F(ConversationTest, ThePartnerSeesNothingElseOfTheLeader) {
  proto::ConverseRequest request =
      Between("import os\nos.write(3, b'call\\n')\nopen('secret', 'w').write('s')\nprint(input())",
              "import os\ninput()\n"
              "seen = [f for f in os.listdir('.') if f not in ('main.py',)]\n"
              "for fd in range(3, 64):\n"
              "  try: os.fstat(fd); seen.append(fd)\n  except OSError: pass\n"
              "for p in os.listdir('/proc'):\n"
              "  if p.isdigit() and int(p) > 1 and int(p) != os.getpid(): seen.append(p)\n"
              "os.write(3, repr(seen).encode() + b'\\n')");
  EXPECT_EQ(Converse(request).leader().runs(0).stdout(), "[3]\n");
}

TEST_F(ConversationTest, BothAreKilledAtTheDeadline) {
  proto::ConverseReply reply;
  const grpc::Status status = Call(Between("input()", "import time\ntime.sleep(1000)"), &reply,
                                   std::chrono::milliseconds(500));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  // All slots are free again: as many conversations as there are runs at a time.
  for (int i = 0; i < 2 * service().executor().slots(); ++i) {
    EXPECT_EQ(Converse(Between(kAsk, kSquare)).leader().runs(0).stdout(), "right\n");
  }
}

TEST_F(ConversationTest, MoreConversationsThanSlotsWaitTheirTurn) {
  config_.slots = 2;
  Start();
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [&] { right += Converse(Between(kAsk, kSquare)).leader().runs(0).stdout() == "right\n"; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 8);
}

TEST_F(ConversationTest, WhatDoesNotCompileDoesNotRun) {
  proto::ConverseRequest request = Between(kAsk, "");
  *request.mutable_partner() = CppRequest("int main() { return x; }");
  const proto::ConverseReply reply = Converse(request);
  EXPECT_EQ(reply.partner().compile().outcome(), proto::EXECUTION_OUTCOME_RUNTIME_ERROR);
  EXPECT_EQ(reply.leader().runs_size() + reply.partner().runs_size(), 0);
}

TEST_F(ConversationTest, RefusesWhatIsNoConversation) {
  proto::ConverseRequest request = Between(kAsk, kSquare);
  request.mutable_leader()->add_runs();
  EXPECT_THAT(Refusal(request),
              HasSubstr("leader: a conversation has one run of each side, not 2"));
  request = Between(kAsk, kSquare);
  request.mutable_partner()->mutable_runs(0)->set_stdin("x");
  EXPECT_THAT(Refusal(request), HasSubstr("partner: runs[0].stdin"));
  request = Between(kAsk, kSquare);
  request.mutable_partner()->mutable_program()->set_language("cobol");
  EXPECT_THAT(Refusal(request), HasSubstr("partner: "));
}

// What the program can read when it asks for all there is, before each answer.
TEST_F(ConversationTest, PacedInputComesLineByLine) {
  proto::ExecuteRequest request = PythonRequest(
      "import os, time\n"
      "for n in range(4):\n  time.sleep(0.05)\n  print(os.read(0, 100))\n"
      "  os.write(3, b'no line yet')\n  time.sleep(0.05)\n  os.set_blocking(0, False)\n"
      "  try: assert os.read(0, 100) == b''\n  except BlockingIOError: pass\n"
      "  os.set_blocking(0, True)\n  os.write(3, b'\\n')\n",
      "one\ntwo\n\nlast");
  request.mutable_runs(0)->set_paced(true);
  const proto::Execution run = RunOnce(request);
  EXPECT_EQ(run.outcome(), proto::EXECUTION_OUTCOME_OK) << run.stderr();
  EXPECT_EQ(run.stdout(), "b'one\\n'\nb'two\\n'\nb'\\n'\nb'last'\n");
}

TEST_F(ConversationTest, PacedInputOfAnySizeArrives) {
  std::string input;
  for (int i = 0; i < 3000; ++i) input += std::string(static_cast<size_t>(i), 'x') + "\n";
  proto::ExecuteRequest request = PythonRequest(
      "import os, sys\nfor line in sys.stdin: os.write(3, b'%d\\n' % len(line))", input);
  request.mutable_runs(0)->set_paced(true);
  const std::string reply = RunOnce(request).reply();
  EXPECT_TRUE(reply.starts_with("1\n2\n3\n")) << reply.substr(0, 20);
  EXPECT_TRUE(reply.ends_with("2999\n3000\n"));
}

}  // namespace
}  // namespace longhaul::sandbox
