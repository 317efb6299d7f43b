// SPDX-License-Identifier: Apache-2.0
#include "trainer/coordinator/check_group.h"

#include <cmath>

namespace longhaul::trainer {
namespace {

template <typename... Args>
Status Bad(const std::string& who, fmt::format_string<Args...> format, Args&&... args) {
  return InvalidArgument("{}: {}", who, fmt::format(format, std::forward<Args>(args)...));
}

Status CheckRollout(const std::string& who, const proto::Rollout& rollout) {
  const int tokens = rollout.token_ids_size();
  if (rollout.rollout_logprobs_size() != tokens) {
    return Bad(who, "{} rollout_logprobs for {} tokens", rollout.rollout_logprobs_size(), tokens);
  }
  if (rollout.loss_mask_size() != 0 && rollout.loss_mask_size() != tokens) {
    return Bad(who, "loss_mask of {} for {} tokens", rollout.loss_mask_size(), tokens);
  }
  if (rollout.stop_reason() == proto::STOP_REASON_UNFINISHED) {
    return Bad(who, "returned unfinished");
  }
  if (rollout.stop_reason() != proto::STOP_REASON_ABORTED) {
    if (tokens == 0) return Bad(who, "has no tokens");
    for (float logprob : rollout.rollout_logprobs()) {
      if (!std::isfinite(logprob) || logprob > 0) {
        return Bad(who, "rollout_logprob {} is no log-probability", logprob);
      }
    }
  }
  const proto::RewardResult& reward = rollout.reward();
  if (reward.status() == proto::REWARD_STATUS_UNSPECIFIED) return Bad(who, "was not scored");
  if (!std::isfinite(reward.score())) return Bad(who, "reward {} is not finite", reward.score());
  return OkStatus();
}

}  // namespace

Status CheckGroup(const proto::Lease& lease, const proto::Group& group) {
  const std::string who = fmt::format("lease {} (uid '{}')", lease.lease_id(), lease.task().uid());
  if (group.rollouts_size() != lease.group_size()) {
    return Bad(who, "{} rollouts returned, group_size is {}", group.rollouts_size(),
               lease.group_size());
  }
  for (int i = 0; i < group.rollouts_size(); ++i) {
    if (group.rollouts(i).sample() != i) {
      return Bad(who, "rollout {} is marked as sample {}", i, group.rollouts(i).sample());
    }
    RETURN_IF_ERROR(CheckRollout(fmt::format("{} sample {}", who, i), group.rollouts(i)));
  }
  return OkStatus();
}

}  // namespace longhaul::trainer
