// SPDX-License-Identifier: Apache-2.0
//
// Section reward.watch of a run: when the judge model of the run is no longer trusted, and what is
// done then.
#pragma once

#include <cstdint>
#include <vector>

#include "common/config_visitor.h"

namespace longhaul::trainer {

enum class OnJudgeAlarm { kRecalibrate, kWarn, kStop };
inline std::vector<EnumName> EnumNames(OnJudgeAlarm) {
  return {{"recalibrate", int(OnJudgeAlarm::kRecalibrate)},
          {"warn", int(OnJudgeAlarm::kWarn)},
          {"stop", int(OnJudgeAlarm::kStop)}};
}

struct JudgeWatchConfig {
  int64_t window = 5;
  int64_t min_rollouts = 64;
  double length_correlation_above = 0.3;
  double flip_rate_above = 0.2;
  int64_t calibration_interval = 20;
  double calibration_deadline_s = 600;
  double accept_rate_above = 0.1;
  double length_gap_above = 0.15;
  double accuracy_drop_above = 0.1;
  int64_t cooldown_steps = 5;
  OnJudgeAlarm on_alarm = OnJudgeAlarm::kRecalibrate;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("window", window, {.min = 1, .doc = "steps that correlation and flips are taken over"});
    v.Field("min_rollouts", min_rollouts, {.min = 2, .doc = "judged rollouts before an alarm"});
    v.Field("length_correlation_above", length_correlation_above,
            {.min = -1, .max = 1, .doc = "of a judge's score and the length, within groups"});
    v.Field("flip_rate_above", flip_rate_above,
            {.min = 0, .max = 1, .doc = "comparisons whose winner depends on the order"});
    v.Field("calibration_interval", calibration_interval,
            {.min = 0, .doc = "steps between two runs of the standing sets; 0: never"});
    v.Field("calibration_deadline_s", calibration_deadline_s,
            {.above = 0, .doc = "of one run of the standing sets"});
    v.Field("accept_rate_above", accept_rate_above,
            {.min = 0, .max = 1, .doc = "of master keys and of injected instructions"});
    v.Field("length_gap_above", length_gap_above,
            {.min = 0, .max = 1, .doc = "score of wordy copies minus that of brief ones"});
    v.Field("accuracy_drop_above", accuracy_drop_above,
            {.min = 0, .max = 1, .doc = "accuracy below that of the first calibration"});
    v.Field("cooldown_steps", cooldown_steps,
            {.min = 0, .doc = "steps after an alarm in which there is no other"});
    v.Field("on_alarm", on_alarm, {.doc = "what an alarm leads to"});
  }
};

}  // namespace longhaul::trainer
