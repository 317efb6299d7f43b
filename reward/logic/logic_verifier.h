// SPDX-License-Identifier: Apache-2.0
//
// "logic": the answer of a puzzle, judged by the rules of its kind (reward/logic/logic_task.h).
//
// Options, keys of the reward object of a task beside its type:
//   task    the kind of puzzle, required
//   puzzle  what the kind's rule reads; an object. Without it: {}
//
// The ground truth is one right answer. It may be empty where the puzzle alone decides; when it is
// given, the rule must accept it, which CheckTask tests.
#pragma once

#include "reward/logic/logic_registry.h"
#include "reward/verifier.h"

namespace longhaul::reward {

class LogicVerifier : public Verifier {
 public:
  std::string_view name() const override { return "logic"; }
  std::string_view default_extractor() const override { return "answer_tag"; }
  bool needs_ground_truth() const override { return false; }
  std::vector<std::string_view> option_keys() const override { return {"task", "puzzle"}; }
  Status CheckTask(const ScoringTask& task) const override;
  Verdict Verify(const ScoringTask& task, const Response& response,
                 WorkBudget& budget) const override;

 private:
  LogicRegistry registry_;
};

}  // namespace longhaul::reward
