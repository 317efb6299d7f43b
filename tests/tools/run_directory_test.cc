// SPDX-License-Identifier: Apache-2.0
//
// What may happen to a run's directory: other models, corrupt files, full disks, two processes,
// kills.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "command_line.h"

namespace longhaul {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class RunDirectory : public CommandLine {
 protected:
  // Until the background run has written `name`, or has ended.
  void WaitFor(pid_t pid, const std::string& name) const {
    siginfo_t ended = {};
    while (!Exists(name) && ended.si_pid == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT), 0);
    }
    ASSERT_TRUE(Exists(name)) << Read("background.log");
  }
  static int ExitCode(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
};

TEST_F(RunDirectory, CheckpointOfAnotherModelIsRefusedAndNothingIsWritten) {
  ASSERT_EQ(Train().exit_code, 0);
  const std::string config = Read("out/config.yaml"), metrics = Read("out/metrics.jsonl");
  std::filesystem::copy(Path("model"), Path("other"));
  Replace("other/config.json", "\"intermediate_size\": 344", "\"intermediate_size\": 128");
  const std::string init =
      "model.path=null 'model.init={config: other, tokenizer_alphabet: \"0123456789,:\"}' "
      "'data.train=[{path: data.jsonl}]' trainer.max_steps=3";
  Write("data.jsonl",
        R"({"uid": "a", "prompt": "1,2:9,1", "reward": {"type": "exact", "answer": "3"}})");
  ExpectError(Train(init), {"out/checkpoints/step-00000002", "another model"});
  EXPECT_EQ(Read("out/config.yaml"), config);
  EXPECT_EQ(Read("out/metrics.jsonl"), metrics);
  EXPECT_THAT(Checkpoints(), ElementsAre("step-00000001", "step-00000002"));
}

TEST_F(RunDirectory, OtherGeneratedTasksUnderACheckpointAreRefused) {
  ASSERT_EQ(Train().exit_code, 0);
  const std::string data = Read("out/data/train.jsonl");
  ExpectError(Train("generate.0.seed=9"), {"out/data/train.jsonl would change"});
  EXPECT_EQ(Read("out/data/train.jsonl"), data);
}

