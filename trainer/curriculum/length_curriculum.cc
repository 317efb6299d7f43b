// SPDX-License-Identifier: Apache-2.0
#include "trainer/curriculum/length_curriculum.h"

#include <cmath>
#include <limits>

namespace longhaul::trainer {
namespace {

constexpr double kNoSlope = std::numeric_limits<double>::quiet_NaN();

void Overlay(const StageChanges& from, StageChanges* to) {
  if (from.grad_clip.has_value()) to->grad_clip = from.grad_clip;
  if (from.is_weight_max.has_value()) to->is_weight_max = from.is_weight_max;
  if (from.drop_pass_rate_above.has_value()) to->drop_pass_rate_above = from.drop_pass_rate_above;
  if (from.synthetic_keep_frac.has_value()) to->synthetic_keep_frac = from.synthetic_keep_frac;
}

// JSON has no NaN: an unknown slope is null.
Json SlopeToJson(double slope) { return std::isnan(slope) ? Json() : Json(slope); }

StatusOr<AdvanceInputs> InputsFromJson(const Json& json) {
  AdvanceInputs inputs;
  const Json* slope = json.Find("ppl_slope");
  inputs.ppl_slope = kNoSlope;
  if (slope != nullptr && !slope->is_null()) {
    ASSIGN_OR_RETURN(inputs.ppl_slope, slope->AsDouble());
  }
  ASSIGN_OR_RETURN(inputs.p99_len_frac, json.GetDouble("p99_len_frac"));
  ASSIGN_OR_RETURN(inputs.steps_in_stage, json.GetInt("steps_in_stage"));
  return inputs;
}

Json InputsToJson(const AdvanceInputs& inputs) {
  Json json = Json::Object();
  json.Set("ppl_slope", SlopeToJson(inputs.ppl_slope));
  json.Set("p99_len_frac", inputs.p99_len_frac);
  json.Set("steps_in_stage", inputs.steps_in_stage);
  return json;
}

}  // namespace

double RelativeSlope(const std::deque<double>& values) {
  const double n = static_cast<double>(values.size());
  double mean = 0;
  for (double value : values) mean += value / n;
  const double middle = (n - 1) / 2;
  double covariance = 0;
  double variance = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double x = static_cast<double>(i) - middle;
    covariance += x * (values[i] - mean);
    variance += x * x;
  }
  return covariance / variance / mean;
}

LengthCurriculum::LengthCurriculum(const LengthCurriculumConfig& config, int64_t default_length)
    : config_(config) {
  if (config_.stages.empty()) {
    config_.stages.push_back({.max_response_length = default_length, .changes = {}});
  }
  inputs_.ppl_slope = kNoSlope;
}

StageChanges LengthCurriculum::changes() const {
  StageChanges changes;
  for (int64_t stage = 0; stage <= stage_; ++stage) {
    if (stage > 0) Overlay(config_.on_advance, &changes);
    Overlay(config_.stages[stage].changes, &changes);
  }
  return changes;
}

std::optional<StageBoundary> LengthCurriculum::Observe(int64_t step, double ppl,
                                                       double p99_length) {
  ++steps_in_stage_;
  ppl_.push_back(ppl);
  // More than one goes where a resumed run has a shorter window than the run before it.
  while (static_cast<int64_t>(ppl_.size()) > config_.advance_when.ppl_window) ppl_.pop_front();
  const bool full = static_cast<int64_t>(ppl_.size()) == config_.advance_when.ppl_window;
  inputs_ = {.ppl_slope = full ? RelativeSlope(ppl_) : kNoSlope,
             .p99_len_frac = p99_length / static_cast<double>(max_response_length()),
             .steps_in_stage = steps_in_stage_};
  if (!MayAdvance()) return std::nullopt;
  ++stage_;
  steps_in_stage_ = 0;
  ppl_.clear();
  boundaries_.push_back(
      {.step = step + 1, .max_response_length = max_response_length(), .inputs = inputs_});
  return boundaries_.back();
}

bool LengthCurriculum::MayAdvance() const {
  const AdvanceRule& rule = config_.advance_when;
  return stage_ + 1 < num_stages() && steps_in_stage_ >= rule.min_steps &&
         std::abs(inputs_.ppl_slope) < rule.ppl_slope_below &&
         inputs_.p99_len_frac > rule.p99_len_frac_above;
}

void LengthCurriculum::Report(MetricSet& metrics) const {
  metrics.SetLast("curriculum/stage", static_cast<double>(stage_));
  metrics.SetLast("curriculum/max_len", static_cast<double>(max_response_length()));
  if (std::isfinite(inputs_.ppl_slope)) {  // known from ppl_window steps of a stage on
    metrics.SetLast("curriculum/ppl_slope", inputs_.ppl_slope);
  }
  metrics.SetLast("curriculum/p99_over_max", inputs_.p99_len_frac);
  metrics.SetLast("curriculum/steps_in_stage", static_cast<double>(inputs_.steps_in_stage));
}

Json LengthCurriculum::Save() const {
  Json state = Json::Object();
  state.Set("stage", stage_).Set("steps_in_stage", steps_in_stage_);
  state.Set("ppl", std::vector<double>(ppl_.begin(), ppl_.end()));
  state.Set("inputs", InputsToJson(inputs_));
  Json boundaries = Json::Array();
  for (const StageBoundary& boundary : boundaries_) {
    Json entry = InputsToJson(boundary.inputs);
    entry.Set("step", boundary.step).Set("max_response_length", boundary.max_response_length);
    boundaries.Append(std::move(entry));
  }
  state.Set("boundaries", std::move(boundaries));
  return state;
}

Status LengthCurriculum::Load(const Json& state) {
  ASSIGN_OR_RETURN(stage_, state.GetInt("stage"));
  if (stage_ < 0 || stage_ >= num_stages()) {
    return FailedPrecondition(
        "{}: the checkpoint is in stage {} of the length curriculum, the configuration has {} "
        "stages; give at least {} or start a new run",
        state.where(), stage_, num_stages(), stage_ + 1);
  }
  ASSIGN_OR_RETURN(steps_in_stage_, state.GetInt("steps_in_stage"));
  ASSIGN_OR_RETURN(const Json* ppl, state.Get("ppl"));
  ppl_.clear();
  for (const Json& value : ppl->items()) {
    ASSIGN_OR_RETURN(double number, value.AsDouble());
    ppl_.push_back(number);
  }
  ASSIGN_OR_RETURN(const Json* inputs, state.Get("inputs"));
  ASSIGN_OR_RETURN(inputs_, InputsFromJson(*inputs));
  boundaries_.clear();
  ASSIGN_OR_RETURN(const Json* boundaries, state.Get("boundaries"));
  for (const Json& entry : boundaries->items()) {
    StageBoundary boundary;
    ASSIGN_OR_RETURN(boundary.inputs, InputsFromJson(entry));
    ASSIGN_OR_RETURN(boundary.step, entry.GetInt("step"));
    ASSIGN_OR_RETURN(boundary.max_response_length, entry.GetInt("max_response_length"));
    boundaries_.push_back(boundary);
  }
  return OkStatus();
}

}  // namespace longhaul::trainer
