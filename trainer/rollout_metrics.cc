// SPDX-License-Identifier: Apache-2.0
#include "trainer/rollout_metrics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

namespace longhaul::trainer {
namespace {

constexpr struct {
  proto::StopReason reason;
  const char* name;
} kStops[] = {{proto::STOP_REASON_EOS, "stop/eos"},
              {proto::STOP_REASON_LENGTH, "stop/length"},
              {proto::STOP_REASON_REPETITION, "stop/repetition"},
              {proto::STOP_REASON_STOP_STRING, "stop/stop_string"},
              {proto::STOP_REASON_ABORTED, "stop/abort"}};

class Reporter {
 public:
  Reporter(const ReportScope& scope, MetricSet& metrics) : scope_(scope), metrics_(metrics) {}

  void Add(const proto::Group& group) {
    const GroupRewards rewards = RewardsOf(group);
    for (int i = 0; i < group.rollouts_size(); ++i) {
      AddRollout(group.rollouts(i), rewards[i].has_value());
    }
    AddGroup(group, rewards);
  }

  RolloutFacts Finish() {
    std::sort(lengths_.begin(), lengths_.end());
    RolloutFacts facts;
    const double n = static_cast<double>(lengths_.size());
    if (n == 0) return facts;
    facts.reward_mean = metrics_.Scalar("reward/mean");
    facts.length_mean = static_cast<double>(tokens_) / n;
    facts.p99_length = Percentile(lengths_, 0.99);
    facts.tokens = tokens_;
    facts.ppl = tokens_ > 0 ? std::exp(-logprob_ / static_cast<double>(tokens_)) : 1;
    ReportLengths(facts);
    for (const auto& [domain, count] : groups_by_domain_) {
      metrics_.SetLast("domain/" + domain + "/frac", count / groups_);
    }
    metrics_.SetLast("staleness/p99", StalenessP99());
    metrics_.SetLast("ppl/generated", facts.ppl);
    if (scored_ > 0) {
      const double mean = reward_ / scored_;
      metrics_.SetLast("reward/std",
                       std::sqrt(std::max(0.0, reward_squared_ / scored_ - mean * mean)));
    }
    return facts;
  }

 private:
  void AddRollout(const proto::Rollout& rollout, bool scored) {
    const double length = rollout.token_ids_size();
    lengths_.push_back(length);
    tokens_ += rollout.token_ids_size();
    const auto& logprobs =
        rollout.raw_logprobs_size() > 0 ? rollout.raw_logprobs() : rollout.rollout_logprobs();
    for (float logprob : logprobs) logprob_ += logprob;
    for (const auto& stop : kStops) {
      metrics_.AddMean(stop.name, rollout.stop_reason() == stop.reason);
    }
    const bool repeated = rollout.stop_reason() == proto::STOP_REASON_REPETITION;
    metrics_.AddMean("repetition/frac", repeated);
    metrics_.AddSum("repetition/saved_tokens",
                    repeated ? std::max<double>(0, window() - length) : 0);
    AddStaleness(rollout);
    AddReward(rollout, scored);
  }

  void AddStaleness(const proto::Rollout& rollout) {
    metrics_.AddMean("staleness/versions_per_sample", std::max(1, rollout.versions_size()));
    for (const proto::VersionSpan& span : rollout.versions()) {
      const int64_t staleness = scope_.weight_version - span.weight_version();
      const double tokens = static_cast<double>(span.count());
      metrics_.AddMean("staleness/mean", static_cast<double>(staleness), tokens);
      metrics_.AddMax("staleness/max", static_cast<double>(staleness));
      tokens_by_staleness_[staleness] += span.count();
    }
  }

  // The smallest staleness that 99% of the tokens do not exceed.
  double StalenessP99() const {
    int64_t total = 0, below = 0;
    for (const auto& [staleness, tokens] : tokens_by_staleness_) total += tokens;
    for (const auto& [staleness, tokens] : tokens_by_staleness_) {
      below += tokens;
      if (100 * below >= 99 * total) return static_cast<double>(staleness);
    }
    return 0;
  }

