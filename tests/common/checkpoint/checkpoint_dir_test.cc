// SPDX-License-Identifier: Apache-2.0
#include "common/checkpoint/checkpoint_dir.h"

#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "tests/common/status_matchers.h"

namespace longhaul {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kDamaged = StatusCode::kDataLoss;

class CheckpointDir : public ::testing::Test {
 protected:
  StatusOr<std::string> Save(int64_t step, const std::string& text = "weights") {
    ASSIGN_OR_RETURN(auto writer,
                     CheckpointWriter::Create({.root = root_,
                                               .name = CheckpointName(step),
                                               .metadata = Json::Object().Set("step", step)}));
    RETURN_IF_ERROR(writer->AddFile("model.safetensors", text));
    RETURN_IF_ERROR(writer->AddFile("optimizer/shard-0", "moments"));
    return writer->Commit();
  }
  std::string PathOf(int64_t step, const std::string& file) {
    return root_ + "/" + CheckpointName(step) + "/" + file;
  }
  // Changes one byte without changing the size.
  void Corrupt(const std::string& path, size_t at) {
    std::string bytes = *ReadFile(path);
    bytes[at] ^= 1;
    ASSERT_THAT(WriteFileAtomic(path, bytes), IsOk());
  }

  TestDirectory dir_;
  std::string root_ = dir_ / "checkpoints";
};

TEST_F(CheckpointDir, Names) {
  EXPECT_EQ(CheckpointName(12), "step-00000012");
  EXPECT_EQ(CheckpointStep("step-00000012"), 12);
  for (const char* name :
       {"step-", "step-x", "step--1", "best", ".tmp-step-00000012-7", "step-12a"}) {
    EXPECT_EQ(CheckpointStep(name), -1) << name;
  }
}

TEST_F(CheckpointDir, SavesAndOpens) {
  ASSERT_THAT(Save(3), IsOk());
  const auto reader = CheckpointReader::Open(root_ + "/" + CheckpointName(3));
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ(reader->step(), 3);
  EXPECT_EQ(*reader->metadata().GetInt("step"), 3);
  EXPECT_THAT(reader->files(), ElementsAre("model.safetensors", "optimizer/shard-0"));
  EXPECT_EQ(*reader->ReadFile("optimizer/shard-0"), "moments");
  EXPECT_THAT(reader->ReadFile("rng"), FailsWith(StatusCode::kNotFound, "no file 'rng'"));
  EXPECT_THAT(*ListDirectory(root_), ElementsAre("step-00000003"));
}

TEST_F(CheckpointDir, TakesInFilesWrittenByOthersAndCopies) {
  auto writer = *CheckpointWriter::Create({.root = root_, .name = "best"});
  ASSERT_THAT(WriteFileAtomic(writer->directory() + "/other", "bytes"), IsOk());
  ASSERT_THAT(writer->AddCopy("copy", writer->directory() + "/other"), IsOk());
  EXPECT_THAT(writer->AddCopy("x", dir_ / "none"), FailsWith(StatusCode::kNotFound, "none"));
  const auto finished = writer->Commit();
  ASSERT_THAT(finished, IsOk());
  const auto reader = CheckpointReader::Open(*finished);
  ASSERT_THAT(reader, IsOk());
  EXPECT_THAT(reader->files(), ElementsAre("copy", "other"));
  EXPECT_EQ(*reader->ReadFile("copy"), "bytes");
}

TEST_F(CheckpointDir, NothingIsLeftWithoutCommit) {
  {
    auto writer = *CheckpointWriter::Create({.root = root_, .name = CheckpointName(1)});
    ASSERT_THAT(writer->AddFile("a", "b"), IsOk());
    EXPECT_THAT(*ListCheckpoints(root_), IsEmpty());  // not yet there
  }
  EXPECT_THAT(*ListDirectory(root_), IsEmpty());
}

TEST_F(CheckpointDir, ASecondSaveReplacesTheFirst) {
  ASSERT_THAT(Save(1, "old"), IsOk());
  ASSERT_THAT(Save(1, "new"), IsOk());
  EXPECT_THAT(*ListDirectory(root_), ElementsAre("step-00000001"));
  EXPECT_EQ(*CheckpointReader::Open(root_ + "/step-00000001")->ReadFile("model.safetensors"),
            "new");
}

TEST_F(CheckpointDir, EveryKindOfDamageIsFound) {
  const std::string directory = root_ + "/" + CheckpointName(1);
  const std::string model = PathOf(1, "model.safetensors"), manifest = PathOf(1, "manifest.json");
  ASSERT_THAT(Save(1), IsOk());
  Corrupt(model, 3);
  EXPECT_THAT(CheckpointReader::Open(directory),
              FailsWith(kDamaged, "model.safetensors: checksum"));
  ASSERT_THAT(WriteFileAtomic(model, "weight"), IsOk());
  EXPECT_THAT(CheckpointReader::Open(directory),
              FailsWith(kDamaged, "model.safetensors: 6 bytes, the manifest says 7"));
  ASSERT_THAT(RemoveTree(model), IsOk());
  EXPECT_THAT(CheckpointReader::Open(directory), FailsWith(kDamaged, "model.safetensors: opening"));
  ASSERT_THAT(WriteFileAtomic(manifest, "{\"format\""), IsOk());
  EXPECT_THAT(CheckpointReader::Open(directory), FailsWith(kDamaged, "manifest.json"));
  ASSERT_THAT(RemoveTree(manifest), IsOk());
  EXPECT_THAT(CheckpointReader::Open(directory),
              FailsWith(kDamaged, "manifest.json: No such file"));
  EXPECT_THAT(CheckpointReader::Open(root_ + "/none"),
              FailsWith(StatusCode::kNotFound, "no such checkpoint"));
}

TEST_F(CheckpointDir, NoChangedLetterOfTheManifestGoesUnseen) {
  ASSERT_THAT(Save(1), IsOk());
  const std::string manifest = PathOf(1, "manifest.json");
  const std::string good = *ReadFile(manifest);
  for (size_t i = 0; i < good.size(); ++i) {
    if (good[i] == ' ' || good[i] == '\n') continue;  // white space says nothing
    std::string bad = good;
    bad[i] ^= 1;
    ASSERT_THAT(WriteFileAtomic(manifest, bad), IsOk());
    EXPECT_THAT(CheckpointReader::Open(root_ + "/step-00000001"),
                FailsWith(kDamaged, "manifest.json"))
        << i;
  }
}

TEST_F(CheckpointDir, TheLatestValidOneIsOpened) {
  EXPECT_EQ(OpenLatestCheckpoint(root_)->checkpoint, nullptr);
  for (int64_t step : {9, 10, 11}) ASSERT_THAT(Save(step), IsOk());
  EXPECT_THAT(*ListCheckpoints(root_), ElementsAre(9, 10, 11));
  EXPECT_EQ(OpenLatestCheckpoint(root_)->checkpoint->step(), 11);
  Corrupt(PathOf(11, "manifest.json"), 5);
  Corrupt(PathOf(10, "model.safetensors"), 0);
  const auto latest = OpenLatestCheckpoint(root_);
  ASSERT_THAT(latest, IsOk());
  EXPECT_EQ(latest->checkpoint->step(), 9);
  EXPECT_THAT(latest->skipped,
              ElementsAre(HasSubstr("step-00000011/manifest.json"),
                          HasSubstr("step-00000010: model.safetensors: checksum")));
  Corrupt(PathOf(9, "optimizer/shard-0"), 0);
  EXPECT_EQ(OpenLatestCheckpoint(root_)->checkpoint, nullptr);
}

TEST_F(CheckpointDir, PrunesAllButTheLastAndTheKept) {
  for (int64_t step : {1, 2, 3, 4, 5}) ASSERT_THAT(Save(step), IsOk());
  ASSERT_THAT(PruneCheckpoints(root_, {.newest = 5, .keep_last = 2, .keep = {2}}), IsOk());
  EXPECT_THAT(*ListDirectory(root_),
              ElementsAre("step-00000002", "step-00000004", "step-00000005"));
  ASSERT_THAT(PruneCheckpoints(root_, {.newest = 5, .keep_last = 9}), IsOk());
  EXPECT_THAT(*ListCheckpoints(root_), ElementsAre(2, 4, 5));
}

TEST_F(CheckpointDir, LaterStepsDoNotCountWhenItPrunes) {
  for (int64_t step : {1, 2, 3, 8, 9}) ASSERT_THAT(Save(step), IsOk());
  ASSERT_THAT(PruneCheckpoints(root_, {.newest = 3, .keep_last = 2}), IsOk());
  EXPECT_THAT(*ListCheckpoints(root_), ElementsAre(2, 3, 8, 9));
}

TEST_F(CheckpointDir, LeftoversOfDeadProcessesGo) {
  const pid_t child = ::fork();  // a process id that is surely free again
  if (child == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  const std::string dead = fmt::format(".tmp-step-00000007-{}", child);
  const std::string alive = fmt::format(".tmp-step-00000008-{}", ::getppid());
  ASSERT_THAT(CreateDirectories(root_ + "/" + dead), IsOk());
  ASSERT_THAT(CreateDirectories(root_ + "/" + alive), IsOk());
  ASSERT_THAT(Save(1), IsOk());
  EXPECT_THAT(*RemoveStaleCheckpoints(root_), ElementsAre(dead));
  EXPECT_THAT(*ListDirectory(root_), ElementsAre(alive, "step-00000001"));
  EXPECT_THAT(*RemoveStaleCheckpoints(dir_ / "none"), IsEmpty());
}

TEST_F(CheckpointDir, AsksForSpaceBeforeItWrites) {
  const auto writer = CheckpointWriter::Create(
      {.root = root_, .name = CheckpointName(1), .estimated_bytes = int64_t{1} << 60});
  EXPECT_THAT(writer, FailsWith(StatusCode::kResourceExhausted, "need 1099511627776 MiB, free"));
  EXPECT_THAT(writer, FailsWith(StatusCode::kResourceExhausted, "lower checkpoint.keep_last"));
  EXPECT_THAT(*ListDirectory(root_), IsEmpty());
}

}  // namespace
}  // namespace longhaul
