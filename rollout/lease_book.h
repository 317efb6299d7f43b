// SPDX-License-Identifier: Apache-2.0
//
// LeaseBook: the groups a worker holds, from the lease to the accepted return: which of their
// rollouts are finished, and which of those are scored. What is unfinished is in the engine.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "proto/rollout.pb.h"

namespace longhaul::rollout {

class LeaseBook {
 public:
  // False if a lease of this id is held already. Rollouts in lease.resume that are finished are
  // entered as such.
  bool Open(proto::Lease lease);
  // Forgets a lease.
  void Close(int64_t lease_id);
  // Forgets one that is the coordinator's again. False, and nothing changed, if its group is
  // complete and on its way there, or has arrived: a renewal that crosses its return finds it gone
  // too.
  bool Withdraw(int64_t lease_id);

  // A sample's rollout, complete but for the reward; one that was aborted needs none and is
  // UNSCORABLE. False if the lease is not held any more.
  bool Finish(int64_t lease_id, proto::Rollout rollout);
  // Samples on their way to their rewards. They are those of one holding: a lease that was
  // withdrawn and came again holds other rollouts, which rewards of before must not reach.
  struct Unscored {
    int64_t lease_id = 0;
    int64_t holding = 0;
    std::vector<int32_t> samples;
  };
  // Finished samples without a reward, entered in this call as being scored by the caller.
  Unscored TakeUnscored(int64_t lease_id);
  // What the reward service is asked about them. Empty optional: they are not held any more.
  std::optional<proto::ScoreRequest> ScoreRequestFor(const Unscored& unscored) const;
  // Enters rewards; true, once in a holding, when every rollout of the group is scored.
  bool Score(const Unscored& unscored, const std::vector<proto::RewardResult>& results);
  // The whole group, for its return.
  std::optional<proto::Group> GroupOf(int64_t lease_id) const;

  // Every lease by id with its finished rollouts; the unfinished ones are left to the caller.
  std::vector<proto::Group> Groups() const;
  std::vector<int32_t> Unfinished(int64_t lease_id) const;  // samples
  int64_t size() const;
  // The shortest time to a renewal any lease asks for; 0 without leases.
  int64_t RenewalMs() const;

 private:
  enum class Stage { kUnfinished, kFinished, kScoring, kScored };
  struct Held {
    int64_t holding = 0;
    proto::Lease lease;  // without `resume`
    std::vector<proto::Rollout> rollouts;
    std::vector<Stage> stages;
    bool returning = false;
  };
  static void Enter(proto::Rollout rollout, Held* held);
  static proto::Group GroupOf(const Held& held);
  // Null: not held any more.
  const Held* FindLocked(const Unscored& unscored) const;

  mutable std::mutex mutex_;
  std::map<int64_t, Held> held_;
  int64_t holdings_ = 0;  // so far
};

}  // namespace longhaul::rollout
