// SPDX-License-Identifier: Apache-2.0
#include "rollout/lease_book.h"

#include <algorithm>
#include <utility>

#include "common/check.h"

namespace longhaul::rollout {
namespace {

proto::ScoreItem ScoreItemOf(const proto::Lease& lease, const proto::Rollout& rollout) {
  const proto::Task& task = lease.task();
  proto::ScoreItem item;
  item.set_uid(task.uid());
  item.set_domain(task.domain());
  *item.mutable_rewards() = task.rewards();
  item.set_prompt(task.prompt());
  item.set_response(rollout.text());
  item.set_response_length(rollout.token_ids_size());
  item.set_max_response_length(lease.sampling().max_response_length());
  item.set_truncated(rollout.stop_reason() == proto::STOP_REASON_LENGTH ||
                     rollout.stop_reason() == proto::STOP_REASON_REPETITION);
  item.set_metadata_json(task.metadata_json());
  return item;
}

}  // namespace

bool LeaseBook::Open(proto::Lease lease) {
  const int64_t id = lease.lease_id();
  const std::lock_guard lock(mutex_);
  if (held_.contains(id)) return false;
  Held& held = held_[id];
  held.holding = ++holdings_;
  held.rollouts.resize(static_cast<size_t>(std::max(0, lease.group_size())));
  held.stages.resize(held.rollouts.size(), Stage::kUnfinished);
  for (proto::Rollout& rollout : *lease.mutable_resume()) {
    const bool unfinished = rollout.stop_reason() == proto::STOP_REASON_UNFINISHED;
    if (unfinished || rollout.sample() < 0 || rollout.sample() >= lease.group_size()) continue;
    Enter(std::move(rollout), &held);
  }
  lease.clear_resume();
  held.lease = std::move(lease);
  return true;
}

void LeaseBook::Enter(proto::Rollout rollout, Held* held) {
  const auto sample = static_cast<size_t>(rollout.sample());
  CHECK(sample < held->stages.size() && held->stages[sample] == Stage::kUnfinished);
  if (rollout.stop_reason() == proto::STOP_REASON_ABORTED) {
    proto::RewardResult* reward = rollout.mutable_reward();
    if (reward->detail().empty()) reward->set_detail("generation of this rollout was aborted");
    reward->set_status(proto::REWARD_STATUS_UNSCORABLE);
    held->stages[sample] = Stage::kScored;
  } else {
    const bool scored = rollout.reward().status() == proto::REWARD_STATUS_OK;
    held->stages[sample] = scored ? Stage::kScored : Stage::kFinished;
  }
  held->rollouts[sample] = std::move(rollout);
}

void LeaseBook::Close(int64_t lease_id) {
  const std::lock_guard lock(mutex_);
  held_.erase(lease_id);
}

bool LeaseBook::Withdraw(int64_t lease_id) {
  const std::lock_guard lock(mutex_);
  const auto it = held_.find(lease_id);
  if (it == held_.end() || it->second.returning) return false;
  held_.erase(it);
  return true;
}

bool LeaseBook::Finish(int64_t lease_id, proto::Rollout rollout) {
  const std::lock_guard lock(mutex_);
  const auto it = held_.find(lease_id);
  if (it == held_.end()) return false;
  Enter(std::move(rollout), &it->second);
  return true;
}

LeaseBook::Unscored LeaseBook::TakeUnscored(int64_t lease_id) {
  const std::lock_guard lock(mutex_);
  Unscored unscored{.lease_id = lease_id, .holding = 0, .samples = {}};
  const auto it = held_.find(lease_id);
  if (it == held_.end()) return unscored;
  unscored.holding = it->second.holding;
  for (size_t i = 0; i < it->second.stages.size(); ++i) {
    if (it->second.stages[i] != Stage::kFinished) continue;
    it->second.stages[i] = Stage::kScoring;
    unscored.samples.push_back(static_cast<int32_t>(i));
  }
  return unscored;
}

const LeaseBook::Held* LeaseBook::FindLocked(const Unscored& unscored) const {
  const auto it = held_.find(unscored.lease_id);
  const bool same = it != held_.end() && it->second.holding == unscored.holding;
  return same ? &it->second : nullptr;
}

std::optional<proto::ScoreRequest> LeaseBook::ScoreRequestFor(const Unscored& unscored) const {
  const std::lock_guard lock(mutex_);
  const Held* held = FindLocked(unscored);
  if (held == nullptr) return std::nullopt;
  proto::ScoreRequest request;
  for (int32_t sample : unscored.samples) {
    const proto::Rollout& rollout = held->rollouts[static_cast<size_t>(sample)];
    *request.add_items() = ScoreItemOf(held->lease, rollout);
  }
  return request;
}

bool LeaseBook::Score(const Unscored& unscored, const std::vector<proto::RewardResult>& results) {
  CHECK_EQ(unscored.samples.size(), results.size());
  const std::lock_guard lock(mutex_);
  if (FindLocked(unscored) == nullptr) return false;
  Held& held = held_.at(unscored.lease_id);
  for (size_t i = 0; i < results.size(); ++i) {
    const auto sample = static_cast<size_t>(unscored.samples[i]);
    *held.rollouts[sample].mutable_reward() = results[i];
    held.stages[sample] = Stage::kScored;
  }
  const bool complete = std::all_of(held.stages.begin(), held.stages.end(),
                                    [](Stage s) { return s == Stage::kScored; });
  if (!complete || held.returning) return false;
  held.returning = true;
  return true;
}

proto::Group LeaseBook::GroupOf(const Held& held) {
  proto::Group group;
  group.set_lease_id(held.lease.lease_id());
  *group.mutable_task() = held.lease.task();
  for (size_t i = 0; i < held.rollouts.size(); ++i) {
    if (held.stages[i] != Stage::kUnfinished) *group.add_rollouts() = held.rollouts[i];
  }
  return group;
}

std::optional<proto::Group> LeaseBook::GroupOf(int64_t lease_id) const {
  const std::lock_guard lock(mutex_);
  const auto it = held_.find(lease_id);
  if (it == held_.end()) return std::nullopt;
  return GroupOf(it->second);
}

std::vector<proto::Group> LeaseBook::Groups() const {
  const std::lock_guard lock(mutex_);
  std::vector<proto::Group> groups;
  for (const auto& [id, held] : held_) groups.push_back(GroupOf(held));
  return groups;
}

std::vector<int32_t> LeaseBook::Unfinished(int64_t lease_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<int32_t> samples;
  const auto it = held_.find(lease_id);
  if (it == held_.end()) return samples;
  for (size_t i = 0; i < it->second.stages.size(); ++i) {
    if (it->second.stages[i] == Stage::kUnfinished) samples.push_back(static_cast<int32_t>(i));
  }
  return samples;
}

int64_t LeaseBook::size() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int64_t>(held_.size());
}

int64_t LeaseBook::RenewalMs() const {
  const std::lock_guard lock(mutex_);
  int64_t shortest = 0;
  for (const auto& [id, held] : held_) {
    const int64_t deadline = std::max<int64_t>(held.lease.deadline_ms(), 1);
    shortest = shortest == 0 ? deadline : std::min(shortest, deadline);
  }
  return shortest;
}

}  // namespace longhaul::rollout