  void AddReward(const proto::Rollout& rollout, bool scored) {
    const proto::RewardResult& reward = rollout.reward();
    metrics_.AddMean("reward/status/ok", scored && reward.correct());
    metrics_.AddMean("reward/status/wrong", scored && !reward.correct());
    metrics_.AddMean("reward/status/unscorable", !scored);
    if (!scored) return;
    scored_ += 1;
    reward_ += reward.score();
    reward_squared_ += reward.score() * reward.score();
    metrics_.AddMean("reward/mean", reward.score());
    metrics_.AddMin("reward/min", reward.score());
    metrics_.AddMax("reward/max", reward.score());
    for (const proto::RewardComponent& component : reward.components()) {
      if (component.status() != proto::REWARD_STATUS_OK) continue;
      metrics_.AddMean("reward/" + component.type() + "/mean", component.score());
      metrics_.AddMean("reward/" + component.type() + "/weight", component.weight());
    }
    metrics_.AddMean(reward.correct() ? "length/mean_positive" : "length/mean_negative",
                     rollout.token_ids_size());
  }

  void AddGroup(const proto::Group& group, const GroupRewards& rewards) {
    AddDomain(group, rewards);
    // A group that nobody could judge is neither good nor bad.
    if (std::none_of(rewards.begin(), rewards.end(), [](auto& r) { return r.has_value(); })) return;
    static const std::vector<double> kEdges = {0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1};
    const double solved = SolveRate(group);
    const bool mixed = HasSpread(rewards);
    metrics_.AddMean("group/frac_mixed", mixed);
    metrics_.AddMean("group/frac_all_good", !mixed && solved > 0.5);
    metrics_.AddMean("group/frac_all_bad", !mixed && solved <= 0.5);
    metrics_.AddToHistogram("group/solve_rate_hist", solved, kEdges);
  }

  void AddDomain(const proto::Group& group, const GroupRewards& rewards) {
    const std::string& domain = group.task().domain();
    groups_ += 1;
    if (domain.empty()) return;
    groups_by_domain_[domain] += 1;
    for (const std::optional<double>& reward : rewards) {
      if (reward) metrics_.AddMean("domain/" + domain + "/reward", *reward);
    }
  }

  void ReportLengths(const RolloutFacts& facts) {
    metrics_.SetLast("length/response_mean", facts.length_mean);
    metrics_.SetLast("length/p50", Percentile(lengths_, 0.5));
    metrics_.SetLast("length/p90", Percentile(lengths_, 0.9));
    metrics_.SetLast("length/p99", facts.p99_length);
    metrics_.SetLast("length/max", lengths_.back());
    metrics_.SetLast("length/clipped_frac", metrics_.Scalar("stop/length"));
  }

  double window() const { return static_cast<double>(scope_.max_response_length); }

  ReportScope scope_;
  MetricSet& metrics_;
  std::vector<double> lengths_;
  std::map<int64_t, int64_t> tokens_by_staleness_;
  std::map<std::string, double> groups_by_domain_;
  double groups_ = 0;
  int64_t tokens_ = 0;
  double logprob_ = 0;
  double scored_ = 0, reward_ = 0, reward_squared_ = 0;
};

}  // namespace

RolloutFacts ReportRollouts(const Collection& collection, const ReportScope& scope,
                            MetricSet& metrics) {
  Reporter reporter(scope, metrics);
  for (const proto::Group& group : collection.originals()) reporter.Add(group);
  for (const proto::Group& group : collection.dropped) reporter.Add(group);
  const double groups =
      static_cast<double>(collection.originals().size() + collection.dropped.size());
  metrics.SetLast("group/trained", static_cast<double>(collection.train.size()));
  metrics.SetLast("group/gen_batches", static_cast<double>(collection.gen_batches));
  metrics.SetLast("staleness/dropped_frac",
                  groups > 0 ? static_cast<double>(collection.stale_groups) / groups : 0);
  return reporter.Finish();
}

}  // namespace longhaul::trainer
