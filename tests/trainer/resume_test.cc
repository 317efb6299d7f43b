// SPDX-License-Identifier: Apache-2.0
//
// What a resumed run knows of the processes before it, and what it refuses to go on with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>

#include "common/file.h"
#include "common/json.h"
#include "common/logging.h"
#include "tests/trainer/run_fixture.h"
#include "tests/trainer/tiny_model.h"
#include "trainer/state/run_counters.h"
#include "trainer/state/run_identity.h"

namespace longhaul::trainer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Dir(const std::string& name) {
  return testing::TempDir() + "/resume_" + std::to_string(getpid()) + name;
}

TrainerConfig WithStages(TrainerConfig config) {
  config.curriculum.length.stages = {
      {.max_response_length = 4}, {.max_response_length = 6}, {.max_response_length = 8}};
  config.curriculum.length.advance_when = {
      .ppl_slope_below = 100, .ppl_window = 2, .p99_len_frac_above = 0, .min_steps = 2};
  return config;
}

void ExpectSameHistory(const RunResult& result, const RunResult& whole) {
  EXPECT_EQ(result.sft_steps, whole.sft_steps);
  EXPECT_EQ(result.rl_steps, whole.rl_steps);
  EXPECT_EQ(result.accuracy_before_rl, whole.accuracy_before_rl);
  EXPECT_EQ(result.accuracy_after_rl, whole.accuracy_after_rl);
  EXPECT_EQ(result.reward_first, whole.reward_first);
  EXPECT_EQ(result.reward_last, whole.reward_last);
  ASSERT_EQ(result.curriculum_boundaries.size(), whole.curriculum_boundaries.size());
  for (size_t i = 0; i < whole.curriculum_boundaries.size(); ++i) {
    EXPECT_EQ(result.curriculum_boundaries[i].step, whole.curriculum_boundaries[i].step);
    EXPECT_EQ(result.curriculum_boundaries[i].ppl_slope, whole.curriculum_boundaries[i].ppl_slope);
  }
  EXPECT_GE(result.total_seconds, result.train_seconds);
}

// Leases: 5 in each evaluation, 4 in each step. Killed in the first evaluation, in RL before and
// behind both boundaries, in the last evaluation, and once everything was done (export).
TEST(ResumeTest, TheResultTellsTheWholeHistory) {
  TinyRun whole(Dir("whole"));
  const TrainerConfig config = WithStages(whole.config());
  const RunResult result = whole.RunAll(config).value();
  ASSERT_EQ(result.curriculum_boundaries.size(), 2u);
  for (int64_t leases : {2, 7, 15, 23, 30, 38}) {
    SCOPED_TRACE(leases);
    TinyRun run(Dir("cut"));
    const TrainerConfig cut = WithStages(run.config());
    ASSERT_EQ(run.RunInterrupted(cut, leases).value().end, RunEnd::kInterrupted);
    ExpectSameHistory(run.RunAll(cut).value(), result);
  }
  ExpectSameHistory(whole.RunAll(config).value(), result);
}

TEST(ResumeTest, AStepWithoutAnyRewardIsResumed) {
  RunCounters counters;
  counters.reward_first = 0.5;
  counters.reward_last = NAN;
  const Json saved = Json::Parse(counters.Save().ToString(), "state.json").value();
  RunCounters loaded;
  const Status status = loaded.Load(saved);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(loaded.reward_first, 0.5);
  EXPECT_TRUE(std::isnan(loaded.reward_last));
}

TEST(ResumeTest, AnSftRunIsCutBackAndEndsWithTheSameBytes) {
  TinyRun run(Dir("sft"));
  TrainerConfig config = run.config();
  config.eval.sets.clear();
  config.checkpoint.interval = 1;
  const RunResult whole = run.Start(config).value()->RunSft(nullptr).value();
  EXPECT_EQ(whole.sft_steps, 4);
  EXPECT_EQ(whole.last_checkpoint, run.dir() + "/checkpoints/step-00000004");
  const std::vector<std::string> metrics = run.Metrics();
  const std::vector<uint64_t> checksums = run.Checksums();
  ASSERT_EQ(metrics.size(), 4u);
  ASSERT_TRUE(RemoveTree(whole.last_checkpoint).ok());  // as if killed after step 3
  auto again = run.Start(config).value();
  EXPECT_EQ(again->restored_step(), 3);
  ASSERT_TRUE(again->RunSft(nullptr).ok());
  EXPECT_EQ(run.Checksums(), checksums);
  EXPECT_EQ(run.Metrics(), metrics);
}

TEST(ResumeTest, SftEndsWithTheEvaluationsAndRlGoesOnFromThere) {
  TinyRun reference(Dir("one_command"));
  const RunResult whole = reference.RunAll(reference.config()).value();
  TinyRun run(Dir("two_commands"));
  {
    auto trainer = run.Start(run.config()).value();
    FakeWorker worker(&trainer->coordinator(), &run.parameters(), &run.stream());
    const RunResult sft = trainer->RunSft(&worker).value();
    EXPECT_EQ(sft.accuracy_before_rl, whole.accuracy_before_rl);
    EXPECT_EQ(sft.accuracy_before_rl.size(), 1u);
    EXPECT_THAT(sft.accuracy_after_rl, IsEmpty());
  }
  ExpectSameHistory(run.RunAll(run.config()).value(), whole);
  EXPECT_EQ(run.Checksums(), reference.Checksums());
  EXPECT_EQ(run.Metrics(), reference.Metrics());
}

