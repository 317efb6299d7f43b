// SPDX-License-Identifier: Apache-2.0
//
// TrainerConfig: every section of a run that the trainer reads, and the checks across them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/config.h"
#include "common/status.h"
#include "trainer/curriculum/curriculum_config.h"
#include "trainer/data/data_config.h"
#include "trainer/loss/loss_config.h"
#include "trainer/optimizer/optimizer_config.h"
#include "trainer/step_config.h"

namespace longhaul::model {
struct ModelConfig;
}

namespace longhaul::trainer {

struct TrainLoopConfig {
  int64_t max_steps = 100;
  int64_t minibatch_prompts = 32;
  int64_t epochs = 1;
  int64_t max_tokens_per_pass = 16384;
  bool token_tree = true;
  double router_aux_loss_coef = 0;
  int64_t max_nonfinite_steps = 5;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("max_steps", max_steps, {.min = 0, .doc = "generation batches to train on"});
    v.Field("minibatch_prompts", minibatch_prompts, {.min = 1, .doc = "groups of one update"});
    v.Field("epochs", epochs,
            {.min = 1, .max = 1 << 20, .doc = "times each generation batch is trained on"});
    v.Field("max_tokens_per_pass", max_tokens_per_pass,
            {.min = 1, .max = 1 << 30, .doc = "packed tokens of one forward and backward pass"});
    v.Field("token_tree", token_tree, {.doc = "compute the prompt of a group once"});
    v.Field("router_aux_loss_coef", router_aux_loss_coef,
            {.min = 0, .doc = "weight of the load-balance loss of experts"});
    v.Field("max_nonfinite_steps", max_nonfinite_steps,
            {.min = 0, .doc = "consecutive skipped updates that end the run"});
  }
};

struct SftConfig {
  std::vector<DataSource> data = {};
  int64_t steps = 0;
  double epochs = 0;
  int64_t batch_size = 32;
  double lr = 1e-5;
  int64_t warmup_steps = 0;
  ScheduleType schedule = ScheduleType::kConstant;
  double min_lr_ratio = 0;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("data", data, {.not_empty = true, .doc = "tasks with a `response`"});
    v.Field("steps", steps, {.min = 0, .doc = "updates; or give epochs"});
    v.Field("epochs", epochs,
            {.min = 0, .max = 1 << 20, .doc = "passes over the data; or give steps"});
    v.Field("batch_size", batch_size, {.min = 1, .max = 1 << 20, .doc = "sequences of one update"});
    v.Field("lr", lr, {.min = 0, .doc = "peak learning rate"});
    v.Field("warmup_steps", warmup_steps,
            {.min = 0, .doc = "updates in which the rate rises linearly"});
    v.Field("schedule", schedule, {.doc = "of the rate after the warm-up"});
    v.Field("min_lr_ratio", min_lr_ratio, {.min = 0, .max = 1, .doc = "last rate over peak rate"});
  }
};

struct EvalSetConfig {
  std::string name = {};
  std::string path = {};
  std::string generated = {};
  int64_t num_samples = 1;
  double temperature = 0;
  double top_p = 1;
  std::optional<int64_t> max_response_length = std::nullopt;
  int64_t max_tasks = 0;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("name", name,
            {.required = true, .not_empty = true, .doc = "in metrics and in summary.json"});
    v.Field("path", path, {.doc = "JSONL file"});
    v.Field("generated", generated,
            {.doc = "name of a set of section `generate`, instead of a path"});
    v.Field("num_samples", num_samples, {.min = 1, .max = 65536, .doc = "k of avg@k"});
    v.Field("temperature", temperature,
            {.min = 0, .max = 1000, .doc = "0: greedy; otherwise at least 1e-6"});
    v.Field("top_p", top_p, {.above = 0, .max = 1, .doc = "nucleus sampled from; 1: off"});
    v.Field("max_response_length", max_response_length,
            {.min = 1, .max = 1 << 30, .doc = "tokens; default: the longest window of the run"});
    v.Field("max_tasks", max_tasks, {.min = 0, .doc = "only the first tasks; 0: all"});
  }
};

