// SPDX-License-Identifier: Apache-2.0
//
// GroupCollector: the groups a step is trained on.
//
// A generation batch is num_prompts_per_step leases, all of which are waited for. With dynamic
// sampling, groups whose rewards are all equal are dropped and, while there are too few others,
// another batch is leased, at most max_gen_batches times; then on_exhausted decides. Usable groups
// beyond the need are kept for the next step, their staleness recorded.
//
// Groups are consumed in the order of their lease ids, so a step never depends on timing. The state
// in the middle of a batch can be saved; Collect then goes on where it was.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "common/json.h"
#include "common/metrics.h"
#include "common/status.h"
#include "trainer/advantage/advantage.h"
#include "trainer/coordinator/coordinator.h"
#include "trainer/data/task_sampler.h"
#include "trainer/step_config.h"

namespace longhaul::trainer {

// What decides on a group: a reward per rollout, none for those that could not be scored or were
// aborted.
GroupRewards RewardsOf(const proto::Group& group);
// Share of the scored rollouts that are correct.
double SolveRate(const proto::Group& group);
// Current version minus the oldest that any token of the group was sampled with.
int64_t StalenessOf(const proto::Group& group, int64_t weight_version);

struct Collection {
  std::vector<proto::Group> train;    // in lease order; then copies of these (on_exhausted: reuse)
  std::vector<proto::Group> dropped;  // without a signal, or too old; in lease order
  int64_t copies = 0;                 // at the end of `train`
  int64_t gen_batches = 0;
  int64_t stale_groups = 0;  // of the dropped ones

  // `train` without the copies: what was generated, for all that counts or logs rollouts.
  std::span<const proto::Group> originals() const {
    return std::span(train).first(train.size() - static_cast<size_t>(copies));
  }
};

// Thread-compatible; its owner is the trainer's thread.
class GroupCollector {
 public:
  struct Args {
    StepConfig config;
    std::vector<int32_t> stop_token_ids;
    uint64_t seed = 0;
    double max_unscorable_frac = 1;  // of the rollouts a step has, asked after each batch
    const std::atomic<bool>* stop = nullptr;
    Coordinator* coordinator = nullptr;
    TaskSampler* sampler = nullptr;
  };
  explicit GroupCollector(Args args) : args_(std::move(args)) {}

  struct StepRequest {
    int64_t step = 0;  // RL steps done
    int64_t weight_version = 0;
    int64_t max_response_length = 0;
  };
  // FailedPrecondition when too much could not be scored, or nothing usable came of it. Cancelled
  // when `stop` was set; call again, also after Save and Load, to go on.
  StatusOr<Collection> Collect(const StepRequest& request);

  struct State {
    std::vector<proto::Group> pending;  // usable, not trained on
    std::vector<proto::Group> dropped;  // in the step that is under way
    std::vector<int64_t> open_ids;
    int64_t gen_batches = 0;
    int64_t stale_groups = 0;  // of `dropped`
  };
  const State& state() const { return state_; }
  void Restore(State state) { state_ = std::move(state); }

 private:
  bool Exhausted() const;
  Status OpenBatch(const StepRequest& request);
  Status WaitForBatch();
  void Drain(const StepRequest& request);
  Status CheckScored(const StepRequest& request) const;
  StatusOr<Collection> Conclude(const StepRequest& request);
  // Pending groups that are too old under this version are dropped.
  void DropStale(int64_t weight_version);
  Status NothingUsable(const StepRequest& request) const;

  Args args_;
  State state_;
};

}  // namespace longhaul::trainer
