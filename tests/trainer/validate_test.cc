// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/trainer/tiny_model.h"
#include "trainer/trainer_config.h"

namespace longhaul::trainer {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// The sections of a run as the command composes them, as far as the trainer reads them.
struct RunFile {
  TrainerConfig trainer;

  struct RolloutSection {
    StepConfig* step;
    template <typename V>
    void VisitFields(V& v) {
      step->VisitFields(v);
    }
  };

  template <typename V>
  void VisitFields(V& v) {
    RolloutSection rollout{&trainer.rollout};
    v.Field("rollout", rollout);
    v.Field("reward", trainer.reward);
    trainer.VisitFields(v);
  }
};

constexpr char kGood[] = R"(
data: {train: [{path: x.jsonl}], max_prompt_length: 16}
rollout: {num_prompts_per_step: 32, num_generations_per_prompt: 8, max_response_length: 100}
trainer: {minibatch_prompts: 8, max_tokens_per_pass: 512}
)";

// Empty, or what is wrong.
std::string Check(const std::vector<std::string>& overrides) {
  const StatusOr<Config> file = Config::Parse(kGood, "run.yaml", overrides);
  if (!file.ok()) return Message(file.status());
  RunFile run;
  Status status = file->Read(run);
  if (status.ok()) status = Validate(run.trainer, *file, TinyModelConfig());
  return Message(status);
}

TEST(ValidateTest, AcceptsAGoodRun) { EXPECT_THAT(Check({}), IsEmpty()); }

TEST(ValidateTest, ShowsThePlaceAndTheArithmetic) {
  EXPECT_THAT(Check({"trainer.minibatch_prompts=12"}),
              HasSubstr("12 does not divide rollout.num_prompts_per_step: 32 / 12 = 2.67"));
  EXPECT_THAT(Check({"rollout.max_response_length=241"}),
              HasSubstr("prompt 16 + response 241 = 257 tokens is over the model's "
                        "max_position_embeddings 256"));
  EXPECT_THAT(Check({"trainer.max_tokens_per_pass=115"}),
              HasSubstr("115 cannot hold one sequence: prompt 16 + response 100 = 116 tokens"));
  EXPECT_THAT(Check({"curriculum={length: {stages: [{max_response_length: 50}, "
                     "{max_response_length: 50}]}}"}),
              HasSubstr("50 is not longer than that of the stage before, 50"));
}

TEST(ValidateTest, RefusesImpossibleAlgorithms) {
  EXPECT_THAT(Check({"algorithm.loss={type: gspo, loss_agg: token_mean}"}),
              HasSubstr("algorithm.loss.loss_agg: gspo"));
  EXPECT_THAT(Check({"algorithm.loss={is_weight_max: 1.0}"}),
              HasSubstr("the upper bound is 1 absolute"));
  EXPECT_THAT(Check({"algorithm.loss={is_weight_max: 5.0, eps_clip_high: 4.0}"}),
              HasSubstr("two names of one bound"));
  EXPECT_THAT(Check({"algorithm.loss={is_weight_min: 0.0, eps_clip_low: 1.0}"}),
              HasSubstr("two names of one bound"));
  EXPECT_THAT(Check({"algorithm.kl={coef: 0.01}"}), HasSubstr("acknowledge_with_cispo"));
  EXPECT_THAT(Check({"algorithm.kl={coef: 0.01, acknowledge_with_cispo: true}"}), IsEmpty());
  EXPECT_THAT(Check({"algorithm.rollout_correction={type: seq_mask_tis}"}),
              HasSubstr("drops whole sequences"));
  EXPECT_THAT(Check({"algorithm={loss: {anchor: rollout}, rollout_correction: {type: tis}}"}),
              HasSubstr("count it twice"));
  EXPECT_THAT(Check({"algorithm.loss={type: grpo, mask_eps_low: 0.2, mask_eps_high: 0.2}"}),
              HasSubstr("belongs to cispo"));
  EXPECT_THAT(Check({"algorithm.loss={mask_eps_low: 0.2}"}), HasSubstr("go together"));
  EXPECT_THAT(Check({"algorithm.loss={blend: 0.3}"}), HasSubstr("belongs to loss_agg: blend"));
  EXPECT_THAT(Check({"algorithm.loss={blend: 0.3, loss_agg: blend}"}), IsEmpty());
  EXPECT_THAT(Check({"algorithm.loss={type: reinforce, importance_sampling: true}"}), IsEmpty());
  EXPECT_THAT(Check({"algorithm.loss={type: reinforce, is_weight_max: 5}"}),
              HasSubstr("algorithm.loss.is_weight_max: 5: reinforce has no window"));
  EXPECT_THAT(Check({"algorithm.loss={type: reinforce}",
                     "curriculum={length: {on_advance: {is_weight_max: 2}}}"}),
              HasSubstr("curriculum.length.on_advance.is_weight_max: 2: reinforce"));
  for (const char* estimator : {"grpo", "mean", "rloo", "batch", "batch_reward_std"}) {
    EXPECT_THAT(Check({"rollout.num_generations_per_prompt=1",
                       fmt::format("algorithm.adv_estimator={}", estimator)}),
                HasSubstr("at least 2"));
  }
}

