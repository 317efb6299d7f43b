// SPDX-License-Identifier: Apache-2.0
//
// How much of what was generated could not be scored. A judge that is down must end a run as that,
// and not as a policy that answers wrong, so this is asked of each generation batch before anything
// is made of its rewards.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "common/status.h"
#include "proto/rollout.pb.h"

namespace longhaul::trainer {

// Thread-compatible.
class UnscorableShare {
 public:
  void Add(std::span<const proto::Group> groups);
  // FailedPrecondition when more than `max_frac` (reward.max_unscorable_frac) could not be scored;
  // names the scorer and the reason that are behind most of them.
  Status Check(double max_frac) const;

 private:
  int64_t rollouts_ = 0;
  int64_t unscorable_ = 0;
  std::map<std::string, int64_t> reasons_;  // "scorer: detail", how often
};

}  // namespace longhaul::trainer
