// SPDX-License-Identifier: Apache-2.0
//
// Section `curriculum` of a run: response windows that grow by a rule, and domains that come in by
// step. MiniMax-M1 (section 5 of its report) went from 40K to 80K tokens when the perplexity of
// what it generated had converged and the 99th percentile of length approached the window.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/config_visitor.h"

namespace longhaul::trainer {

// What changes when a stage begins; unset values stay as they were.
struct StageChanges {
  std::optional<double> grad_clip = std::nullopt;
  std::optional<double> is_weight_max = std::nullopt;
  std::optional<double> drop_pass_rate_above = std::nullopt;
  std::optional<double> synthetic_keep_frac = std::nullopt;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("grad_clip", grad_clip, {.above = 0, .doc = "new optimizer.grad_clip"});
    v.Field("is_weight_max", is_weight_max,
            {.above = 1, .doc = "new upper weight bound, absolute"});
    v.Field("drop_pass_rate_above", drop_pass_rate_above,
            {.min = 0, .max = 1, .doc = "tasks with a higher pass_rate are no longer drawn"});
    v.Field("synthetic_keep_frac", synthetic_keep_frac,
            {.min = 0, .max = 1, .doc = "share of synthetic tasks that stay"});
  }
};

struct LengthStage {
  int64_t max_response_length = 0;
  StageChanges changes = {};  // of this stage, over those of on_advance

  template <typename V>
  void VisitFields(V& v) {
    v.Field("max_response_length", max_response_length,
            {.min = 1, .max = 1 << 30, .required = true, .doc = "window of the stage, in tokens"});
    changes.VisitFields(v);
  }
};

struct AdvanceRule {
  double ppl_slope_below = 0.01;
  int64_t ppl_window = 8;
  double p99_len_frac_above = 0.9;
  int64_t min_steps = 10;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("ppl_slope_below", ppl_slope_below,
            {.above = 0, .doc = "|slope| of ppl/generated over its mean, per step"});
    v.Field("ppl_window", ppl_window, {.min = 2, .doc = "steps the slope is fitted over"});
    v.Field("p99_len_frac_above", p99_len_frac_above,
            {.min = 0, .max = 1, .doc = "99th percentile of length over the window"});
    v.Field("min_steps", min_steps, {.min = 1, .doc = "steps in a stage before it may end"});
  }
};

struct LengthCurriculumConfig {
  std::vector<LengthStage> stages;
  AdvanceRule advance_when;
  StageChanges on_advance;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("stages", stages,
            {.doc = "windows, one after the other; none: rollout.max_response_length throughout"});
    v.Field("advance_when", advance_when, {.doc = "a stage ends when all of it holds"});
    v.Field("on_advance", on_advance, {.doc = "what changes at every advance"});
  }
};

struct DomainConfig {
  std::string name;
  int64_t from_step = 0;
  int64_t ramp_steps = 0;
  double weight = 1;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("name", name, {.required = true, .not_empty = true, .doc = "a domain of the tasks"});
    v.Field("from_step", from_step, {.min = 0, .doc = "steps before it is drawn"});
    v.Field("ramp_steps", ramp_steps, {.min = 0, .doc = "steps until its full weight"});
    v.Field("weight", weight, {.min = 0, .doc = "share of the tasks drawn, relative"});
  }
};

struct CurriculumConfig {
  LengthCurriculumConfig length;
  std::vector<DomainConfig> domains;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("length", length, {.doc = "response windows that grow by a rule"});
    v.Field("domains", domains, {.doc = "what is drawn when; none: every task alike"});
  }
};

}  // namespace longhaul::trainer
