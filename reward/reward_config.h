// SPDX-License-Identifier: Apache-2.0
//
// The `reward` section of a run: what is added to the scores of a task's own scorers, and whom they
// ask.
#pragma once

#include <cstdint>

#include "common/status.h"
#include "reward/genrm/genrm_config.h"
#include "reward/response_format.h"

namespace longhaul::reward {

// Of what is added up to a reward. Scores are in [0, 1], and whether a response is correct is a
// matter of full scores, so a component that counts against a response has no meaning; a form that
// is not wanted is what the scorer `format` forbids.
inline constexpr double kWeightMax = 1000;

// A format every response is asked for; weight 0: none.
struct FormatTerm {
  double weight = 0;
  ResponseFormatSpec spec;
  template <typename V>
  void VisitFields(V& v) {
    v.Field("weight", weight,
            {.min = 0, .max = kWeightMax, .doc = "added when the response has the form"});
    v.Field("pattern", spec.pattern, {.doc = "RE2 pattern of the whole response"});
    v.Field("match", spec.match,
            {.one_of = {"full", "contains"},
             .doc = "the pattern is the whole response, or occurs in it"});
    v.Field("layout", spec.layout,
            {.one_of = {"", "answer", "boxed", "json", "think", "think_answer", "think_boxed"},
             .doc = "a form by name, instead of a pattern"});
  }
};

// Soft overlong punishment and overlong filtering of DAPO (arXiv 2503.14476, section 3.4).
struct OverlongConfig {
  int64_t buffer_length = 0;  // tokens before the window's end in which the penalty grows; 0 = off
  double penalty = 1;         // at the window's end
  bool mask_truncated = false;  // truncated responses leave the loss
  template <typename V>
  void VisitFields(V& v) {
    v.Field("buffer_length", buffer_length, {.min = 0, .doc = "tokens; 0 = no penalty"});
    v.Field("penalty", penalty,
            {.min = 0, .max = kWeightMax, .doc = "subtracted at the window's end"});
    v.Field("mask_truncated", mask_truncated, {.doc = "truncated responses leave the loss"});
  }
};

struct RewardConfig {
  FormatTerm format;
  OverlongConfig overlong;
  int max_concurrent_requests = 16;  // that compute at a time; others wait within their deadlines
  genrm::GenrmConfig genrm;
  template <typename V>
  void VisitFields(V& v) {
    v.Field("format", format, {.doc = "a form that every response is asked for"});
    v.Field("overlong", overlong, {.doc = "what long and cut responses lose"});
    v.Field("max_concurrent_requests", max_concurrent_requests,
            {.min = 1, .doc = "scorings that compute at a time; others wait"});
    v.Field("genrm", genrm, {.doc = "the judge model of genrm_grade, _pairwise, _equivalence"});
  }
};

// A buffer must leave something of the shortest window (`max_response_length` of a stage)
// unpunished.
Status CheckOverlongWindow(const OverlongConfig& config, int64_t max_response_length);

// 0 up to window - buffer, falling linearly to -1 at the window and beyond; before the penalty's
// weight.
double OverlongShaping(int64_t response_length, int64_t max_response_length, int64_t buffer_length);

}  // namespace longhaul::reward
