// SPDX-License-Identifier: Apache-2.0
#include "reward/verifiers/number.h"

#include "reward/extractors/extractor.h"
#include "reward/ground_truth.h"
#include "reward/number/rational.h"

namespace longhaul::reward {
namespace {

enum class Form { kAny, kDecimal, kInteger };

struct Truth {
  mpq_class value;
  mpq_class tolerance;  // absolute, the larger of the two
  PercentMeaning percent = PercentMeaning::kFraction;
  Form form = Form::kAny;
};

StatusOr<mpq_class> ReadTolerance(const Json& options, std::string_view key, WorkBudget& budget) {
  const Json* value = options.Find(key);
  if (value == nullptr) return mpq_class(0);
  if (!value->is_number() && !value->is_string()) {
    return InvalidArgument("option {} is neither a number nor a string", key);
  }
  const std::string text = value->is_string() ? *value->AsString() : value->ToString();
  auto tolerance = ParseRational(text, PercentMeaning::kRefused, budget);
  if (!tolerance.ok()) return Annotate(tolerance.status(), fmt::format("option {}", key));
  if (*tolerance < 0) return InvalidArgument("option {} is negative", key);
  return tolerance;
}

StatusOr<PercentMeaning> ReadPercent(const Json& options) {
  ASSIGN_OR_RETURN(const std::string name, options.GetStringOr("percent", "fraction"));
  if (name == "fraction") return PercentMeaning::kFraction;
  if (name == "value") return PercentMeaning::kValue;
  if (name == "reject") return PercentMeaning::kRefused;
  return InvalidArgument("option percent '{}'; valid: fraction, value, reject", Excerpt(name));
}

StatusOr<Form> ReadForm(const Json& options) {
  ASSIGN_OR_RETURN(const std::string name, options.GetStringOr("form", "any"));
  if (name == "any") return Form::kAny;
  if (name == "decimal") return Form::kDecimal;
  if (name == "integer") return Form::kInteger;
  return InvalidArgument("option form '{}'; valid: any, decimal, integer", Excerpt(name));
}

StatusOr<Truth> ReadTruth(const ScoringTask& task, WorkBudget& budget) {
  Truth truth;
  ASSIGN_OR_RETURN(truth.percent, ReadPercent(task.options));
  ASSIGN_OR_RETURN(truth.form, ReadForm(task.options));
  ASSIGN_OR_RETURN(truth.tolerance, ReadTolerance(task.options, "abs_tol", budget));
  ASSIGN_OR_RETURN(const mpq_class relative, ReadTolerance(task.options, "rel_tol", budget));
  RETURN_IF_ERROR(RequireGroundTruth(task.answer));
  ASSIGN_OR_RETURN(truth.value, ParseRational(Trim(task.answer), truth.percent, budget));
  const mpq_class scaled = relative * abs(truth.value);
  if (scaled > truth.tolerance) truth.tolerance = scaled;
  return truth;
}

bool HasForm(const NumberToken& token, Form form) {
  if (form == Form::kAny) return true;
  if (token.denominator.has_value()) return false;
  if (form == Form::kDecimal) return true;
  return token.numerator.fraction.empty() && token.numerator.exponent.empty() && !token.percent;
}

// "$42$", "$42" and "42." without what is not part of the number.
std::string_view WithoutDecoration(std::string_view text) {
  text = Trim(text);
  if (text.ends_with('.')) text = Trim(text.substr(0, text.size() - 1));
  if (text.starts_with('$')) {
    text.remove_prefix(1);
    if (text.ends_with('$')) text.remove_suffix(1);
  }
  return Trim(text);
}

}  // namespace

Status NumberVerifier::CheckTask(const ScoringTask& task) const {
  WorkBudget budget(kWorkBudgetSteps);
  return ReadTruth(task, budget).status();
}

Verdict NumberVerifier::Verify(const ScoringTask& task, const Response& response,
                               WorkBudget& budget) const {
  const StatusOr<Truth> truth = ReadTruth(task, budget);
  if (!truth.ok()) return Unscorable("ground truth: " + Message(truth.status()));
  if (!response.answer.has_value()) return Wrong("no answer found");

  const std::string_view text = WithoutDecoration(*response.answer);
  const std::optional<NumberToken> token = ScanNumber(text);
  if (!token.has_value() || token->length != text.size()) {
    return Wrong(fmt::format("'{}' is not a number", Excerpt(text)));
  }
  if (!HasForm(*token, truth->form)) {
    return Wrong(fmt::format("'{}' has not the form asked for", Excerpt(text)));
  }
  const StatusOr<mpq_class> value = RationalValue(*token, truth->percent, budget);
  if (!value.ok()) return Wrong(fmt::format("'{}': {}", Excerpt(text), Message(value.status())));
  const mpq_class difference = abs(*value - truth->value);
  if (difference <= truth->tolerance) return Right();
  return Wrong(fmt::format("'{}' instead of '{}'", Excerpt(text), Excerpt(task.answer)));
}

}  // namespace longhaul::reward
