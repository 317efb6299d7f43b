// SPDX-License-Identifier: Apache-2.0
#include "reward/generators/code_problem.h"

#include <fmt/format.h>

#include <algorithm>

namespace longhaul::reward {
namespace {

// Arguments of the tests beyond those that the prompt shows.
constexpr int64_t kHiddenArguments[] = {3, 10, -7};

std::vector<int64_t> DrawCoefficients(int difficulty, RandomSequence& random) {
  if (difficulty == 1) return {random.Between(0, 99), random.Between(1, 9)};
  if (difficulty == 2) return {random.Between(-99, 99), random.Between(1, 99)};
  const int64_t constant = random.Between(1, 9), linear = random.Between(1, 9);
  return {constant, linear, random.Between(1, 9)};
}

// 37, 12*x
std::vector<std::string> PowerTerms(const CodeProblem& problem) {
  std::vector<std::string> terms;
  std::string power;
  for (const int64_t coefficient : problem.coefficients) {
    terms.push_back(std::to_string(coefficient) + power);
    power += "*x";
  }
  return terms;
}

// 37, (49-37)*x: Newton's forward differences, left for the program to subtract.
std::vector<std::string> DifferenceTerms(const CodeProblem& problem) {
  const int64_t at0 = problem.ValueAt(0), at1 = problem.ValueAt(1);
  std::vector<std::string> terms = {std::to_string(at0), fmt::format("({}-{})*x", at1, at0)};
  if (problem.coefficients.size() == 3) {
    terms.push_back(fmt::format("({}-2*{}+{})//2*x*(x-1)", problem.ValueAt(2), at1, at0));
  }
  return terms;
}

}  // namespace

int64_t CodeProblem::ValueAt(int64_t x) const {
  int64_t value = 0;
  for (size_t power = coefficients.size(); power-- > 0;) value = value * x + coefficients[power];
  return value;
}

std::string CodeProblem::Prompt() const {
  std::string prompt;
  for (size_t x = 0; x < coefficients.size(); ++x) {
    prompt += fmt::format("{}f({})={}", x == 0 ? "" : ",", x, ValueAt(static_cast<int64_t>(x)));
  }
  return prompt + ":";
}

Json CodeProblem::Tests() const {
  Json inputs = Json::Array(), outputs = Json::Array();
  const auto add = [&](int64_t x) {
    inputs.Append(Json::Array().Append(x));
    outputs.Append(ValueAt(x));
  };
  for (size_t x = 0; x < coefficients.size(); ++x) add(static_cast<int64_t>(x));
  for (const int64_t x : kHiddenArguments) add(x);
  return Json::Object()
      .Set("fn_name", "f")
      .Set("inputs", std::move(inputs))
      .Set("outputs", std::move(outputs));
}

CodeProblem DrawCodeProblem(const CodeMix& mix, RandomSequence& random) {
  CodeProblem problem;
  problem.difficulty = static_cast<int>(random.Between(mix.difficulty_min, mix.difficulty_max));
  problem.coefficients = DrawCoefficients(problem.difficulty, random);
  return problem;
}

std::string DrawCodeResponse(const CodeMix& mix, const CodeProblem& problem,
                             RandomSequence& random) {
  CodeProblem written = problem;
  const bool wrong = random.Uniform() < mix.error_frac;
  int64_t& slipped = written.coefficients[random.Below(written.coefficients.size())];
  const int64_t slip = random.Below(2) == 0 ? 1 : -1;
  if (wrong) slipped += slip;
  const bool highest_first = random.Below(2) == 0;
  const bool worked = random.Uniform() < mix.worked;
  std::vector<std::string> terms = worked ? DifferenceTerms(written) : PowerTerms(written);
  if (highest_first) std::reverse(terms.begin(), terms.end());
  std::string sum;
  for (const std::string& term : terms) {
    sum += (sum.empty() || term.starts_with('-') ? "" : "+") + term;
  }
  return "def f(x):return " + sum;
}

}  // namespace longhaul::reward
