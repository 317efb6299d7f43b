// SPDX-License-Identifier: Apache-2.0
//
// Runs whose rewards come from servers: who answers for which settings, and what is found before
// the first step.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include "command_line.h"

namespace longhaul {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RemoteScoring : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    Write("code.jsonl",
          R"({"uid": "c", "prompt": "1,", "reward": {"type": "code", "language": "python", )"
          R"("answer": {"inputs": ["1\n"], "outputs": ["1\n"]}}})");
    Write("token", "secret\n");
    Write("wrong", "guessed\n");
  }
  void TearDown() override {
    for (const pid_t server : servers_) kill(server, SIGTERM);
    for (const pid_t server : servers_) waitpid(server, nullptr, 0);
    CommandLine::TearDown();
  }

  bool HasSandbox() const { return Run("sandbox probe").exit_code == 0; }
  void Serve(const std::string& command) { servers_.push_back(Start(command)); }
  // On the programming task.
  CommandResult TrainOnCode(const std::string& settings) const {
    return Train(
        "'data.train=[{path: code.jsonl}]' rollout.num_prompts_per_step=1 "
        "trainer.minibatch_prompts=1 " +
        settings);
  }

 private:
  std::vector<pid_t> servers_;
};

TEST_F(RemoteScoring, WhatIsTheServersIsRefusedInTheRun) {
  Write("run.yaml", Read("run.yaml") +
                        "reward:\n"
                        "  address: 127.0.0.1:1\n"
                        "  connect_timeout_s: 0.2\n"
                        "  format: {weight: 0.5, layout: answer}\n"
                        "  overlong: {buffer_length: 0}\n"
                        "sandbox:\n"
                        "  slots: 3\n"
                        "  limits: {processes: 5}\n"
                        "  required_protections: [cgroup]\n");
  const CommandResult result = Train("reward.genrm.model=judge");
  ExpectError(
      result,
      {"run.yaml:20:20: reward.format.weight: has no effect with reward.address: give it to the "
       "reward server",
       "run.yaml:20:33: reward.format.layout: has no effect",
       "command line: reward.genrm.model: has no effect",
       "run.yaml:23:10: sandbox.slots: has no effect",
       "run.yaml:24:23: sandbox.limits.processes: has no effect",
       "run.yaml:25:25: sandbox.required_protections: has no effect"});
  // Given as it is anyway.
  EXPECT_THAT(result.output, Not(HasSubstr("overlong")));
  EXPECT_THAT(result.output, Not(HasSubstr("connect_timeout_s")));
  // Without an address all of them count.
  EXPECT_THAT(Train("reward.address=").output, Not(HasSubstr("has no effect")));
}

TEST_F(RemoteScoring, ATokenThatIsNotTheSandboxsIsFoundBeforeTraining) {
  if (!HasSandbox()) GTEST_SKIP() << "no sandbox on this host";
  Serve("sandbox-server --listen unix:sandbox.sock --token-file token slots=1");
  const std::string sandbox =
      "sandbox.address=unix:sandbox.sock sandbox.connect_timeout_s=20 output.dir=run ";
  ExpectError(TrainOnCode(sandbox), {"code.jsonl:1", "sandbox.token_file", "carries none"});
  ExpectError(TrainOnCode(sandbox + "sandbox.token_file=wrong"),
              {"code.jsonl:1", "sandbox.token_file", "is not the server's"});
  EXPECT_FALSE(Exists("run/metrics.jsonl"));
  const CommandResult run = TrainOnCode(sandbox + "sandbox.token_file=token");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(Read("run/samples.jsonl"), HasSubstr("no code block of language python"));
}

TEST_F(RemoteScoring, ARewardServerHasASandboxOfItsOwn) {
  if (!HasSandbox()) GTEST_SKIP() << "no sandbox on this host";
  Write("good.yaml", "sandbox: {address: 'unix:sandbox.sock', token_file: token}\n");
  Write("broken.yaml", "sandbox: {state_dir: token/state}\n");
  Serve("sandbox-server --listen unix:sandbox.sock --token-file token slots=1");
  Serve("reward-server --listen unix:good.sock --config good.yaml");
  Serve("reward-server --listen unix:bad.sock --config good.yaml sandbox.token_file=wrong");
  Serve("reward-server --listen unix:broken.sock --config broken.yaml");
  const std::string at = "reward.connect_timeout_s=20 reward.address=unix:";
  ExpectError(TrainOnCode(at + "bad.sock"), {"code.jsonl:1", "sandbox.token_file"});
  ExpectError(TrainOnCode(at + "broken.sock"), {"code.jsonl:1", "token: Not a directory"});
  const CommandResult run = TrainOnCode(at + "good.sock");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(Read("out/samples.jsonl"), HasSubstr("no code block of language python"));
}

TEST_F(RemoteScoring, FilesOfServersHoldTheContentsOfASection) {
  Write("wrapped.yaml", "reward:\n  genrm: {model_path: model}\nsandbox: {slots: 2}\n");
  const std::string hint = "give what a run has inside this section";
  for (const char* command :
       {"reward-server --listen unix:a.sock --config ", "eval-judge --config "}) {
    ExpectError(Run(command + std::string("wrapped.yaml")), {"wrapped.yaml:2:3: reward: " + hint});
  }
  ExpectError(Run("reward-server --listen unix:a.sock reward.genrm.model=judge"),
              {"command line: reward: " + hint});
  ExpectError(Run("sandbox-server --listen unix:a.sock --config wrapped.yaml"),
              {"wrapped.yaml:3:10: sandbox: " + hint});
  Write("unknown.yaml", "sandbox: {required_protections: [walls]}\n");
  ExpectError(Run("reward-server --listen unix:a.sock --config unknown.yaml"),
              {"unknown.yaml:1:33: sandbox.required_protections", "walls"});
  for (const char* key :
       {"address=unix:b.sock", "deadline_s=5", "max_unscorable_frac=0.5", "watch.window=3"}) {
    ExpectError(Run(std::string("reward-server --listen unix:a.sock ") + key), {"unknown key"});
  }
}

}  // namespace
}  // namespace longhaul
