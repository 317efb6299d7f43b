// SPDX-License-Identifier: Apache-2.0
//
// What a step generated, as metrics: rewards, groups, lengths, stop reasons, staleness, perplexity.
#pragma once

#include <cstdint>

#include "common/metrics.h"
#include "common/status.h"
#include "trainer/coordinator/group_collector.h"

namespace longhaul::trainer {

struct RolloutFacts {
  double reward_mean = 0;
  double length_mean = 0;
  double p99_length = 0;
  double ppl = 0;  // exp(-mean untempered log-prob) of what was generated
  int64_t tokens = 0;
};

struct ReportScope {
  int64_t weight_version = 0;
  int64_t max_response_length = 0;  // the window of the step, in tokens
};
// Over every group that ended in this step, trained on or dropped.
RolloutFacts ReportRollouts(const Collection& collection, const ReportScope& scope,
                            MetricSet& metrics);

}  // namespace longhaul::trainer
