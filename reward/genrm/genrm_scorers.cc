// SPDX-License-Identifier: Apache-2.0
#include "reward/genrm/genrm_scorers.h"

#include "reward/ground_truth.h"

namespace longhaul::reward::genrm {
namespace {

class GenrmScorer final : public Scorer {
 public:
  using Ask = Verdict (Judge::*)(const Question&, const ScoringCall&) const;
  GenrmScorer(std::string_view name, const Judge& judge, Ask ask)
      : name_(name), judge_(judge), ask_(ask) {}

  std::string_view name() const override { return name_; }
  // The judge strips the thinking itself, also one that never ended.
  std::string_view default_extractor() const override { return "response"; }
  bool is_judge() const override { return true; }
  std::vector<std::string_view> option_keys() const override { return {"question"}; }
  int max_concurrent_calls() const override { return judge_.max_concurrent_calls(); }

  Status CheckTask(const ScoringTask& task) const override {
    const Json* question = task.options.Find("question");
    if (question != nullptr && !question->is_string()) {
      return InvalidArgument("option question is no string");
    }
    return RequireGroundTruth(task.answer);
  }

  Verdict Score(const ScoringTask& task, const Response& response,
                const ScoringCall& call) const override {
    const std::string own = task.options.GetStringOr("question", "").value_or("");
    return (judge_.*ask_)({.question = own.empty() ? task.prompt : own,
                           .reference = task.answer,
                           .candidate = response.answer.value_or("")},
                          call);
  }

 private:
  const std::string_view name_;
  const Judge& judge_;
  const Ask ask_;
};

}  // namespace

std::vector<std::unique_ptr<Scorer>> MakeScorers(const Judge& judge) {
  std::vector<std::unique_ptr<Scorer>> scorers;
  scorers.push_back(std::make_unique<GenrmScorer>("genrm_grade", judge, &Judge::Grade));
  scorers.push_back(std::make_unique<GenrmScorer>("genrm_pairwise", judge, &Judge::Compare));
  scorers.push_back(std::make_unique<GenrmScorer>("genrm_equivalence", judge, &Judge::Equivalent));
  return scorers;
}

}  // namespace longhaul::reward::genrm