// Rollouts that are under way are as long as they were meant to be when they began.
TEST(ResumeTest, AStepUnderWayThatFitsIntoNoPassIsRefused) {
  TinyRun run(Dir("shorter"));
  TrainerConfig config = run.config();
  config.sft.reset();
  config.eval.sets.clear();
  ASSERT_EQ(run.RunInterrupted(config, 2).value().end, RunEnd::kInterrupted);
  TrainerConfig shorter = config;
  shorter.data.max_prompt_length = 4;
  shorter.rollout.max_response_length = 4;
  shorter.trainer.max_tokens_per_pass = 8;
  EXPECT_THAT(Message(run.RunAll(shorter).status()),
              HasSubstr("up to 12 tokens, and a training pass holds 8"));
  EXPECT_TRUE(run.RunAll(config).ok());
}

TEST(ResumeTest, AKlTermThatComesLaterNamesTheCheckpointWithoutAReference) {
  TinyRun run(Dir("late_kl"));
  TrainerConfig config = run.config();
  config.eval.sets.clear();
  config.trainer.max_steps = 2;
  const std::string last = run.RunAll(config).value().last_checkpoint;
  config.trainer.max_steps = 3;
  config.algorithm.kl.coef = 0.1;
  EXPECT_THAT(Message(run.RunAll(config).status()),
              HasSubstr(last + " holds no reference weights"));
}

// More SFT after a run that ended: what it was evaluated with are other weights.
TEST(ResumeTest, SftThatGoesOnIsEvaluatedAgain) {
  TinyRun run(Dir("longer_sft"));
  TrainerConfig config = run.config();
  for (int64_t steps : {4, 6}) {
    config.sft->steps = steps;
    auto trainer = run.Start(config).value();
    FakeWorker worker(&trainer->coordinator(), &run.parameters(), &run.stream());
    EXPECT_EQ(trainer->RunSft(&worker).value().sft_steps, steps);
    const std::string last = run.Metrics().back();
    EXPECT_THAT(last, HasSubstr("eval/held_out/avg@1"));
    EXPECT_THAT(last, HasSubstr(fmt::format("\"step\":{}", steps)));
  }
}

model::ModelConfig Changed(const std::string& from, const std::string& to) {
  std::string text = TinyModelConfig().source_json;
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return model::ModelConfig::FromJson(text.replace(at, from.size(), to), "changed.json").value();
}

TEST(RunIdentityTest, AModelThatComputesOtherwiseIsRefusedByKey) {
  const std::string dir = Dir("model");
  ASSERT_TRUE(CreateDirectories(dir).ok());
  const model::ModelConfig config = TinyModelConfig();
  ASSERT_TRUE(WriteFileAtomic(dir + "/config.json", config.ToJson("float32")).ok());
  EXPECT_TRUE(CheckSameModel(dir, config).ok());
  EXPECT_TRUE(CheckSameModel(dir, Changed("\"max_position_embeddings\": 256",
                                          "\"max_position_embeddings\": 512"))
                  .ok());
  const std::vector<std::array<std::string, 3>> cases = {
      {"\"rms_norm_eps\": 1e-5", "\"rms_norm_eps\": 1e-6", "rms_norm_eps is 1e-05 there and 1e-06"},
      {"\"block_size\": 16", "\"block_size\": 8", "block_size is 16 there and 8"},
      {"\"num_experts_per_tok\": 1", "\"num_experts_per_tok\": 2",
       "num_experts_per_tok is 1 there and 2"},
      {"\"mlp_beta_factor\": 1", "\"mlp_beta_factor\": 2", "beta 1 there and alpha 1, beta 2"}};
  for (const auto& [from, to, message] : cases) {
    const Status status = CheckSameModel(dir, Changed(from, to));
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << to;
    EXPECT_THAT(Message(status), HasSubstr(message));
  }
}

TEST(RunIdentityTest, AnotherSeedIsRefusedAndAnotherFileIsSaid) {
  TinyRun run(Dir("inputs"));
  const TrainerConfig config = run.config();
  const Json before = DescribeInputs(1, config).value();
  EXPECT_THAT(CheckSameInputs(before, before).value(), IsEmpty());
  const Status status = CheckSameInputs(before, DescribeInputs(2, config).value()).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr("began with seed 1, run.seed is 2"));
  const std::string path = config.data.train[0].path;
  ASSERT_TRUE(WriteFileAtomic(path, ReadFile(path).value() + "\n").ok());
  EXPECT_THAT(CheckSameInputs(before, DescribeInputs(1, config).value()).value(),
              ElementsAre(HasSubstr(path + ": is not the file")));
}

TEST(RunIdentityTest, ARunIsNotResumedWithAnotherSeed) {
  TinyRun run(Dir("seed"));
  ASSERT_TRUE(run.RunAll(run.config()).ok());
  run.set_seed(2);
  EXPECT_THAT(Message(run.Start(run.config()).status()), HasSubstr("began with seed 1"));
}

}  // namespace
}  // namespace longhaul::trainer
