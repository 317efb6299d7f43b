// SPDX-License-Identifier: Apache-2.0
#include "trainer/coordinator/group_collector.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "trainer/coordinator/unscorable.h"

namespace longhaul::trainer {
namespace {

// How often a wait looks at the stop flag.
constexpr double kPollS = 0.05;

// Another seed for each time a task comes around, so that its samples are drawn anew.
uint64_t EpochSeed(uint64_t seed, int64_t epoch) {
  return seed + static_cast<uint64_t>(epoch) * 0x9e3779b97f4a7c15ull;
}

bool ByLease(const proto::Group& a, const proto::Group& b) { return a.lease_id() < b.lease_id(); }

}  // namespace

StatusOr<Collection> GroupCollector::Collect(const StepRequest& request) {
  const auto enough = [&] {
    return static_cast<int64_t>(state_.pending.size()) >= args_.config.num_prompts_per_step;
  };
  // Kept by a run whose max_staleness_steps was larger, they may be too old for this one.
  DropStale(request.weight_version);
  // A batch that was under way at a checkpoint is finished first.
  bool batch_open = !state_.open_ids.empty();
  while (!enough() || batch_open) {
    if (!batch_open) {
      if (Exhausted()) break;
      RETURN_IF_ERROR(OpenBatch(request));
    }
    RETURN_IF_ERROR(WaitForBatch());
    Drain(request);
    RETURN_IF_ERROR(CheckScored(request));
    batch_open = false;
  }
  return Conclude(request);
}

bool GroupCollector::Exhausted() const {
  const DynamicSamplingConfig& sampling = args_.config.dynamic_sampling;
  return state_.gen_batches >= (sampling.enabled ? sampling.max_gen_batches : 1);
}

Status GroupCollector::OpenBatch(const StepRequest& request) {
  const StepConfig& config = args_.config;
  while (static_cast<int64_t>(state_.open_ids.size()) < config.num_prompts_per_step) {
    ASSIGN_OR_RETURN(const DrawnTask drawn, args_.sampler->Draw(request.step));
    proto::Lease lease;
    lease.set_purpose(proto::PURPOSE_TRAIN);
    *lease.mutable_task() = *drawn.task;
    lease.set_group_size(static_cast<int32_t>(config.num_generations_per_prompt));
    proto::SamplingParams& sampling = *lease.mutable_sampling();
    sampling.set_temperature(config.temperature);
    sampling.set_top_k(config.top_k);
    sampling.set_top_p(config.top_p);
    sampling.set_min_p(config.min_p);
    sampling.set_max_response_length(request.max_response_length);
    sampling.mutable_stop_token_ids()->Assign(args_.stop_token_ids.begin(),
                                              args_.stop_token_ids.end());
    sampling.mutable_stop()->Assign(config.stop.begin(), config.stop.end());
    sampling.mutable_repetition_stop()->set_prob(config.repetition_stop.prob);
    sampling.mutable_repetition_stop()->set_run_length(config.repetition_stop.run_length);
    sampling.set_seed(EpochSeed(args_.seed, drawn.epoch));
    state_.open_ids.push_back(args_.coordinator->Open(std::move(lease)));
  }
  ++state_.gen_batches;
  return OkStatus();
}

Status GroupCollector::WaitForBatch() {
  while (!args_.coordinator->WaitForReturns(state_.open_ids, kPollS)) {
    if (args_.stop != nullptr && args_.stop->load()) return Cancelled("stopped while generating");
    if (args_.coordinator->SecondsSinceProgress() > args_.config.no_progress_s) {
      return Unavailable("waiting for rollouts: {}; rollout.no_progress_s is {}",
                         args_.coordinator->Describe(state_.open_ids), args_.config.no_progress_s);
    }
  }
  return OkStatus();
}

void GroupCollector::Drain(const StepRequest& request) {
  std::vector<int64_t> returned = args_.coordinator->Returned(state_.open_ids);
  for (int64_t id : returned) {
    proto::Group group = args_.coordinator->Take(id);
    std::erase(state_.open_ids, id);
    const bool usable = !args_.config.dynamic_sampling.enabled || HasSpread(RewardsOf(group));
    const bool stale =
        StalenessOf(group, request.weight_version) > args_.config.async.max_staleness_steps;
    state_.stale_groups += stale;
    (usable && !stale ? state_.pending : state_.dropped).push_back(std::move(group));
  }
  std::sort(state_.pending.begin(), state_.pending.end(), ByLease);
}

Status GroupCollector::CheckScored(const StepRequest& request) const {
  UnscorableShare share;
  share.Add(state_.pending);
  share.Add(state_.dropped);
  return Annotate(share.Check(args_.max_unscorable_frac), fmt::format("step {}", request.step + 1));
}

StatusOr<Collection> GroupCollector::Conclude(const StepRequest& request) {
  const size_t need = static_cast<size_t>(args_.config.num_prompts_per_step);
  const OnExhausted on_exhausted = args_.config.dynamic_sampling.on_exhausted;
  if (state_.pending.empty() ||
      (state_.pending.size() < need && args_.config.dynamic_sampling.enabled &&
       on_exhausted == OnExhausted::kError)) {
    return NothingUsable(request);
  }
  Collection collection;
  const size_t usable = std::min(need, state_.pending.size());
  std::move(state_.pending.begin(), state_.pending.begin() + static_cast<int64_t>(usable),
            std::back_inserter(collection.train));
  state_.pending.erase(state_.pending.begin(),
                       state_.pending.begin() + static_cast<int64_t>(usable));
  if (args_.config.dynamic_sampling.enabled && on_exhausted == OnExhausted::kReuse) {
    for (size_t i = 0; collection.train.size() < need; ++i) {
      collection.train.push_back(proto::Group(collection.train[i]));
      ++collection.copies;
    }
  }
  collection.dropped = std::move(state_.dropped);
  std::sort(collection.dropped.begin(), collection.dropped.end(), ByLease);
  collection.gen_batches = state_.gen_batches;
  collection.stale_groups = state_.stale_groups;
  state_.dropped.clear();
  state_.gen_batches = 0;
  state_.stale_groups = 0;
  // What waits for the next step must not be older than allowed when it comes.
  DropStale(request.weight_version + 1);
  return collection;
}

void GroupCollector::DropStale(int64_t weight_version) {
  std::erase_if(state_.pending, [&](proto::Group& group) {
    const bool stale = StalenessOf(group, weight_version) > args_.config.async.max_staleness_steps;
    if (stale) {
      state_.dropped.push_back(std::move(group));
      ++state_.stale_groups;
    }
    return stale;
  });
}

Status GroupCollector::NothingUsable(const StepRequest& request) const {
  constexpr int kBins = 5;
  std::array<int64_t, kBins + 2> counts{};  // 0, four quarters between, 1
  int64_t unscored = 0;
  for (const proto::Group& group : state_.dropped) {
    const GroupRewards rewards = RewardsOf(group);
    if (std::none_of(rewards.begin(), rewards.end(),
                     [](auto& reward) { return reward.has_value(); })) {
      ++unscored;
      continue;
    }
    const double rate = SolveRate(group);
    const int bin = rate == 0 ? 0 : rate == 1 ? kBins + 1 : 1 + static_cast<int>(rate * kBins);
    ++counts[bin];
  }
  return FailedPrecondition(
      "step {}: {} usable groups after {} generation batches of {} prompts "
      "(rollout.dynamic_sampling.max_gen_batches), {} are needed. Solve rates of the {} dropped "
      "groups: all wrong {}, up to 0.2 {}, 0.4 {}, 0.6 {}, 0.8 {}, below 1 {}, all right {}, "
      "unscorable {}. Tasks of other difficulty or more generations a prompt help{}",
      request.step + 1, state_.pending.size(), state_.gen_batches,
      args_.config.num_prompts_per_step, args_.config.num_prompts_per_step, state_.dropped.size(),
      counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6], unscored,
      state_.pending.empty() ? "" : ", and on_exhausted: train_partial goes on with fewer");
}

}  // namespace longhaul::trainer
