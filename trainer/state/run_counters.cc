// SPDX-License-Identifier: Apache-2.0
#include "trainer/state/run_counters.h"

#include <limits>

namespace longhaul::trainer {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Json MapToJson(const std::map<std::string, double>& values) {
  Json json = Json::Object();
  for (const auto& [name, value] : values) json.Set(name, value);
  return json;
}

Status MapFromJson(const Json& parent, std::string_view key, std::map<std::string, double>* out) {
  ASSIGN_OR_RETURN(const Json* json, parent.Get(key));
  out->clear();
  for (const auto& [name, value] : json->members()) {
    ASSIGN_OR_RETURN((*out)[name], value.AsDouble());
  }
  return OkStatus();
}

}  // namespace

Json RunCounters::Save() const {
  Json json = Json::Object();
  json.Set("sft_step", sft_step).Set("rl_step", rl_step).Set("updates", updates);
  json.Set("optimizer_steps", optimizer_steps);
  json.Set("nonfinite_total", nonfinite_total).Set("nonfinite_in_a_row", nonfinite_in_a_row);
  json.Set("eval_step", eval_step).Set("best_step", best_step).Set("best_score", best_score);
  json.Set("accuracy_before", MapToJson(accuracy_before));
  json.Set("accuracy_after", MapToJson(accuracy_after));
  json.Set("reward_first", reward_first).Set("reward_last", reward_last);
  json.Set("seconds", seconds);
  return json;
}

Status RunCounters::Load(const Json& json) {
  ASSIGN_OR_RETURN(sft_step, json.GetInt("sft_step"));
  ASSIGN_OR_RETURN(rl_step, json.GetInt("rl_step"));
  ASSIGN_OR_RETURN(updates, json.GetInt("updates"));
  ASSIGN_OR_RETURN(optimizer_steps, json.GetInt("optimizer_steps"));
  ASSIGN_OR_RETURN(nonfinite_total, json.GetInt("nonfinite_total"));
  ASSIGN_OR_RETURN(nonfinite_in_a_row, json.GetInt("nonfinite_in_a_row"));
  ASSIGN_OR_RETURN(eval_step, json.GetInt("eval_step"));
  ASSIGN_OR_RETURN(best_step, json.GetInt("best_step"));
  ASSIGN_OR_RETURN(best_score, json.GetDouble("best_score"));
  RETURN_IF_ERROR(MapFromJson(json, "accuracy_before", &accuracy_before));
  RETURN_IF_ERROR(MapFromJson(json, "accuracy_after", &accuracy_after));
  // JSON has no NaN: null.
  ASSIGN_OR_RETURN(reward_first, json.GetDoubleOr("reward_first", kNaN));
  ASSIGN_OR_RETURN(reward_last, json.GetDoubleOr("reward_last", kNaN));
  ASSIGN_OR_RETURN(seconds, json.GetDouble("seconds"));
  return OkStatus();
}

}  // namespace longhaul::trainer
