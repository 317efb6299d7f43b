// SPDX-License-Identifier: Apache-2.0
#include "reward/scorer_registry.h"

#include <set>

#include "common/check.h"
#include "common/nearest_name.h"
#include "reward/instruction/instruction_verifier.h"
#include "reward/logic/logic_verifier.h"
#include "reward/math/math_verifier.h"
#include "reward/verifiers/choice.h"
#include "reward/verifiers/exact.h"
#include "reward/verifiers/format.h"
#include "reward/verifiers/number.h"

namespace longhaul::reward {
namespace {

// What the scorers that ask others need. Whoever has it registers them.
struct AskingScorer {
  std::string_view name, needs;
};
constexpr std::string_view kNeedsJudge =
    "needs a judge model: section `reward.genrm` of a run, `genrm` in the file of `longhaul eval "
    "--reward` and the settings of `longhaul reward-server` and `score` (docs/judges.md)";
constexpr AskingScorer kAskingScorers[] = {
    {"code", "needs the sandbox: it works in runs, `longhaul eval`, `reward-server` and `score`"},
    {"genrm_equivalence", kNeedsJudge},
    {"genrm_grade", kNeedsJudge},
    {"genrm_pairwise", kNeedsJudge},
};

}  // namespace

ScorerRegistry ScorerRegistry::BuiltIn() {
  ScorerRegistry registry;
  registry.Add(std::make_unique<ChoiceVerifier>());
  registry.Add(std::make_unique<ExactVerifier>());
  registry.Add(std::make_unique<FormatVerifier>());
  registry.Add(std::make_unique<InstructionVerifier>());
  registry.Add(std::make_unique<LogicVerifier>());
  registry.Add(std::make_unique<MathVerifier>());
  registry.Add(std::make_unique<NumberVerifier>());
  return registry;
}

void ScorerRegistry::Add(std::unique_ptr<Scorer> scorer) {
  std::string name(scorer->name());
  CHECK(scorers_.emplace(name, std::move(scorer)).second) << "two scorers named " << name;
}

StatusOr<const Scorer*> ScorerRegistry::Find(std::string_view name) const {
  const auto found = scorers_.find(name);
  if (found != scorers_.end()) return found->second.get();
  for (const AskingScorer& asking : kAskingScorers) {
    if (asking.name == name) return InvalidArgument("scorer '{}' {}", name, asking.needs);
  }
  return InvalidArgument("unknown scorer '{}'{}", Excerpt(name), SuggestName(name, Names()));
}

std::vector<std::string> ScorerRegistry::Names() const {
  std::set<std::string> names;
  for (const auto& [name, scorer] : scorers_) names.insert(name);
  for (const AskingScorer& asking : kAskingScorers) names.emplace(asking.name);
  return {names.begin(), names.end()};
}

}  // namespace longhaul::reward
