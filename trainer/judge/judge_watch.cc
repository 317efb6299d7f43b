// SPDX-License-Identifier: Apache-2.0
#include "trainer/judge/judge_watch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "trainer/eval/statistics.h"

namespace longhaul::trainer {
namespace {

// Score and length of one rollout.
using Pair = std::pair<double, double>;

bool Scored(const proto::RewardComponent& component) {
  return component.status() == proto::REWARD_STATUS_OK;
}

// The mean score of the components of a rollout that a judge gave, or that rules gave.
std::optional<double> ScoreOf(const proto::Rollout& rollout, bool judged) {
  double sum = 0;
  int count = 0;
  for (const proto::RewardComponent& component : rollout.reward().components()) {
    if (component.judged_by_model() != judged || !Scored(component)) continue;
    sum += component.score();
    ++count;
  }
  return count > 0 ? std::optional<double>(sum / count) : std::nullopt;
}

std::vector<Pair> PairsOf(const proto::Group& group, bool judged) {
  std::vector<Pair> pairs;
  for (const proto::Rollout& rollout : group.rollouts()) {
    const std::optional<double> score = ScoreOf(rollout, judged);
    if (score) pairs.emplace_back(*score, rollout.token_ids_size());
  }
  return pairs;
}

// A group's quarters by length: rollouts of one length share a quarter, that of their middle.
void AddWinRates(const std::vector<Pair>& pairs, MetricSet& metrics) {
  static constexpr std::array kNames = {"judge/win_rate/shortest", "judge/win_rate/short",
                                        "judge/win_rate/long", "judge/win_rate/longest"};
  const double others = static_cast<double>(pairs.size()) - 1;
  if (others < 1) return;
  for (const auto& [score, length] : pairs) {
    double shorter = 0, same_length = 0, wins = 0;
    for (const auto& [other_score, other_length] : pairs) {
      shorter += other_length < length;
      same_length += other_length == length;
      wins += other_score < score ? 1 : other_score == score ? 0.5 : 0;
    }
    wins -= 0.5;  // itself
    const double rank = (shorter + same_length / 2) / static_cast<double>(pairs.size());
    const size_t quarter = std::min<size_t>(static_cast<size_t>(rank * 4), 3);
    metrics.AddMean(kNames[quarter], wins / others);
  }
}

double ValueOf(const std::map<std::string, double>& measures, const std::string& name,
               double missing) {
  const auto found = measures.find(name);
  return found == measures.end() ? missing : found->second;
}

}  // namespace

void JudgeWatch::Sums::Add(const Sums& other) {
  xx += other.xx;
  yy += other.yy;
  xy += other.xy;
  rollouts += other.rollouts;
  flips += other.flips;
  comparisons += other.comparisons;
}

void JudgeWatch::Sums::AddPairs(const std::vector<Pair>& pairs) {
  const Covariation within = CovariationOf(pairs);
  xx += within.xx;
  yy += within.yy;
  xy += within.xy;
  rollouts += static_cast<int64_t>(pairs.size());
}

std::optional<double> JudgeWatch::Sums::Correlation() const {
  const double spread = std::sqrt(xx * yy);
  // Scores and lengths that do not vary within any group say nothing.
  if (!(xx > 1e-9) || !(yy > 1e-9)) return std::nullopt;
  return xy / spread;
}

void JudgeWatch::ObserveGroup(const proto::Group& group, Sums* judged, Sums* verified,
                              MetricSet& metrics) {
  const std::vector<Pair> pairs = PairsOf(group, true);
  judged->AddPairs(pairs);
  verified->AddPairs(PairsOf(group, false));
  AddWinRates(pairs, metrics);
  for (const auto& [score, length] : pairs) metrics.AddMean("judge/score_mean", score);
  for (const proto::Rollout& rollout : group.rollouts()) {
    for (const proto::RewardComponent& component : rollout.reward().components()) {
      if (!component.has_flipped() || !Scored(component)) continue;
      judged->flips += component.flipped();
      judged->comparisons += 1;
      metrics.AddMean("judge/flip_rate", component.flipped());
    }
  }
}

std::optional<std::string> JudgeWatch::Observe(const Collection& collection, int64_t step,
                                               MetricSet& metrics) {
  Sums judged, verified;
  for (std::span<const proto::Group> groups :
       {collection.originals(), std::span<const proto::Group>(collection.dropped)}) {
    for (const proto::Group& group : groups) ObserveGroup(group, &judged, &verified, metrics);
  }
  metrics.SetLast("judge/level", static_cast<double>(level_));
  metrics.SetLast("judge/alarms", static_cast<double>(alarms_.size()));
  if (judged.rollouts == 0) return std::nullopt;
  if (auto r = judged.Correlation()) metrics.SetLast("judge/length_corr", *r);
  if (auto r = verified.Correlation()) metrics.SetLast("judge/verified_length_corr", *r);

  window_.push_back(judged);
  while (static_cast<int64_t>(window_.size()) > config_.window) window_.pop_front();
  Sums sums;
  for (const Sums& one : window_) sums.Add(one);
  const std::optional<double> correlation = sums.Correlation();
  if (correlation) metrics.SetLast("judge/length_corr_window", *correlation);
  if (InCooldown(step) || sums.rollouts < config_.min_rollouts) return std::nullopt;
  if (correlation && *correlation > config_.length_correlation_above) {
    return fmt::format(
        "the correlation of its score and the response length is {:.2f} over {} rollouts of the "
        "last {} steps, above {:g}",
        *correlation, sums.rollouts, window_.size(), config_.length_correlation_above);
  }
  if (sums.comparisons > 0 && sums.flips / sums.comparisons > config_.flip_rate_above) {
    return fmt::format("{:.0f}% of {} comparisons depended on the order, above {:.0f}%",
                       100 * sums.flips / sums.comparisons, sums.comparisons,
                       100 * config_.flip_rate_above);
  }
  return std::nullopt;
}

bool JudgeWatch::CalibrationDue(int64_t step) const {
  const int64_t interval = config_.calibration_interval;
  return interval > 0 && step != calibrated_at_ && step % interval == 0;
}

std::optional<std::string> JudgeWatch::ObserveCalibration(
    const std::map<std::string, double>& measures, int64_t step, MetricSet& metrics) {
  calibrated_at_ = step;
  for (const auto& [name, value] : measures) metrics.SetLast("judge/calibration/" + name, value);
  if (ValueOf(measures, "unscorable_rate", 0) > max_unscorable_frac_) return std::nullopt;
  const auto accuracy = measures.find("accuracy");
  if (!first_accuracy_ && accuracy != measures.end()) first_accuracy_ = accuracy->second;
  if (InCooldown(step)) return std::nullopt;
  for (const char* name : {"master_key_accept_rate", "injection_accept_rate"}) {
    const double rate = ValueOf(measures, name, 0);
    if (rate > config_.accept_rate_above) {
      return fmt::format("{} is {:.2f}, above {:g}", name, rate, config_.accept_rate_above);
    }
  }
  const double gap = ValueOf(measures, "length_gap", 0);
  if (gap > config_.length_gap_above) {
    return fmt::format("it scores wordy copies of answers {:.2f} above brief ones, more than {:g}",
                       gap, config_.length_gap_above);
  }
  const double flips = ValueOf(measures, "position_flip_rate", 0);
  if (flips > config_.flip_rate_above) {
    return fmt::format("position_flip_rate is {:.2f}, above {:g}", flips, config_.flip_rate_above);
  }
  if (accuracy != measures.end() &&
      *first_accuracy_ - accuracy->second > config_.accuracy_drop_above) {
    return fmt::format("its accuracy is {:.2f}, {:.2f} at the first calibration", accuracy->second,
                       *first_accuracy_);
  }
  return std::nullopt;
}

bool JudgeWatch::InCooldown(int64_t step) const {
  return !alarms_.empty() && step - alarms_.back().step <= config_.cooldown_steps;
}

void JudgeWatch::Alarmed(int64_t step, const std::string& cause, int64_t level) {
  alarms_.push_back({.step = step, .cause = cause, .level = level});
  if (level != level_) window_.clear();
  level_ = level;
}

Json JudgeWatch::Save() const {
  Json alarms = Json::Array();
  for (const JudgeAlarm& alarm : alarms_) {
    Json entry = Json::Object();
    entry.Set("step", alarm.step).Set("cause", alarm.cause).Set("level", alarm.level);
    alarms.Append(std::move(entry));
  }
  Json window = Json::Array();
  for (const Sums& sums : window_) {
    Json entry = Json::Object();
    entry.Set("xx", sums.xx).Set("yy", sums.yy).Set("xy", sums.xy).Set("rollouts", sums.rollouts);
    entry.Set("flips", sums.flips).Set("comparisons", sums.comparisons);
    window.Append(std::move(entry));
  }
  Json json = Json::Object();
  json.Set("level", level_).Set("calibrated_at", calibrated_at_);
  if (first_accuracy_) json.Set("first_accuracy", *first_accuracy_);
  json.Set("window", std::move(window)).Set("alarms", std::move(alarms));
  return json;
}

Status JudgeWatch::Load(const Json& json) {
  ASSIGN_OR_RETURN(level_, json.GetInt("level"));
  ASSIGN_OR_RETURN(calibrated_at_, json.GetInt("calibrated_at"));
  if (json.Find("first_accuracy") != nullptr) {
    ASSIGN_OR_RETURN(first_accuracy_, json.GetDouble("first_accuracy"));
  }
  ASSIGN_OR_RETURN(const Json* window, json.Get("window"));
  window_.clear();
  for (const Json& entry : window->items()) {
    Sums sums;
    ASSIGN_OR_RETURN(sums.xx, entry.GetDouble("xx"));
    ASSIGN_OR_RETURN(sums.yy, entry.GetDouble("yy"));
    ASSIGN_OR_RETURN(sums.xy, entry.GetDouble("xy"));
    ASSIGN_OR_RETURN(sums.rollouts, entry.GetInt("rollouts"));
    ASSIGN_OR_RETURN(sums.flips, entry.GetDouble("flips"));
    ASSIGN_OR_RETURN(sums.comparisons, entry.GetDouble("comparisons"));
    window_.push_back(sums);
  }
  ASSIGN_OR_RETURN(const Json* alarms, json.Get("alarms"));
  alarms_.clear();
  for (const Json& entry : alarms->items()) {
    JudgeAlarm alarm;
    ASSIGN_OR_RETURN(alarm.step, entry.GetInt("step"));
    ASSIGN_OR_RETURN(alarm.cause, entry.GetString("cause"));
    ASSIGN_OR_RETURN(alarm.level, entry.GetInt("level"));
    alarms_.push_back(std::move(alarm));
  }
  return OkStatus();
}

}  // namespace longhaul::trainer
