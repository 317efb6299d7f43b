// SPDX-License-Identifier: Apache-2.0
//
// What a finished run reached: printed, and written as summary.json.
#pragma once

#include <string>

#include "common/status.h"
#include "trainer/trainer.h"

namespace longhaul::tools {

struct RunSummary {
  trainer::RunResult result;
  std::string first_eval_set = {};  // whose accuracy stands for the run; "" without sets
  std::string export_dir;           // "" when nothing was exported
  double export_max_logprob_difference = 0;
};

Status WriteSummary(const std::string& run_dir, const RunSummary& summary);

// Reward and accuracy before and after, curriculum, where things lie, and three sample traces of
// samples.jsonl.
void PrintSummary(const std::string& run_dir, const RunSummary& summary);

}  // namespace longhaul::tools
