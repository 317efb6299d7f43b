// SPDX-License-Identifier: Apache-2.0
//
// RunCounters: where a run stands, beside the weights. One JSON object of a checkpoint.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/json.h"
#include "common/status.h"

namespace longhaul::trainer {

struct RunCounters {
  int64_t sft_step = 0;         // updates of the SFT phase done
  int64_t rl_step = 0;          // generation batches trained on
  int64_t updates = 0;          // optimizer updates of this phase, skipped ones included
  int64_t optimizer_steps = 0;  // applied ones
  int64_t nonfinite_total = 0;
  int64_t nonfinite_in_a_row = 0;
  int64_t eval_step = -1;  // rl_step of the last evaluation
  int64_t best_step = -1;  // global step of the best evaluation
  double best_score = 0;
  std::map<std::string, double> accuracy_before;  // by evaluation set
  std::map<std::string, double> accuracy_after;
  double reward_first = 0;  // NaN where nothing of that step could be scored
  double reward_last = 0;
  double seconds = 0;  // of all processes of this run

  // Steps of both phases: the number of checkpoints, metrics and weight versions.
  int64_t global_step() const { return sft_step + rl_step; }

  Json Save() const;
  Status Load(const Json& json);
};

}  // namespace longhaul::trainer
