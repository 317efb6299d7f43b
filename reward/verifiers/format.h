// SPDX-License-Identifier: Apache-2.0
//
// "format": the response has the form asked for, whatever it says. Judges the whole response, the
// thinking too, unless the task names an extractor. The ground truth is not used.
//
// Options, keys of the reward object of a task beside its type:
//   pattern, match, layout, require, forbid   see reward/response_format.h; the last two are one
//                                             pattern or a list
#pragma once

#include "reward/verifier.h"

namespace longhaul::reward {

class FormatVerifier : public Verifier {
 public:
  std::string_view name() const override { return "format"; }
  std::string_view default_extractor() const override { return "response"; }
  bool judges_answer() const override { return false; }
  bool needs_ground_truth() const override { return false; }
  std::vector<std::string_view> option_keys() const override {
    return {"pattern", "match", "layout", "require", "forbid"};
  }
  Status CheckTask(const ScoringTask& task) const override;
  Verdict Verify(const ScoringTask& task, const Response& response,
                 WorkBudget& budget) const override;
};

}  // namespace longhaul::reward
