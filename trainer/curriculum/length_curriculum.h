// SPDX-License-Identifier: Apache-2.0
//
// LengthCurriculum: which response window a step generates under, and when the next one begins.
//
// A stage may end once it has lasted min_steps, the perplexity of what is generated has converged
// (|least-squares slope over ppl_window steps| / mean < ppl_slope_below, per step) and the 99th
// percentile of response length is above p99_len_frac_above of the window. One stage a step.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "common/json.h"
#include "common/metrics.h"
#include "common/status.h"
#include "trainer/curriculum/curriculum_config.h"

namespace longhaul::trainer {

// What the rule looked at after a step.
struct AdvanceInputs {
  double ppl_slope = 0;  // relative, per step; NaN before the window is full
  double p99_len_frac = 0;
  int64_t steps_in_stage = 0;
};

struct StageBoundary {
  int64_t step = 0;  // first step of the new stage
  int64_t max_response_length = 0;
  AdvanceInputs inputs;
};

// Thread-compatible.
class LengthCurriculum {
 public:
  // Without stages there is one, of `default_length`, that never ends.
  LengthCurriculum(const LengthCurriculumConfig& config, int64_t default_length);

  int64_t stage() const { return stage_; }
  int64_t num_stages() const { return static_cast<int64_t>(config_.stages.size()); }
  int64_t max_response_length() const { return config_.stages[stage_].max_response_length; }
  // Everything that stages entered so far have changed.
  StageChanges changes() const;
  const std::vector<StageBoundary>& boundaries() const { return boundaries_; }
  const AdvanceInputs& inputs() const { return inputs_; }

  // What step `step` generated under this window: perplexity and 99th percentile of length. Returns
  // the boundary if the next step begins a new stage.
  std::optional<StageBoundary> Observe(int64_t step, double ppl, double p99_length);

  void Report(MetricSet& metrics) const;
  Json Save() const;
  Status Load(const Json& state);

 private:
  bool MayAdvance() const;

  LengthCurriculumConfig config_;
  int64_t stage_ = 0;
  int64_t steps_in_stage_ = 0;
  std::deque<double> ppl_;  // of the last ppl_window steps of this stage
  AdvanceInputs inputs_;
  std::vector<StageBoundary> boundaries_;
};

// Least-squares slope of evenly spaced values over their mean.
double RelativeSlope(const std::deque<double>& values);

}  // namespace longhaul::trainer