TEST_F(RunDirectory, FilesOfOthersAreRefusedAndLeftAlone) {
  for (const char* name : {"samples.jsonl", "metrics.jsonl", "config.yaml", "summary.json",
                           "data/train.jsonl", "checkpoints/mine", "export/mine", ".lock"}) {
    Remove("out");
    std::filesystem::create_directories(
        Path(std::string("out/") + name).substr(0, Path(std::string("out/") + name).rfind('/')));
    Write(std::string("out/") + name, "mine\n");
    ExpectError(Train("export.at_end=true"), {"out", "take another"});
    EXPECT_EQ(Read(std::string("out/") + name), "mine\n");
    EXPECT_FALSE(Exists("out/config.yaml") && std::string(name) != "config.yaml") << name;
  }
  Remove("out");
  std::filesystem::create_directories(Path("out/data"));
  Write("out/slurm-17.out", "log of the launcher");
  Write("out/data/other.jsonl", "not written by this run");
  const CommandResult result = Train();
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

TEST_F(RunDirectory, AFreshStartOverAnotherRunIsRefused) {
  ASSERT_EQ(Train().exit_code, 0);
  const std::string samples = Read("out/samples.jsonl"), config = Read("out/config.yaml");
  ExpectError(Train("checkpoint.resume=never trainer.max_steps=1"),
              {"checkpoint.resume", "out/checkpoints holds checkpoints up to step 2"});
  ExpectError(Train("checkpoint.dir=elsewhere"),
              {"checkpoint.dir", "out/checkpoints holds checkpoints up to step 2"});
  EXPECT_EQ(Read("out/samples.jsonl"), samples);
  EXPECT_EQ(Read("out/config.yaml"), config);
  EXPECT_THAT(Checkpoints(), ElementsAre("step-00000001", "step-00000002"));
  EXPECT_EQ(Run("train run.yaml output.dir=new checkpoint.resume=never").exit_code, 0);
}

TEST_F(RunDirectory, AModelInsideTheRunDirectoryIsRefused) {
  ASSERT_EQ(Train("export.at_end=true").exit_code, 0);
  ExpectError(Train("model.path=out/export"), {"out/export lies in out", "output.dir"});
  ExpectError(Run("train run.yaml output.dir=model"), {"model lies in model"});
  ExpectError(Run("train run.yaml output.dir=./"), {"lies in ./"});
  std::filesystem::create_directory_symlink(Path("out"), Path("link"));
  ExpectError(Train("model.path=link/export"), {"link/export lies in out"});
}

TEST_F(RunDirectory, TwoRunsDoNotShareADirectoryOfCheckpoints) {
  const pid_t pid =
      Start("train run.yaml output.dir=one checkpoint.dir=shared trainer.max_steps=100000");
  WaitFor(pid, "shared/step-00000001");
  ExpectError(Train("checkpoint.dir=shared"), {"shared is in use by process"});
  EXPECT_FALSE(Exists("out/samples.jsonl"));
  kill(pid, SIGTERM);
  EXPECT_EQ(ExitCode(pid), 130);
}

TEST_F(RunDirectory, LogsThatAreGone) {
  ASSERT_EQ(Train().exit_code, 0);
  const std::string metrics = Read("out/metrics.jsonl");
  Write("out/metrics.jsonl", metrics.substr(0, 10));
  ExpectError(Train("trainer.max_steps=3"),
              {"out/metrics.jsonl: has 10 bytes", "put back", "or move this one away"});
  Write("out/metrics.jsonl", metrics);
  Remove("out/samples.jsonl");
  const CommandResult result = Train("trainer.max_steps=3");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("warning: out/samples.jsonl is missing"));
  EXPECT_EQ(Read("out/metrics.jsonl").substr(0, metrics.size()), metrics);
  EXPECT_THAT(Read("out/samples.jsonl"), StartsWith(R"({"step":3,)"));
}

TEST_F(RunDirectory, LogsThatAreMovedWhileItRuns) {
  const pid_t pid = Start("train run.yaml output.dir=out trainer.max_steps=100000");
  WaitFor(pid, "out/checkpoints/step-00000001");
  std::filesystem::rename(Path("out/samples.jsonl"), Path("kept.jsonl"));
  WaitFor(pid, "out/samples.jsonl");
  EXPECT_THAT(Read("background.log"), HasSubstr("out/samples.jsonl was moved or removed"));
  std::filesystem::rename(Path("out"), Path("gone"));
  EXPECT_EQ(ExitCode(pid), 1);
  EXPECT_FALSE(Exists("out/config.yaml"));
}

TEST_F(RunDirectory, SamplesOutliveAStretchWithoutThem) {
  ASSERT_EQ(Train("trainer.max_steps=1").exit_code, 0);
  const std::string samples = Read("out/samples.jsonl");
  ASSERT_EQ(Train("trainer.max_steps=2 logger.samples=false").exit_code, 0);
  ASSERT_EQ(Train("trainer.max_steps=3").exit_code, 0);
  EXPECT_EQ(Read("out/samples.jsonl").substr(0, samples.size()), samples);
}

TEST_F(RunDirectory, SignalWhileDataAreMadeEndsItAtOnce) {
  Replace("run.yaml", "count: 64", "count: 10000000");
  const pid_t pid = Start("train run.yaml output.dir=out");
  WaitFor(pid, "out/data");
  kill(pid, SIGTERM);
  EXPECT_EQ(ExitCode(pid), 130);
  EXPECT_THAT(Read("background.log"), HasSubstr("stopped before the run went on"));
  Replace("run.yaml", "count: 10000000", "count: 64");
  EXPECT_EQ(Train().exit_code, 0);
}

