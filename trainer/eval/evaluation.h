// SPDX-License-Identifier: Apache-2.0
//
// Evaluation: the tasks of a set, num_samples each, through EVAL leases of the coordinator.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "common/metrics.h"
#include "common/status.h"
#include "proto/rollout.pb.h"
#include "trainer/coordinator/coordinator.h"
#include "trainer/eval/statistics.h"
#include "trainer/trainer_config.h"

namespace longhaul::trainer {

struct EvalSet {
  EvalSetConfig config;
  std::vector<proto::Task> tasks;
};

struct EvalResult {
  std::string name;
  int64_t num_samples = 1;  // k
  double avg_at_k = 0;
  Interval interval;              // of avg_at_k, 95%
  std::vector<double> pass_at_k;  // k = 1, 2, 4, ... up to num_samples
  double length_mean = 0;
  double truncated_frac = 0;
  int64_t unscorable = 0;            // rollouts left out
  std::vector<proto::Group> groups;  // in the order of the tasks

  // eval/<set>/avg@k, pass@k, ci_low, ci_high, length_mean, truncated_frac, unscorable
  void Report(MetricSet& metrics) const;
};

struct EvalArgs {
  Coordinator* coordinator = nullptr;
  const EvalSet* set = nullptr;
  int64_t default_response_length = 0;  // tokens, where the set gives none
  std::vector<int32_t> stop_token_ids;
  std::vector<std::string> stop;
  uint64_t seed = 0;
  double no_progress_s = 1800;
  const std::atomic<bool>* stop_flag = nullptr;
};

// Waits for every group. Cancelled when the stop flag was set: the leases are then void.
StatusOr<EvalResult> Evaluate(const EvalArgs& args);
// What a set of scored groups amounts to.
EvalResult Summarise(const EvalSetConfig& config, std::vector<proto::Group> groups);

}  // namespace longhaul::trainer
