// SPDX-License-Identifier: Apache-2.0
//
// JudgeWatch: whether the judge of a run pays for what it should not. MiniMax-M1 (report, section
// 4.2) found that no offline remedy against the length bias of a reward model was enough, watched
// it during RL, and recalibrated it when it paid for length; the statistics and limits are ours.
//
// Every step, over the components that a judge model scored:
//   judge/score_mean
//   judge/length_corr           Pearson correlation of score and length, both less their group's
//                               mean, so that hard tasks with long answers do not count; over the
//                               last `window` steps: judge/length_corr_window
//   judge/win_rate/shortest, short, long, longest
//                               share of its group a rollout beats (ties half), by the quarter of
//                               the group's lengths it is in; 0.5 each for a judge that does not
//                               care
//   judge/flip_rate             comparisons whose winner depended on the order
//   judge/verified_length_corr  the same correlation for what rules verified, to compare with
//   judge/level, judge/alarms
// and at calibrations judge/calibration/<measure>.
//
// An alarm names the first rule that was broken. Only what was judged at the level in force counts:
// after a recalibration the window begins anew. Owned by the trainer's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/json.h"
#include "common/metrics.h"
#include "common/status.h"
#include "proto/rollout.pb.h"
#include "trainer/coordinator/group_collector.h"
#include "trainer/judge/judge_watch_config.h"

namespace longhaul::trainer {

struct JudgeAlarm {
  int64_t step = 0;
  std::string cause;
  int64_t level = 0;  // of the judge after it
};

class JudgeWatch {
 public:
  // `max_unscorable_frac`: a calibration that leaves more of its sets without a verdict says
  // nothing of the judge.
  explicit JudgeWatch(const JudgeWatchConfig& config, double max_unscorable_frac = 1)
      : config_(config), max_unscorable_frac_(max_unscorable_frac) {}

  // What a step generated, with its metrics; the cause of an alarm, if there is one.
  std::optional<std::string> Observe(const Collection& collection, int64_t step,
                                     MetricSet& metrics);
  // What the judge did with its standing sets.
  std::optional<std::string> ObserveCalibration(const std::map<std::string, double>& measures,
                                                int64_t step, MetricSet& metrics);
  // There was none at this step: the judge did not answer.
  void MissedCalibration(int64_t step) { calibrated_at_ = step; }
  bool CalibrationDue(int64_t step) const;

  // An alarm was given at this step; the judge stands at `level` from here on.
  void Alarmed(int64_t step, const std::string& cause, int64_t level);

  int64_t level() const { return level_; }
  const std::vector<JudgeAlarm>& alarms() const { return alarms_; }

  Json Save() const;
  Status Load(const Json& json);

 private:
  // Sums over groups that give the within-group correlation; they add up over steps.
  struct Sums {
    double xx = 0, yy = 0, xy = 0;
    int64_t rollouts = 0;
    double flips = 0, comparisons = 0;

    void Add(const Sums& other);
    void AddPairs(const std::vector<std::pair<double, double>>& pairs);
    std::optional<double> Correlation() const;
  };
  void ObserveGroup(const proto::Group& group, Sums* judged, Sums* verified, MetricSet& metrics);
  bool InCooldown(int64_t step) const;

  const JudgeWatchConfig config_;
  const double max_unscorable_frac_;
  int64_t level_ = 0;
  std::deque<Sums> window_;
  std::optional<double> first_accuracy_;
  int64_t calibrated_at_ = -1;
  std::vector<JudgeAlarm> alarms_;
};

}  // namespace longhaul::trainer