TEST_F(RunDirectory, AResumedRunSaysWhatChanged) {
  ASSERT_EQ(Train().exit_code, 0);
  const CommandResult result = Train("trainer.max_steps=3 optimizer.lr=0.5");
  EXPECT_EQ(result.exit_code, 0);
  for (const char* line :
       {"configuration changed since this run began: trainer.max_steps: 2 -> 3\n",
        "configuration changed since this run began: optimizer.lr: 1e-06 -> 0.5\n"}) {
    EXPECT_NE(result.output.find(line), std::string::npos) << result.output;
  }
}

TEST_F(RunDirectory, AnotherAlphabetIsRefused) {
  const std::string run = "model.path=null 'data.train=[{path: data.jsonl}]' ";
  Write("data.jsonl",
        R"({"uid": "a", "prompt": "1,2:", "reward": {"type": "exact", "answer": "3"}})");
  const std::string init = run + "'model.init={config: model, tokenizer_alphabet: \"";
  ExpectError(Train(init + "0123456789\"}'"), {"data.jsonl"});
  const CommandResult first =
      Train(init + "0123456789,:\"}'");  // mended: nothing stands in its way
  ASSERT_EQ(first.exit_code, 0) << first.output;
  const std::string tokenizer = Read("out/tokenizer/tokenizer.json");
  ExpectError(Train(init + ":,9876543210\"}' trainer.max_steps=3"),
              {"out/tokenizer/tokenizer.json is another tokenizer", "or another output.dir"});
  EXPECT_EQ(Read("out/tokenizer/tokenizer.json"), tokenizer);
  EXPECT_FALSE(Exists("out/tokenizer.new"));
}

TEST_F(RunDirectory, SupervisedStepsDoNotComeBackAfterRl) {
  Write("sft.jsonl", R"({"uid": "a", "prompt": "1,2:", "response": "3"})");
  const std::string sft = "'sft={data: [{path: sft.jsonl}], batch_size: 1, steps: ";
  const CommandResult first = Train(sft + "2}'");
  ASSERT_EQ(first.exit_code, 0) << first.output;
  const CommandResult longer = Train(sft + "4}' trainer.max_steps=3");
  EXPECT_EQ(longer.exit_code, 0) << longer.output;
  EXPECT_THAT(Checkpoints().back(), "step-00000005") << "2 supervised steps and 3 of RL";
}

TEST_F(RunDirectory, CorruptCheckpointsFallBackToTheOneBefore) {
  ASSERT_EQ(Train().exit_code, 0);
  const std::string samples = Read("out/samples.jsonl");
  const std::string manifest = Read("out/checkpoints/step-00000002/manifest.json");
  const std::string weights = Read("out/checkpoints/step-00000002/model.safetensors");

  Write("out/checkpoints/step-00000002/manifest.json", "garbage");
  CommandResult result = Train();
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("checkpoint passed over: out/checkpoints/step-00000002"));
  EXPECT_THAT(result.output, HasSubstr("resuming from out/checkpoints/step-00000001"));
  EXPECT_EQ(Read("out/samples.jsonl"), samples);
  EXPECT_TRUE(Read("out/checkpoints/step-00000002/model.safetensors") == weights);

  std::string flipped = weights;
  flipped[flipped.size() / 2] ^= 1;
  Write("out/checkpoints/step-00000002/model.safetensors", flipped);
  result = Train();
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("step-00000002: model.safetensors: checksum"));
  EXPECT_TRUE(Read("out/checkpoints/step-00000002/model.safetensors") == weights);
}

TEST_F(RunDirectory, OnlyCorruptCheckpointsEndTheRun) {
  ASSERT_EQ(Train("checkpoint.keep_last=1").exit_code, 0);
  Write("out/checkpoints/step-00000002/manifest.json", "");
  const std::string samples = Read("out/samples.jsonl");
  ExpectError(Train("checkpoint.keep_last=1"), {"out/checkpoints: holds checkpoints", "valid"});
  EXPECT_EQ(Read("out/samples.jsonl"), samples);
}

