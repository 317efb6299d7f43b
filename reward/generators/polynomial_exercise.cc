// SPDX-License-Identifier: Apache-2.0
//
// Exercises with polynomials: quadratic equations by their factors, products of factors.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reward/generators/draw_nonzero.h"
#include "reward/generators/exercise_text.h"
#include "reward/generators/math_exercise.h"

namespace longhaul::reward {
namespace {

// "(x+2)(x-3)", the factors in the order of their texts.
std::string OrderedFactors(const Polynomial& a, const Polynomial& b) {
  const std::string left = PolynomialText(a), right = PolynomialText(b);
  return fmt::format("({})({})", std::min(left, right), std::max(left, right));
}

// One term for each power, the highest first.
std::string SumPattern(size_t degree) {
  std::string pattern = fmt::format(R"(-?[0-9]*x\^\{{?{}\}}?)", degree);
  for (size_t power = degree - 1; power > 1; --power) {
    pattern += fmt::format(R"(([+-][0-9]*x\^\{{?{}\}}?)?)", power);
  }
  return pattern + "([+-][0-9]*x)?([+-][0-9]+)?";
}

}  // namespace

MathExercise DrawQuadraticExercise(int difficulty, RandomSequence& random) {
  constexpr std::array<int, 5> kLargest = {5, 9, 15, 9, 9};
  const int64_t largest = kLargest[static_cast<size_t>(difficulty - 1)];
  const auto draw_factor = [&](int64_t largest_leading) {
    const int64_t leading = largest_leading == 1 ? 1 : random.Between(2, largest_leading);
    return Polynomial{DrawNonzero(largest, random), leading};
  };
  const Polynomial a = draw_factor(difficulty < 4 ? 1 : difficulty);
  const Polynomial b = draw_factor(difficulty < 5 ? 1 : 5);
  const std::string text = PolynomialText(Product(a, b)) + "=0";
  std::array<Ratio, 2> roots = {Ratio::Reduced(-a[0], a[1]), Ratio::Reduced(-b[0], b[1])};
  std::sort(roots.begin(), roots.end());
  const bool one_root = roots[0] == roots[1];
  MathExercise exercise;
  exercise.request = fmt::format("Find the set of all real roots of ${}$.", text);
  exercise.terse = text + ":";
  exercise.key = exercise.terse;
  exercise.separator = ',';
  exercise.steps = {OrderedFactors(a, b) + "=0"};
  if (one_root) {
    exercise.terse_answer = RatioText(roots[0]);
    exercise.answer = fmt::format("\\{{{}\\}}", RatioLatex(roots[0]));
  } else {
    exercise.terse_answer = fmt::format("{},{}", RatioText(roots[0]), RatioText(roots[1]));
    exercise.answer = fmt::format("\\{{{},{}\\}}", RatioLatex(roots[0]), RatioLatex(roots[1]));
  }
  const int64_t slip = random.Below(2) == 0 ? 1 : -1;
  const Ratio off = Ratio::Reduced(roots[0].above + slip * roots[0].below, roots[0].below);
  exercise.wrong_answer =
      one_root ? RatioText(off) : fmt::format("{},{}", RatioText(off), RatioText(roots[1]));
  return exercise;
}

MathExercise DrawExpandExercise(int difficulty, RandomSequence& random) {
  const int64_t largest = difficulty == 3 ? 12 : 9;
  const auto draw_leading = [&]() -> int64_t {
    if (difficulty == 1 || difficulty == 4) return 1;
    return random.Between(1, difficulty == 3 ? 9 : 5);
  };
  Polynomial a = {DrawNonzero(largest, random), draw_leading()};
  Polynomial b = {DrawNonzero(largest, random), draw_leading()};
  if (difficulty >= 4) b.insert(b.begin(), DrawNonzero(largest, random));
  const std::string text = fmt::format("({})({})", PolynomialText(a), PolynomialText(b));
  const Polynomial product = Product(a, b);
  MathExercise exercise;
  exercise.request = fmt::format("Expand ${}$ and collect like terms.", text);
  exercise.terse = text + "=";
  exercise.key = OrderedFactors(a, b) + "=";
  exercise.steps = {ProductTerms(a, b)};
  exercise.answer = PolynomialText(product);
  exercise.terse_answer = exercise.answer;
  Polynomial wrong = product;
  wrong[random.Below(product.size() - 1)] += random.Below(2) == 0 ? 1 : -1;
  exercise.wrong_answer = PolynomialText(wrong);
  exercise.finished = SumPattern(product.size() - 1);
  return exercise;
}

}  // namespace longhaul::reward
