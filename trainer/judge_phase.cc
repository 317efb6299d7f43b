// SPDX-License-Identifier: Apache-2.0
//
// The watch over the run's judge, between steps, when nothing is being scored.
#include <optional>
#include <string>

#include "trainer/trainer_impl.h"

namespace longhaul::trainer {

// Puts the judges where this run left them; a fresh run begins as configured, whoever used a shared
// service before.
Status Trainer::Impl::BeginJudges() {
  if (deps.reward == nullptr) return OkStatus();
  const StatusOr<proto::JudgeState> state = deps.reward->SetJudgeLevel(judge_watch->level());
  if (state.status().code() == StatusCode::kFailedPrecondition) {
    has_judges = false;
    return OkStatus();
  }
  RETURN_IF_ERROR(Annotate(state.status(), "setting the judge's level"));
  has_judges = true;
  LogInfo("judge: {}", state->description());
  // Due in a resumed run: it was stopped in the middle of one.
  if (!judge_watch->CalibrationDue(counters.rl_step)) return OkStatus();
  MetricSet unused;
  const std::optional<std::string> cause = CalibrateJudges(unused);
  return cause ? AlarmAboutJudges(*cause, unused) : OkStatus();
}

std::optional<std::string> Trainer::Impl::CalibrateJudges(MetricSet& metrics) {
  const int64_t step = counters.rl_step;
  const auto measures =
      deps.reward->Calibrate(config.reward.watch.calibration_deadline_s, deps.stop);
  if (!measures.ok() && stop_requested()) return std::nullopt;
  if (!measures.ok()) {
    judge_watch->MissedCalibration(step);
    LogWarning("step {}: the judge's standing sets could not be judged: {}", step,
               Message(measures.status()));
    return std::nullopt;
  }
  std::string text;
  for (const auto& [name, value] : *measures) text += fmt::format(" {} {:.2f}", name, value);
  LogInfo("step {}: calibration of the judge:{}", step, text);
  // A judge that cannot answer, such as one asked for by a wrong name, is said before the first
  // rollout of a domain that may come much later.
  const auto unscorable = measures->find("unscorable_rate");
  if (unscorable != measures->end() && unscorable->second > config.reward.max_unscorable_frac) {
    LogWarning(
        "step {}: the judge gave no verdict on {:.0f}% of its standing sets; of rollouts, more "
        "than "
        "{:.0f}% (reward.max_unscorable_frac) end the run. `longhaul eval-judge` says why",
        step, 100 * unscorable->second, 100 * config.reward.max_unscorable_frac);
  }
  return judge_watch->ObserveCalibration(*measures, step, metrics);
}

Status Trainer::Impl::WatchJudges(const Collection& collection, MetricSet& metrics) {
  if (!has_judges) return OkStatus();
  const int64_t step = counters.rl_step;
  std::optional<std::string> cause = judge_watch->Observe(collection, step, metrics);
  if (judge_watch->CalibrationDue(step)) {
    const std::optional<std::string> more = CalibrateJudges(metrics);
    if (!cause) cause = more;
  }
  return cause ? AlarmAboutJudges(*cause, metrics) : OkStatus();
}

Status Trainer::Impl::AlarmAboutJudges(const std::string& cause, MetricSet& metrics) {
  const int64_t step = counters.rl_step;
  LogWarning("step {}: alarm about the judge: {}", step, cause);
  int64_t level = judge_watch->level();
  const OnJudgeAlarm action = config.reward.watch.on_alarm;
  if (action == OnJudgeAlarm::kStop) {
    return FailedPrecondition("step {}: reward.watch.on_alarm is stop: {}", step, cause);
  }
  if (action == OnJudgeAlarm::kRecalibrate) {
    const StatusOr<proto::JudgeState> state = deps.reward->Recalibrate(cause);
    if (state.ok()) {
      level = state->level();
      LogWarning("step {}: the judge is recalibrated: {}", step, state->description());
    } else if (state.status().code() == StatusCode::kOutOfRange) {
      LogError("step {}: the judge cannot be recalibrated: {}", step, Message(state.status()));
    } else {
      return Annotate(state.status(), "recalibrating the judge");
    }
  }
  judge_watch->Alarmed(step, cause, level);
  metrics.SetLast("judge/level", static_cast<double>(level));
  metrics.SetLast("judge/alarms", static_cast<double>(judge_watch->alarms().size()));
  return OkStatus();
}

}  // namespace longhaul::trainer