struct EvalConfig {
  std::vector<EvalSetConfig> sets = {};
  int64_t interval = 0;
  bool at_start = true;
  bool at_end = true;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("sets", sets, {.doc = "held-out tasks, each scored on its own"});
    v.Field("interval", interval, {.min = 0, .doc = "steps; 0: only at start and end"});
    v.Field("at_start", at_start, {.doc = "before the first RL step"});
    v.Field("at_end", at_end, {.doc = "after the last step"});
  }
};

enum class Resume { kAuto, kNever };
inline std::vector<EnumName> EnumNames(Resume) {
  return {{"auto", int(Resume::kAuto)}, {"never", int(Resume::kNever)}};
}

struct CheckpointConfig {
  std::optional<std::string> dir = std::nullopt;
  int64_t interval = 10;
  int64_t keep_last = 2;
  bool keep_best = true;
  Resume resume = Resume::kAuto;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("dir", dir, {.doc = "default: <run directory>/checkpoints"});
    v.Field("interval", interval, {.min = 0, .doc = "steps; 0: only at the end"});
    v.Field("keep_last", keep_last, {.min = 1, .doc = "newest checkpoints that stay"});
    v.Field("keep_best", keep_best,
            {.doc = "the checkpoint with the best accuracy on the first evaluation set stays"});
    v.Field("resume", resume, {.doc = "continue from the newest checkpoint that is whole"});
  }
};

struct LoggerConfig {
  bool console = true;
  bool jsonl = true;
  bool tensorboard = true;
  bool samples = true;
  double status_interval_s = 0.5;
  double peak_tflops = 0;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("console", console, {.doc = "status line on a terminal, plain lines otherwise"});
    v.Field("jsonl", jsonl, {.doc = "metrics.jsonl"});
    v.Field("tensorboard", tensorboard, {.doc = "event files beside metrics.jsonl"});
    v.Field("samples", samples, {.doc = "samples.jsonl"});
    v.Field("status_interval_s", status_interval_s,
            {.min = 0, .doc = "between two looks of the status line on a terminal"});
    v.Field("peak_tflops", peak_tflops,
            {.min = 0, .doc = "what the machine can do, for perf/mfu_train; 0: not known"});
  }
};

struct TrainerConfig {
  DataConfig data;
  StepConfig rollout;   // visited by the owner of section `rollout`
  RewardLimits reward;  // visited by the owner of section `reward`
  AlgorithmConfig algorithm;
  TrainLoopConfig trainer;
  OptimizerConfig optimizer;
  CurriculumConfig curriculum;
  std::optional<SftConfig> sft = std::nullopt;
  EvalConfig eval;
  CheckpointConfig checkpoint;
  LoggerConfig logger;

  // The sections that are the trainer's alone.
  template <typename V>
  void VisitFields(V& v) {
    v.Field("data", data, {.doc = "tasks to learn from"});
    v.Field("algorithm", algorithm, {.doc = "how the policy learns"});
    v.Field("trainer", trainer, {.doc = "the loop"});
    v.Field("optimizer", optimizer, {.doc = "how weights are updated"});
    v.Field("curriculum", curriculum, {.doc = "what changes while the run goes on"});
    v.Field("sft", sft, {.doc = "cold start by supervised learning, before RL"});
    v.Field("eval", eval, {.doc = "evaluation on held-out tasks"});
    v.Field("checkpoint", checkpoint, {.doc = "what a killed run resumes from"});
    v.Field("logger", logger, {.doc = "what is written and shown"});
  }

  int64_t updates_per_rollout() const {
    return rollout.num_prompts_per_step / trainer.minibatch_prompts * trainer.epochs;
  }
  // The longest response of any stage of training, in tokens.
  int64_t max_window() const;
  // The same with evaluations: what the engine must have room for.
  int64_t longest_response() const;
};

// Checks across fields, each with the place of the key and the arithmetic, one per line.
Status Validate(const TrainerConfig& config, const Config& source, const model::ModelConfig& model);

// What a user should know and no error stands for: "updates_per_rollout is 1: ...".
std::vector<std::string> Warnings(const TrainerConfig& config);

// Lines printed at start: the batch arithmetic and the weight window in both conventions.
std::vector<std::string> DescribeAlgorithm(const TrainerConfig& config);

}  // namespace longhaul::trainer
