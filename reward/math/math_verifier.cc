// SPDX-License-Identifier: Apache-2.0
#include "reward/math/math_verifier.h"

#include "common/random.h"
#include "reward/extractors/extractor.h"
#include "reward/ground_truth.h"
#include "reward/math/answer_comparer.h"
#include "reward/math/answer_finder.h"
#include "reward/math/describe.h"
#include "reward/math/lead_in.h"
#include "reward/math/parser.h"
#include "reward/math/permutation.h"
#include "reward/math/plain_text.h"

namespace longhaul::reward {
namespace {

using math::FindMode;
using math::MathOptions;

struct Reference {
  MathOptions options;
  FindMode mode = FindMode::kAny;
  std::string text;
};

StatusOr<Reference> ReadReference(const ScoringTask& task) {
  Reference reference;
  ASSIGN_OR_RETURN(reference.options, MathOptions::Read(task.options));
  ASSIGN_OR_RETURN(reference.mode, math::ReadFindMode(task.options));
  const auto found = math::FindAnswer(task.answer, reference.mode, TextRole::kReference);
  reference.text = BoxContents(found.value_or(Trim(task.answer)), TextRole::kReference);
  RETURN_IF_ERROR(RequireGroundTruth(reference.text));
  return reference;
}

math::ParseOptions ParseOptionsOf(const Reference& reference) {
  return {.percent = reference.options.percent, .plain = reference.mode == FindMode::kPlain};
}

std::string Reading(const StatusOr<const math::Node*>& tree) {
  return tree.ok() ? math::Describe(**tree) : "unparsed: " + Message(tree.status());
}

// Ground truths that are no expressions: cycles, and the letter of a choice, which a response may
// write with the value it stands for. Nothing for others.
std::optional<bool> EqualAsWritten(std::string_view gold, std::string_view pred) {
  if (const auto cycles = math::ReadCycles(gold)) {
    return cycles == math::ReadCycles(pred);
  }
  const std::optional<char> choice = math::LoneChoice(gold), label = math::ChoiceLabel(pred);
  if (choice.has_value() && label.has_value()) return choice == label;
  return std::nullopt;
}

}  // namespace

std::vector<std::string_view> MathVerifier::option_keys() const {
  std::vector<std::string_view> keys = math::MathOptionKeys();
  keys.push_back("extract");
  return keys;
}

Status MathVerifier::CheckTask(const ScoringTask& task) const {
  ASSIGN_OR_RETURN(const Reference reference, ReadReference(task));
  if (reference.options.text || math::IsWords(math::PlainText(reference.text))) return OkStatus();
  WorkBudget budget(kWorkBudgetSteps);
  math::Arena arena(budget);
  const auto tree = math::ParseMath(reference.text, ParseOptionsOf(reference), arena);
  return Annotate(tree.status(),
                  fmt::format("'{}' is no mathematics (option text: true compares it as text)",
                              Excerpt(reference.text)));
}

MathExplanation MathVerifier::Explain(const ScoringTask& task, const Response& response,
                                      WorkBudget& budget) const {
  MathExplanation explanation;
  const StatusOr<Reference> reference = ReadReference(task);
  if (!reference.ok()) {
    explanation.verdict = Unscorable("ground truth: " + Message(reference.status()));
    return explanation;
  }
  explanation.gold_text = reference->text;
  math::Arena arena(budget);
  const auto gold = math::ParseMath(reference->text, ParseOptionsOf(*reference), arena);
  explanation.gold_reading = Reading(gold);
  explanation.gold_is_only_text = !gold.ok() && !reference->options.text;
  if (!response.answer.has_value()) {
    explanation.rule = "the extractor found no answer";
    explanation.verdict = Wrong("no answer found");
    return explanation;
  }
  explanation.pred_text = BoxContents(math::WithoutLeadIn(*response.answer), TextRole::kResponse);

  const auto pred = math::ParseMath(explanation.pred_text, ParseOptionsOf(*reference), arena);
  explanation.pred_reading = Reading(pred);
  const auto wrong = [&] {
    return Wrong(fmt::format("'{}' instead of '{}': {}", Excerpt(explanation.pred_text),
                             Excerpt(reference->text), explanation.rule));
  };
  if (math::SameText(reference->text, explanation.pred_text)) {
    explanation.rule = "the same text";
    explanation.verdict = Right();
    return explanation;
  }
  if (const auto equal = EqualAsWritten(reference->text, explanation.pred_text)) {
    explanation.rule = "a notation of its own";
    explanation.verdict = *equal ? Right() : wrong();
    return explanation;
  }
  if (!gold.ok() || !pred.ok() || reference->options.text) {
    explanation.rule = "what does not parse is compared as text";
    explanation.verdict = wrong();
    return explanation;
  }
  const uint64_t seed = StableHash(reference->text + "\n" + explanation.pred_text);
  math::AnswerComparer comparer(reference->options, seed, arena);
  const bool equal = comparer.Equal(*gold, *pred);
  explanation.rule = comparer.reason();
  explanation.verdict = equal ? Right() : wrong();
  return explanation;
}

Verdict MathVerifier::Verify(const ScoringTask& task, const Response& response,
                             WorkBudget& budget) const {
  return Explain(task, response, budget).verdict;
}

}  // namespace longhaul::reward
