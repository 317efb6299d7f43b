// SPDX-License-Identifier: Apache-2.0
#include "trainer/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>

#include "common/checkpoint/safetensors.h"
#include "common/file.h"
#include "common/json.h"
#include "tests/trainer/run_fixture.h"
#include "tests/trainer/tiny_model.h"
#include "trainer/learner.h"

namespace longhaul::trainer {
namespace {

using testing::HasSubstr;

std::string Dir(const std::string& name) {
  return testing::TempDir() + "/trainer_" + std::to_string(getpid()) + name;
}

double Field(const std::string& line, const std::string& key) {
  return Json::Parse(line, "line").value().GetDoubleOr(key, NAN).value();
}

TEST(TrainerTest, ARunTrainsEvaluatesAndLeavesItsFiles) {
  TinyRun run(Dir("whole"));
  const RunResult result = run.RunAll(run.config()).value();
  EXPECT_EQ(result.end, RunEnd::kFinished);
  EXPECT_EQ(result.sft_steps, 4);
  EXPECT_EQ(result.rl_steps, 5);
  EXPECT_TRUE(result.accuracy_before_rl.contains("held_out"));
  EXPECT_TRUE(result.accuracy_after_rl.contains("held_out"));
  // 4 SFT steps, 5 RL steps, evaluations at RL steps 0, 2, 4 and 5.
  const std::vector<std::string> metrics = run.Metrics();
  ASSERT_EQ(metrics.size(), 13u);
  EXPECT_LT(Field(metrics[3], "sft/loss"), Field(metrics[0], "sft/loss"));
  EXPECT_FALSE(std::isnan(Field(metrics[4], "eval/held_out/avg@1")));
  EXPECT_EQ(Field(metrics[5], "step"), 5);
  EXPECT_GT(Field(metrics[5], "optim/grad_norm"), 0);
  EXPECT_EQ(Field(metrics[5], "staleness/mean"), 0);
  // 4 x 4 rollouts a step, 5 an evaluation.
  const std::string samples = run.Read("samples.jsonl");
  EXPECT_EQ(std::count(samples.begin(), samples.end(), '\n'), 5 * 16 + 4 * 5);
  EXPECT_EQ(result.last_checkpoint, run.dir() + "/checkpoints/step-00000009");
  // The checkpoint is a model directory with the trained weights.
  const auto saved =
      model::Parameters::Load(model::ModelConfig::Load(result.last_checkpoint).value(),
                              result.last_checkpoint)
          .value();
  EXPECT_EQ(model::Checksums(run.stream(), saved), run.Checksums());
}

// The rewarded first token is drawn half of the time whatever the model says; training on it must
// make it likelier, so the loss moves the right way.
TEST(TrainerTest, TheRewardedTokenBecomesLikelier) {
  TinyRun run(Dir("direction"));
  TrainerConfig config = run.config();
  config.sft.reset();
  config.eval.sets.clear();
  config.trainer.max_steps = 30;
  config.optimizer.lr = 1e-2;
  config.algorithm.loss.type = LossType::kReinforce;
  ASSERT_TRUE(run.RunAll(config).ok());
  const model::Parameters& p = run.parameters();
  ThreadPool pool(1);
  kernels::Stream stream(&pool);
  const model::ModelConfig model_config =
      model::ModelConfig::Load(run.dir() + "/checkpoints/step-00000030").value();
  model::Weights weights(model_config, {});
  weights.Pack(stream, p, 0);
  auto pass = model::TrainingPass::Create(model_config, weights.options(),
                                          {.max_tokens = 16, .max_targets = 4, .max_segments = 4})
                  .value();
  model::TokenBatch batch;
  const std::vector<int32_t> prompt = {4, 13, 4, 14};
  const int32_t trunk = batch.AddSegment(prompt, -1);
  for (int32_t token : {3, 4}) {
    batch.AddTargets(batch.AddSegment(std::vector<int32_t>{token}, trunk), 0);
  }
  float logprobs[2], entropies[2];
  pass->Forward(stream, weights, batch);
  pass->Logprobs(stream, 1, logprobs, entropies);
  EXPECT_GT(logprobs[0], logprobs[1] + 1);
}

// One run undisturbed, one stopped in the middle of a generation batch, whose group is half
// generated, and resumed: everything they leave is the same.
TEST(TrainerTest, AnInterruptedRunEndsWithTheSameBytes) {
  TinyRun whole(Dir("undisturbed"));
  const TrainerConfig config = whole.config();
  ASSERT_TRUE(whole.RunAll(config).ok());
  for (int64_t leases : {1, 7, 12, 18, 27}) {
    SCOPED_TRACE(leases);
    TinyRun run(Dir("disturbed"));
    const StatusOr<RunResult> first = run.RunInterrupted(run.config(), leases);
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_EQ(first->end, RunEnd::kInterrupted);
    const StatusOr<RunResult> second = run.RunAll(run.config());
    ASSERT_TRUE(second.ok()) << second.status();
    EXPECT_EQ(second->end, RunEnd::kFinished);
    EXPECT_EQ(run.Checksums(), whole.Checksums());
    EXPECT_EQ(run.Metrics(), whole.Metrics());
    EXPECT_EQ(run.Read("samples.jsonl"), whole.Read("samples.jsonl"));
  }
}

// As after kill -9: logs go further than the last checkpoint.
TEST(TrainerTest, AKilledRunIsCutBackToItsCheckpoint) {
  TinyRun whole(Dir("killed"));
  ASSERT_TRUE(whole.RunAll(whole.config()).ok());
  const std::vector<std::string> metrics = whole.Metrics();
  const std::string samples = whole.Read("samples.jsonl");
  const std::vector<uint64_t> checksums = whole.Checksums();
  ASSERT_TRUE(RemoveTree(whole.dir() + "/checkpoints/step-00000009").ok());
  const RunResult again = whole.RunAll(whole.config()).value();
  EXPECT_EQ(again.rl_steps, 5);
  EXPECT_EQ(whole.Checksums(), checksums);
  EXPECT_EQ(whole.Metrics(), metrics);
  EXPECT_EQ(whole.Read("samples.jsonl"), samples);
}

TEST(TrainerTest, ACorruptCheckpointFallsBackToTheOneBefore) {
  TinyRun run(Dir("corrupt"));
  ASSERT_TRUE(run.RunAll(run.config()).ok());
  const std::vector<uint64_t> checksums = run.Checksums();
  const std::string state = run.dir() + "/checkpoints/step-00000009/state.json";
  ASSERT_TRUE(WriteFileAtomic(state, "{}").ok());
  auto trainer = run.Start(run.config());
  ASSERT_TRUE(trainer.ok()) << trainer.status();
  EXPECT_EQ((*trainer)->restored_step(), 8);
  FakeWorker worker(&(*trainer)->coordinator(), &run.parameters(), &run.stream());
  ASSERT_TRUE((*trainer)->Run(worker).ok());
  EXPECT_EQ(run.Checksums(), checksums);
}

TEST(TrainerTest, AWrongChecksumEndsTheRunWithTheTensorsName) {
  TinyRun run(Dir("checksum"));
  auto trainer = run.Start(run.config()).value();
  FakeWorker worker(&trainer->coordinator(), &run.parameters(), &run.stream());
  worker.CorruptTensor(1);
  const Status status = trainer->Run(worker).status();
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(status),
              HasSubstr("tensor '" + run.parameters().tensors()[1].name + "' arrived"));
}

// The first moments after one update are the gradient times a constant.
std::map<std::string, std::vector<float>> Gradients(const std::string& checkpoint) {
  const auto reader =
      SafetensorsReader::Open(checkpoint + "/optimizer/optimizer.safetensors").value();
  std::map<std::string, std::vector<float>> gradients;
  const std::vector<std::string> names = reader->Names();
  for (const std::string& name : names) {
    if (name.starts_with("m.")) gradients[name] = reader->GetF32(name).value();
  }
  return gradients;
}

// How an update is cut into passes, and trees against plain sequences, change loss and gradient by
// rounding only.
TEST(TrainerTest, PackingChangesNeitherLossNorGradient) {
  TinyRun run(Dir("packing"));
  TrainerConfig config = run.config();
  config.sft.reset();
  config.eval.sets.clear();
  config.trainer.max_steps = 1;
  config.trainer.minibatch_prompts = 4;
  config.optimizer.grad_clip = 0;
  std::map<std::string, std::vector<float>> first;
  double first_loss = 0;
  for (int64_t tokens : {512, 96, 32}) {
    for (bool tree : {true, false}) {
      SCOPED_TRACE(fmt::format("{} tokens, tree {}", tokens, tree));
      ASSERT_TRUE(RemoveTree(run.dir() + "/checkpoints").ok());
      config.trainer.max_tokens_per_pass = tokens;
      config.trainer.token_tree = tree;
      const RunResult result = run.RunAll(config).value();
      const auto gradients = Gradients(result.last_checkpoint);
      const double loss = Field(run.Metrics()[0], "policy/loss");
      if (first.empty()) {
        first = gradients;
        first_loss = loss;
      }
      EXPECT_NEAR(loss, first_loss, 1e-6 * std::abs(first_loss));
      for (const auto& [name, values] : gradients) {
        float largest = 0;
        for (float value : first.at(name)) largest = std::max(largest, std::abs(value));
        for (size_t i = 0; i < values.size(); ++i) {
          ASSERT_NEAR(values[i], first.at(name)[i], 1e-6 * largest) << name << " " << i;
        }
      }
    }
  }
}

// The same for the load-balance loss of the experts, here alone: two equal sequences weigh the same
// in one pass and in one each.
TEST(TrainerTest, PackingDoesNotChangeTheWeightOfTheBalanceLoss) {
  const model::ModelConfig config = TinyModelConfig();
  ThreadPool pool(1);
  kernels::Stream stream(&pool);
  TrainSequence sequence;
  sequence.prompt = {3, 3, 3};
  sequence.response = {3, 3, 3};
  sequence.loss_mask = {1, 1, 1};
  const std::vector<TrainSequence> minibatch(2, sequence);
  const auto no_loss = [](const PackedBatch&, std::span<const float> logprobs,
                          std::span<const float>) {
    return BatchGradients{.dlogprobs = std::vector<float>(logprobs.size(), 0.0f), .dentropies = {}};
  };
  std::vector<double> norms;
  for (int64_t tokens : {12, 6}) {
    model::Parameters parameters = model::Parameters::Random(config, 7);
    model::Weights weights(config, {});
    const auto learner =
        Learner::Create({.model_config = &config,
                         .parameters = &parameters,
                         .weights = &weights,
                         .stream = &stream,
                         .pass = {.max_tokens = tokens, .max_targets = tokens, .max_segments = 4},
                         .shape = PackShape::kPlain,
                         .router_aux_loss_coef = 1,
                         .optimizer = {}})
            .value();
    learner->PackWeights(0);
    norms.push_back(learner->Update(minibatch, no_loss, 0, 1).optimizer.grad_norm);
  }
  EXPECT_GT(norms[0], 1e-4);
  EXPECT_NEAR(norms[1], norms[0], 1e-5 * norms[0]);
}

// The length that token sums are divided by does not change in the middle of a run.
TEST(TrainerTest, TheNormLengthIsTheLongestWindow) {
  std::vector<std::vector<std::string>> metrics;
  for (const std::optional<int64_t> norm_length : {std::optional<int64_t>(), {8}}) {
    TinyRun run(Dir("norm_length"));
    TrainerConfig config = run.config();
    config.sft.reset();
    config.trainer.max_steps = 3;
    config.curriculum.length.stages = {{.max_response_length = 4}, {.max_response_length = 8}};
    config.curriculum.length.advance_when = {
        .ppl_slope_below = 100, .ppl_window = 2, .p99_len_frac_above = 0, .min_steps = 2};
    config.algorithm.loss.loss_agg = LossAggregation::kSeqMeanTokenSumNorm;
    config.algorithm.loss.norm_length = norm_length;
    ASSERT_EQ(run.RunAll(config).value().curriculum_boundaries.size(), 1u);
    metrics.push_back(run.Metrics());
  }
  EXPECT_EQ(metrics[0], metrics[1]);
}

TEST(TrainerTest, RunsEveryLossWithEveryFeature) {
  for (LossType type : {LossType::kCispo, LossType::kGrpo, LossType::kDapo, LossType::kGspo,
                        LossType::kReinforce}) {
    SCOPED_TRACE(static_cast<int>(type));
    TinyRun run(Dir("losses"));
    TrainerConfig config = run.config();
    config.sft.reset();
    config.trainer.max_steps = 2;
    config.trainer.epochs = 2;
    config.algorithm.loss.type = type;
    config.algorithm.kl.coef = 0.01;
    config.algorithm.kl.in_reward = type == LossType::kGspo;
    config.algorithm.entropy_coef = 0.001;
    config.algorithm.rollout_correction = {.type = CorrectionType::kTis, .min = 0, .max = 2};
    config.rollout.dynamic_sampling.enabled = true;
    const auto result = run.RunAll(config);
    ASSERT_TRUE(result.ok()) << result.status();
    const std::vector<std::string> metrics = run.Metrics();
    const std::string& step = metrics[1];
    EXPECT_GT(Field(step, "policy/kl_ref_k3"), -1e-9);
    EXPECT_FALSE(std::isnan(Field(step, "mismatch/rho_mean")));
    EXPECT_GT(Field(step, "policy/entropy"), 0);
    EXPECT_TRUE(DirectoryExists(result->last_checkpoint + "/reference"));
  }
}

// Where the KL goes says nothing about whether there is one.
TEST(TrainerTest, AKlInTheRewardWithoutAWeightIsNone) {
  std::vector<std::vector<std::string>> metrics;
  for (bool in_reward : {false, true}) {
    TinyRun run(Dir("no_kl"));
    TrainerConfig config = run.config();
    config.sft.reset();
    config.trainer.max_steps = 2;
    config.trainer.minibatch_prompts = 4;
    config.algorithm.kl.in_reward = in_reward;
    const auto result = run.RunAll(config);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_FALSE(DirectoryExists(result->last_checkpoint + "/reference"));
    metrics.push_back(run.Metrics());
  }
  EXPECT_EQ(metrics[0], metrics[1]);
}

// Every rollout that was generated is counted and logged once, however often it is trained on.
TEST(TrainerTest, ReusedGroupsAreCountedOnce) {
  TinyRun run(Dir("reuse"));
  TrainerConfig config = run.config();
  config.sft.reset();
  config.eval.sets.clear();
  config.rollout.dynamic_sampling = {
      .enabled = true, .max_gen_batches = 1, .on_exhausted = OnExhausted::kReuse};
  ASSERT_TRUE(run.RunAll(config).ok());
  const std::string samples = run.Read("samples.jsonl");
  EXPECT_THAT(samples, HasSubstr("dropped"));
  EXPECT_EQ(std::count(samples.begin(), samples.end(), '\n'), 5 * 16);
  for (const std::string& line : run.Metrics()) {
    const Json metrics = Json::Parse(line, "line").value();
    double groups = 0;
    for (const Json& count : metrics.Find("group/solve_rate_hist")->Find("counts")->items()) {
      groups += count.AsDouble().value();
    }
    EXPECT_EQ(groups, 4);
    EXPECT_EQ(Field(line, "group/trained"), 4);
  }
}

TEST(TrainerTest, WeightsThatAreNotFiniteAreNeverSaved) {
  TinyRun run(Dir("nonfinite"));
  TrainerConfig config = run.config();
  config.sft.reset();
  config.trainer.max_steps = 2;
  config.checkpoint.keep_last = 1;
  const std::string good = run.RunAll(config).value().last_checkpoint;
  config.trainer.max_steps = 4;
  config.optimizer.lr = 1e39;
  const Status status = run.RunAll(config).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr(run.parameters().tensors()[0].name));
  EXPECT_THAT(Message(status), HasSubstr(good));
  EXPECT_TRUE(DirectoryExists(good));
  EXPECT_FALSE(DirectoryExists(run.dir() + "/checkpoints/step-00000004"));
}

}  // namespace
}  // namespace longhaul::trainer
