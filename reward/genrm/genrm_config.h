// SPDX-License-Identifier: Apache-2.0
//
// Section reward.genrm of a run: the judge model behind the scorers genrm_grade, genrm_pairwise and
// genrm_equivalence.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/config_visitor.h"

namespace longhaul::reward::genrm {

// How an answer of the endpoint that failed is asked for again.
struct RetryConfig {
  int attempts = 6;
  int64_t backoff_ms = 500;
  int64_t backoff_max_ms = 30'000;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("attempts", attempts, {.min = 1, .doc = "of one request, within its deadline"});
    v.Field("backoff_ms", backoff_ms,
            {.min = 1, .doc = "before the second attempt; doubled each time, half of it random"});
    v.Field("backoff_max_ms", backoff_max_ms,
            {.min = 1, .doc = "longest wait between two attempts"});
  }
};

struct JudgeSampling {
  double temperature = 0;
  double top_p = 1;
  int64_t max_tokens = 2048;
  int num_samples = 1;
  int top_logprobs = 0;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("temperature", temperature, {.min = 0, .doc = "of the judge; 0: greedy"});
    v.Field("top_p", top_p, {.above = 0, .max = 1, .doc = "nucleus the judge samples from"});
    v.Field("max_tokens", max_tokens, {.min = 1, .doc = "of one reply of the judge"});
    v.Field("num_samples", num_samples,
            {.min = 1, .max = 64, .doc = "replies to one question; their median counts"});
    v.Field("top_logprobs", top_logprobs,
            {.min = 0, .max = 20, .doc = "above 0: a grade is the expectation over grade tokens"});
  }
};

// What a recalibration changes; what is not given stays as it was.
struct Recalibration {
  std::string prompts = {};
  double pass_score = -1;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("prompts", prompts,
            {.doc = "the prompts from here on: default, strict or a directory"});
    v.Field("pass_score", pass_score,
            {.min = -1, .max = 1, .doc = "scores below it count 0 from here on; -1: as before"});
  }
};

struct GenrmConfig {
  std::string endpoint = {};
  std::string model_path = {};
  std::string model = {};
  std::string api_key_env = {};
  std::string api_key_file = {};
  int max_concurrent_calls = 64;
  int64_t max_requests_per_minute = 0;
  double deadline_s = 120;
  RetryConfig retry = {};
  JudgeSampling sampling = {};
  uint64_t seed = 1;
  std::string prompts = "default";
  double pass_score = 0;
  int64_t max_candidate_chars = 65536;
  std::vector<Recalibration> recalibrations = {};
  std::string calibration = {};

  bool enabled() const { return !endpoint.empty() || !model_path.empty(); }

  template <typename V>
  void VisitFields(V& v) {
    v.Field("endpoint", endpoint,
            {.doc = "base of an OpenAI-compatible API: http://host:8000/v1; or give model_path"});
    v.Field("model_path", model_path, {.doc = "model directory: the judge runs in this process"});
    v.Field("model", model, {.doc = "name the endpoint knows the judge by"});
    v.Field("api_key_env", api_key_env, {.doc = "environment variable with the key"});
    v.Field("api_key_file", api_key_file, {.doc = "file with the key"});
    v.Field("max_concurrent_calls", max_concurrent_calls,
            {.min = 1, .max = 4096, .doc = "requests at the endpoint at a time; others wait"});
    v.Field("max_requests_per_minute", max_requests_per_minute,
            {.min = 0, .doc = "of an endpoint that counts them; 0: no limit"});
    v.Field("deadline_s", deadline_s,
            {.above = 0, .max = 1e7, .doc = "of one reward, all attempts together"});
    v.Field("retry", retry, {.doc = "how a failed request is asked again"});
    v.Field("sampling", sampling, {.doc = "how the judge samples"});
    v.Field("seed", seed, {.doc = "of the judge's sampling and of the fences of its prompts"});
    v.Field("prompts", prompts, {.doc = "default, strict, or a directory with templates"});
    v.Field("pass_score", pass_score, {.min = 0, .max = 1, .doc = "scores below it count 0"});
    v.Field("max_candidate_chars", max_candidate_chars,
            {.min = 256, .doc = "bytes of a candidate the judge sees; its middle is left out"});
    v.Field("recalibrations", recalibrations,
            {.doc = "applied one after the other when the watch over the judge gives alarm"});
    v.Field("calibration", calibration,
            {.doc = "JSONL of labelled cases, beside those that are built in"});
  }
};

}  // namespace longhaul::reward::genrm
