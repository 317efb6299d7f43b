// SPDX-License-Identifier: Apache-2.0
//
// Leases, groups and rollouts for tests.
#pragma once

#include <string>
#include <vector>

#include "proto/rollout.pb.h"

namespace longhaul::trainer {

// As a score: the scorer gave no verdict.
constexpr double kUnscorable = -1e9;

// A finished, scored rollout of `tokens`, generated under `version`.
inline proto::Rollout MakeRollout(int32_t sample, const std::vector<int32_t>& tokens, double score,
                                  int64_t version) {
  proto::Rollout rollout;
  rollout.set_sample(sample);
  for (int32_t token : tokens) {
    rollout.add_token_ids(token);
    rollout.add_rollout_logprobs(-1.0f);
  }
  proto::VersionSpan& span = *rollout.add_versions();
  span.set_weight_version(version);
  span.set_count(static_cast<int64_t>(tokens.size()));
  rollout.set_stop_reason(proto::STOP_REASON_EOS);
  if (score == kUnscorable) {
    proto::RewardComponent& component = *rollout.mutable_reward()->add_components();
    component.set_type("genrm");
    component.set_status(proto::REWARD_STATUS_UNSCORABLE);
    component.set_detail("nobody answers");
    rollout.mutable_reward()->set_status(proto::REWARD_STATUS_UNSCORABLE);
    return rollout;
  }
  rollout.mutable_reward()->set_status(proto::REWARD_STATUS_OK);
  rollout.mutable_reward()->set_score(score);
  rollout.mutable_reward()->set_correct(score > 0.5);
  return rollout;
}

// What a worker would return for this lease, with these scores.
inline proto::Group MakeGroup(const proto::Lease& lease, const std::vector<double>& scores,
                              int64_t version) {
  proto::Group group;
  group.set_lease_id(lease.lease_id());
  for (size_t i = 0; i < scores.size(); ++i) {
    *group.add_rollouts() = MakeRollout(static_cast<int32_t>(i),
                                        {3, 4, static_cast<int32_t>(i) + 1}, scores[i], version);
  }
  return group;
}

inline proto::Task MakeTask(const std::string& uid) {
  proto::Task task;
  task.set_uid(uid);
  task.set_prompt(uid);
  task.add_prompt_ids(5);
  task.add_prompt_ids(6);
  return task;
}

}  // namespace longhaul::trainer