// A limit on the size of files stops a write in the middle, as a full disk does.
TEST_F(RunDirectory, FailedSaveNamesTheFileAndKeepsTheCheckpointBefore) {
  ASSERT_EQ(Train("trainer.max_steps=1").exit_code, 0);
  const CommandResult result = Train("trainer.max_steps=3", "ulimit -f 2000;");
  ExpectError(result, {"out/checkpoints/.tmp-step-00000002", "File too large"});
  EXPECT_THAT(Checkpoints(), ElementsAre("step-00000001"));
  EXPECT_EQ(Train("trainer.max_steps=2").exit_code, 0);
  EXPECT_THAT(Checkpoints(), ElementsAre("step-00000001", "step-00000002"));
}

TEST_F(RunDirectory, DirectoryOfALiveRunIsRefused) {
  const pid_t pid = Start("train run.yaml output.dir=out trainer.max_steps=100000");
  WaitFor(pid, "out/checkpoints/step-00000001");
  ExpectError(Train(), {"out is in use by process"});
  kill(pid, SIGTERM);
  EXPECT_EQ(ExitCode(pid), 130);
  EXPECT_EQ(Train("trainer.max_steps=1").exit_code, 0);
}

TEST_F(RunDirectory, SignalSavesACheckpointAndLeaves) {
  const pid_t pid = Start("train run.yaml output.dir=out trainer.max_steps=100000");
  WaitFor(pid, "out/checkpoints/step-00000001");
  kill(pid, SIGINT);
  kill(pid, SIGTERM);  // to the process and to its group: one request
  EXPECT_EQ(ExitCode(pid), 130);
  EXPECT_THAT(Read("background.log"), HasSubstr("interrupted: state saved in out/checkpoints/"));
}

// Stopped and killed at several places: the bytes of an undisturbed run.
TEST_F(RunDirectory, StoppedAndKilledRunsEndWithTheSameBytes) {
  const std::string run = "train run.yaml trainer.max_steps=6 checkpoint.keep_last=1 ";
  ASSERT_EQ(Run(run + "output.dir=whole").exit_code, 0);
  int signals[] = {SIGTERM, SIGKILL, SIGTERM, SIGKILL};
  int step = 1;
  for (int signal : signals) {
    const pid_t pid = Start(run + "output.dir=out");
    WaitFor(pid, "out/checkpoints/step-0000000" + std::to_string(step++));
    kill(pid, signal);
    const int code = ExitCode(pid);
    EXPECT_TRUE(code == 130 || code == 128 + SIGKILL || code == 0) << code;
  }
  const CommandResult result = Run(run + "output.dir=out");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  for (const char* name : {"samples.jsonl", "checkpoints/step-00000006/model.safetensors",
                           "checkpoints/step-00000006/leases.pb"}) {
    EXPECT_TRUE(Read(std::string("whole/") + name) == Read(std::string("out/") + name)) << name;
  }
}

TEST_F(RunDirectory, PlacesWhereNothingCanBeWritten) {
  ExpectError(Run("train run.yaml output.dir=run.yaml"), {"run.yaml: Not a directory"});
  ExpectError(Run("train run.yaml output.dir=/dev/null/x"), {"/dev/null/x"});
  EXPECT_EQ(Run("train run.yaml 'output.dir=a \xc3\xbc \xe6\xbc\xa2 \"q\"/b'").exit_code, 0);
  EXPECT_TRUE(Exists("a \xc3\xbc \xe6\xbc\xa2 \"q\"/b/summary.json"));
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  std::filesystem::create_directory(Path("locked"));
  std::filesystem::permissions(Path("locked"), std::filesystem::perms::owner_read);
  ExpectError(Run("train run.yaml output.dir=locked/out"), {"locked/out: Permission denied"});
}

}  // namespace
}  // namespace longhaul
