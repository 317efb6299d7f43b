// SPDX-License-Identifier: Apache-2.0
//
// Where a run may write, and what it finds there.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "command_line.h"

namespace longhaul {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RunPlaces : public CommandLine {};

TEST_F(RunPlaces, CheckpointsLieApartFromWhatElseARunWrites) {
  for (const char* name : {"export", "export/sub", "checkpoints/../export", "data", "tensorboard/a",
                           "tokenizer", "export.tmp-export", "metrics.jsonl", "config.yaml"}) {
    ExpectError(Train(std::string("checkpoint.dir=out/") + name),
                {"command line: checkpoint.dir: out/", "lies in out/", "checkpoints alone"});
  }
  for (const char* dir : {"out", "out/../out/"})
    ExpectError(Train(std::string("checkpoint.dir=") + dir), {"holds the run directory out"});
  EXPECT_FALSE(Exists("out"));
  std::filesystem::create_directories(Path("out"));
  std::filesystem::create_directories(Path("elsewhere/export"));
  std::filesystem::create_directory_symlink(Path("elsewhere/export"), Path("out/export"));
  ExpectError(Train("checkpoint.dir=elsewhere"), {"elsewhere lies around out/export"});
  std::filesystem::create_directory_symlink("export", Path("out/checkpoints"));
  ExpectError(Train(), {"checkpoint.dir: out/checkpoints lies in out/export"});
}

TEST_F(RunPlaces, CheckpointsInADirectoryNamedAsAFileWrittenAside) {
  const std::string run = "checkpoint.dir=out/checkpoints.tmp-mine ";
  ASSERT_EQ(Train(run).exit_code, 0);
  EXPECT_THAT(Train(run + "trainer.max_steps=3").output,
              HasSubstr("resuming from out/checkpoints.tmp-mine/step-00000002"));
}

TEST_F(RunPlaces, AnExportReplacesExportsAlone) {
  const std::string run = "export.at_end=true ";
  ASSERT_EQ(Train(run).exit_code, 0);
  const std::string weights = Path("out/export/model.safetensors");
  const auto written = std::filesystem::last_write_time(weights);
  std::filesystem::create_directories(Path("out/export/onnx"));
  Write("out/export/onnx/a", "mine");
  ExpectError(Train(run + "trainer.max_steps=3"),
              {"out/export holds onnx, which no export wrote", "move it away"});
  EXPECT_EQ(Read("out/export/onnx/a"), "mine");
  EXPECT_THAT(Checkpoints(), ElementsAre("step-00000001", "step-00000002")) << "found at start";
  Remove("out/export/onnx");
  const std::string config = Read("out/export/generation_config.json");
  Write("out/export/generation_config.json", "{}");
  ExpectError(Train(run), {"out/export is not what an export wrote", "generation_config.json"});
  EXPECT_EQ(Read("out/export/generation_config.json"), "{}");
  Write("out/export/generation_config.json", config);
  const CommandResult again = Train(run + "trainer.max_steps=3");
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_NE(std::filesystem::last_write_time(weights), written) << "replaced";
  EXPECT_FALSE(Exists("out/export/.lock"));
}

TEST_F(RunPlaces, AFileWithTheNameOfACheckpointIsFoundAtStart) {
  ASSERT_EQ(Train("trainer.max_steps=1").exit_code, 0);
  Write("out/checkpoints/step-00000019", "mine");
  ExpectError(Train(), {"out/checkpoints/step-00000019: has the name of a checkpoint"});
  EXPECT_EQ(Read("out/checkpoints/step-00000019"), "mine");
  EXPECT_FALSE(Exists("out/checkpoints/step-00000002"));
}

TEST_F(RunPlaces, NamesOfRunsAreThoseOfDirectories) {
  for (const char* name : {"a/b", "../a", "..", "a b", "a\\nb", "a\\0"}) {
    Write("named.yaml", Read("run.yaml"));
    Replace("named.yaml", "name: t}", std::string("name: \"") + name + "\"}");
    ExpectError(Run("train named.yaml"), {"named.yaml:1:13: run.name: names a directory"});
  }
  EXPECT_FALSE(Exists("runs"));
}

TEST_F(RunPlaces, TheRootOfTheFileSystemIsNoRunDirectory) {
  for (const char* dir : {"/", "//", "/tmp/.."})
    ExpectError(Run(std::string("train run.yaml output.dir=") + dir),
                {"output.dir: ", "is the root of the file system"});
}

TEST_F(RunPlaces, PathsStartFromTheFileThatGivesThem) {
  std::filesystem::create_directories(Path("mine"));
  const std::string task = R"({"uid": "a", "prompt": "1,2:", "reward": {"type": "exact"}})";
  Write("mine/own.jsonl", task);
  Write("mine/run.yaml", "base: ../run.yaml\neval: {sets: [{name: e, path: own.jsonl}]}\n");
  const CommandResult result = Run("train mine/run.yaml output.dir=out trainer.max_steps=1");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("eval e at step 1"));
  Write("own.jsonl", task);
  EXPECT_EQ(Run("train mine/run.yaml output.dir=other trainer.max_steps=0 "
                "'eval.sets=[{name: e, path: own.jsonl}]'")
                .exit_code,
            0);
}

TEST_F(RunPlaces, PipesAndDevicesAreNoFilesToReadARunFrom) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  for (const char* path : {"pipe", "/dev/zero", "/dev/null"}) {
    const std::string error = std::string(path) + ": not a regular file";
    ExpectError(Run(std::string("train ") + path), {error});
    ExpectError(Train(std::string("'data.train=[{path: ") + path + "}]'"), {error});
    Write("over.yaml", std::string("base: ") + path + "\n");
    ExpectError(Run("train over.yaml"), {"over.yaml:1:7: base", error});
  }
  ASSERT_EQ(truncate(Path("run.yaml").c_str(), off_t{1} << 33), 0);
  ExpectError(Train(), {"run.yaml: a configuration of 8589934592 bytes"});
}

}  // namespace
}  // namespace longhaul