TEST(ValidateTest, StrictKeysComeWithTheNearestOne) {
  EXPECT_THAT(Check({"trainer.minibatch_prompt=8"}), HasSubstr("minibatch_prompts"));
  EXPECT_THAT(Check({"optimizer.beta2=1.5"}), HasSubstr("beta2"));
  EXPECT_THAT(Check({"optimizer.eps=0"}), HasSubstr("optimizer.eps: must be above 0, found 0"));
  // In milliseconds it must be a number of 64 bits.
  EXPECT_THAT(Check({"rollout.lease_timeout_s=1e300"}), HasSubstr("lease_timeout_s"));
  EXPECT_THAT(Check({"algorithm.loss={type: cisp}"}), HasSubstr("cispo"));
}

TEST(ValidateTest, EvaluationAndSft) {
  EXPECT_THAT(Check({"eval.sets=[{name: a, path: x, num_samples: 4}]"}),
              HasSubstr("4 samples at temperature 0"));
  EXPECT_THAT(Check({"eval.sets=[{name: a}]"}), HasSubstr("neither path nor generated"));
  EXPECT_THAT(Check({"sft={data: [{path: x}], steps: 3, epochs: 1}"}),
              HasSubstr("either steps or epochs"));
  EXPECT_THAT(Check({"data.train=[]"}), HasSubstr("data.train: is empty"));
  EXPECT_THAT(Check({"eval.sets=[{name: a, path: x}, {name: b, path: x, temperature: 1e-9}]"}),
              HasSubstr("eval.sets.1.temperature: 1e-09 must be 0 (greedy) or at least 1e-06"));
  EXPECT_THAT(Check({"rollout.stop=[a, '']"}), HasSubstr("rollout.stop.1: is empty"));
}

TEST(DescribeTest, PrintsBothConventions) {
  TrainerConfig config;
  config.algorithm.loss.eps_clip_low = 0.2;
  config.algorithm.loss.eps_clip_high = 4;
  config.trainer.minibatch_prompts = 2;
  const std::vector<std::string> lines = DescribeAlgorithm(config);
  EXPECT_THAT(lines, Contains(HasSubstr("= 16 updates per rollout")));
  EXPECT_THAT(lines, Contains(HasSubstr("absolute [0.8, 5]")));
  EXPECT_THAT(lines, Contains(HasSubstr("high 4)")));
  config.algorithm.loss = {.type = LossType::kReinforce};
  EXPECT_THAT(DescribeAlgorithm(config), Contains(HasSubstr("no ratio window")));
}

TEST(WarningsTest, OneUpdateNeverClips) {
  TrainerConfig config;
  EXPECT_THAT(Warnings(config), Contains(HasSubstr("REINFORCE")));
  config.algorithm.loss.anchor = Anchor::kRollout;
  EXPECT_THAT(Warnings(config), Contains(HasSubstr("REINFORCE")));
  config.rollout.dynamic_sampling.enabled = true;
  EXPECT_THAT(Warnings(config), IsEmpty()) << "groups that refills leave over are of older weights";
  config.trainer.minibatch_prompts = 16;
  EXPECT_THAT(Warnings(config), IsEmpty());
  config.optimizer.eps = 1e-8;
  EXPECT_THAT(Warnings(config), Contains(HasSubstr("eps_dominated_frac")));
}

}  // namespace
}  // namespace longhaul::trainer
