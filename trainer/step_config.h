// SPDX-License-Identifier: Apache-2.0
//
// What one step of generation is: the trainer's fields of section `rollout`. The fields of the
// engine stand in the same section and belong to rollout/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/config_visitor.h"
#include "trainer/judge/judge_watch_config.h"

namespace longhaul::trainer {

struct RepetitionStopConfig {
  double prob = 0.99;
  int64_t run_length = 3000;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("prob", prob, {.above = 0, .max = 1, .doc = "untempered probability of a token"});
    v.Field("run_length", run_length, {.min = 0, .doc = "consecutive tokens above it; 0: off"});
  }
};

// What happens when max_gen_batches were generated and there are still too few groups with a
// signal.
enum class OnExhausted { kError, kTrainPartial, kReuse };
inline std::vector<EnumName> EnumNames(OnExhausted) {
  return {{"error", int(OnExhausted::kError)},
          {"train_partial", int(OnExhausted::kTrainPartial)},
          {"reuse", int(OnExhausted::kReuse)}};
}

struct DynamicSamplingConfig {
  bool enabled = false;
  int64_t max_gen_batches = 10;
  OnExhausted on_exhausted = OnExhausted::kError;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("enabled", enabled, {.doc = "drop groups whose rewards are all equal and refill"});
    v.Field("max_gen_batches", max_gen_batches,
            {.min = 1, .max = 65536, .doc = "batches generated in a step"});
    v.Field("on_exhausted", on_exhausted, {.doc = "when these hold too few groups with a signal"});
  }
};

struct AsyncConfig {
  int64_t max_staleness_steps = 1;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("max_staleness_steps", max_staleness_steps,
            {.min = 0, .doc = "older groups are dropped and counted"});
  }
};

// Below it a tempered logit is no finite number.
inline constexpr double kMinTemperature = 1e-6;

struct StepConfig {
  int64_t num_prompts_per_step = 32;
  int64_t num_generations_per_prompt = 8;
  int64_t max_response_length = 1024;
  double temperature = 1;
  double top_p = 1;
  int top_k = 0;
  double min_p = 0;
  std::vector<std::string> stop = {};
  RepetitionStopConfig repetition_stop;
  DynamicSamplingConfig dynamic_sampling;
  AsyncConfig async;
  double lease_timeout_s = 600;
  double no_progress_s = 1800;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("num_prompts_per_step", num_prompts_per_step,
            {.min = 1, .max = 1 << 20, .doc = "groups of a step"});
    v.Field("num_generations_per_prompt", num_generations_per_prompt,
            {.min = 1, .max = 65536, .doc = "rollouts of a group"});
    v.Field("max_response_length", max_response_length,
            {.min = 1, .max = 1 << 30, .doc = "tokens; curriculum.length.stages override it"});
    v.Field("temperature", temperature,
            {.min = kMinTemperature, .max = 1000, .doc = "of training rollouts"});
    v.Field("top_p", top_p, {.above = 0, .max = 1, .doc = "nucleus sampled from; 1: off"});
    v.Field("top_k", top_k, {.min = 0, .doc = "0: off"});
    v.Field("min_p", min_p,
            {.min = 0,
             .below = 1,
             .doc = "least probability, relative to the likeliest token; 0: off"});
    v.Field("stop", stop, {.doc = "stop strings"});
    v.Field("repetition_stop", repetition_stop,
            {.doc = "ends a rollout that has become certain of everything"});
    v.Field("dynamic_sampling", dynamic_sampling, {.doc = "groups without a signal"});
    v.Field("async", async, {.doc = "how old a rollout may be"});
    v.Field("lease_timeout_s", lease_timeout_s,
            {.min = 1, .max = 1e7, .doc = "a worker silent for longer loses its groups"});
    v.Field("no_progress_s", no_progress_s,
            {.above = 0, .doc = "the run ends when no worker was heard for longer"});
  }
};

// The trainer's fields of section `reward`.
struct RewardLimits {
  double max_unscorable_frac = 0.1;
  JudgeWatchConfig watch;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("max_unscorable_frac", max_unscorable_frac,
            {.min = 0, .max = 1, .doc = "more unscorable rollouts in a step end the run"});
    v.Field("watch", watch, {.doc = "over the judge model"});
  }
};

}  // namespace longhaul::trainer
