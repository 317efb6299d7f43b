// SPDX-License-Identifier: Apache-2.0
//
// Right when the response's answer is mathematically the ground truth. Both are LaTeX or plain
// text, parsed into typed values (reward/math/parser.h) and compared by the rules of
// reward/math/answer_comparer.h. A text that does not parse is right only when it is the ground
// truth's text. Work is bounded by the budget and by limits on size, depth, nodes, exponents and
// factorials; what goes over them is wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reward/verifier.h"

namespace longhaul::reward {

// A verdict with the steps that led to it.
struct MathExplanation {
  Verdict verdict;
  std::string gold_text;  // what was compared
  std::string pred_text;
  std::string gold_reading;  // the typed value, or why there is none
  std::string pred_reading;
  std::string rule;  // what decided
  // No answer but its own text is right, though no option says that the ground truth is text.
  bool gold_is_only_text = false;
};

class MathVerifier : public Verifier {
 public:
  std::string_view name() const override { return "math"; }
  std::string_view default_extractor() const override { return "math_answer"; }
  std::vector<std::string_view> option_keys() const override;
  Status CheckTask(const ScoringTask& task) const override;
  Verdict Verify(const ScoringTask& task, const Response& response,
                 WorkBudget& budget) const override;
  // The same, telling what was read and which rule decided.
  MathExplanation Explain(const ScoringTask& task, const Response& response,
                          WorkBudget& budget) const;
};

}  // namespace longhaul::reward
