// SPDX-License-Identifier: Apache-2.0
//
// Exercises with numbers: order of operations, fractions, linear equations.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include "reward/generators/draw_nonzero.h"
#include "reward/generators/exercise_text.h"
#include "reward/generators/math_exercise.h"

namespace longhaul::reward {
namespace {

constexpr const char* kInteger = "-?[0-9]+";
constexpr const char* kRational = R"(-?(\\d?frac\{[0-9]+\}\{[0-9]+\}|[0-9]+(/[0-9]+)?))";

int64_t ApplyOperator(char op, int64_t a, int64_t b) {
  return op == '+' ? a + b : op == '-' ? a - b : a * b;
}

// Numbers and operators in a row, at most one neighbouring pair between parentheses.
class Expression {
 public:
  Expression(int difficulty, RandomSequence& random) {
    constexpr std::array<int, 5> kCounts = {3, 3, 4, 4, 5}, kLargest = {9, 12, 20, 50, 99};
    const size_t level = static_cast<size_t>(difficulty - 1);
    const int count = kCounts[level];
    for (int i = 0; i < count; ++i) {
      if (i > 0) operators_ += "+-*"[random.Below(3)];
      numbers_.push_back(random.Between(1, kLargest[level]));
    }
    if (difficulty >= 3 && random.Below(2) == 0) {
      group_ = random.Below(operators_.size());
      operators_[*group_] = '+';
    }
  }

  bool IsNumber() const { return operators_.empty(); }
  int64_t Value() const { return numbers_[0]; }

  std::string Text() const {
    std::string text;
    for (size_t i = 0; i < numbers_.size(); ++i) {
      if (i > 0) text += operators_[i - 1];
      if (group_ == i) text += '(';
      text += std::to_string(numbers_[i]);
      if (group_.has_value() && *group_ + 1 == i) text += ')';
    }
    return text;
  }

  // Carries out the operation that comes first.
  void Reduce() {
    const size_t product = operators_.find('*');
    const size_t at = group_.has_value() ? *group_ : product != operators_.npos ? product : 0;
    numbers_[at] = ApplyOperator(operators_[at], numbers_[at], numbers_[at + 1]);
    numbers_.erase(numbers_.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    operators_.erase(at, 1);
    group_.reset();
  }

 private:
  std::vector<int64_t> numbers_;
  std::string operators_;
  std::optional<size_t> group_;  // the operator between the parentheses
};

int64_t DrawSlip(RandomSequence& random) { return random.Below(2) == 0 ? 1 : -1; }

void SetRatioAnswer(const Ratio& value, RandomSequence& random, MathExercise& exercise) {
  exercise.answer = RatioLatex(value);
  exercise.terse_answer = RatioText(value);
  exercise.wrong_answer = RatioText(Ratio::Reduced(value.above + DrawSlip(random), value.below));
}

struct DrawnFraction {
  int64_t above;
  int64_t below;
};

DrawnFraction DrawFraction(int64_t largest, RandomSequence& random) {
  const int64_t below = random.Between(2, largest);
  return {random.Between(1, below - 1), below};
}

std::string FractionText(int64_t above, int64_t below) {
  return fmt::format("{}/{}", above, below);
}

// ax+b = cx+d with c = 0 below difficulty 3 and at 4.
struct LinearEquation {
  Polynomial left;
  Polynomial right;
};

LinearEquation DrawEquation(int difficulty, RandomSequence& random) {
  constexpr std::array<int, 5> kLargestFactor = {9, 12, 9, 9, 12},
                               kLargestTerm = {9, 50, 20, 20, 50};
  const size_t level = static_cast<size_t>(difficulty - 1);
  const int64_t a = random.Between(2, kLargestFactor[level]);
  const int64_t b = DrawNonzero(kLargestTerm[level], random);
  int64_t c = 0;
  if (difficulty == 3 || difficulty == 5) {
    do {
      c = DrawNonzero(kLargestFactor[level], random);
    } while (c == a);
  }
  if (difficulty >= 4) return {{b, a}, {DrawNonzero(kLargestTerm[level], random), c}};
  const int64_t root = random.Between(difficulty == 1 ? -9 : -20, difficulty == 1 ? 9 : 20);
  return {{b, a}, {(a - c) * root + b, c}};
}

}  // namespace

MathExercise DrawArithmeticExercise(int difficulty, RandomSequence& random) {
  Expression expression(difficulty, random);
  const std::string text = expression.Text();
  MathExercise exercise;
  exercise.request = fmt::format("Compute ${}$.", text);
  exercise.terse = text + "=";
  exercise.key = exercise.terse;
  for (expression.Reduce(); !expression.IsNumber(); expression.Reduce()) {
    exercise.steps.push_back(expression.Text());
  }
  SetRatioAnswer({expression.Value(), 1}, random, exercise);
  exercise.finished = kInteger;
  return exercise;
}

MathExercise DrawFractionExercise(int difficulty, RandomSequence& random) {
  const int64_t largest = 3 + 2 * difficulty;
  const DrawnFraction a = DrawFraction(largest, random), b = DrawFraction(largest, random);
  const char op = "+-*"[random.Below(static_cast<uint64_t>(std::min(difficulty, 3)))];
  const std::string left = FractionText(a.above, a.below), right = FractionText(b.above, b.below);
  MathExercise exercise;
  exercise.request = fmt::format("Compute ${}{}{}$ in lowest terms.", left, op, right);
  exercise.terse = fmt::format("{}{}{}=", left, op, right);
  const bool ordered = op == '-' || left < right;
  exercise.key = fmt::format("{}{}{}=", ordered ? left : right, op, ordered ? right : left);
  int64_t above = a.above * b.above, below = a.below * b.below;
  if (op != '*') {
    below = std::lcm(a.below, b.below);
    const int64_t x = a.above * (below / a.below), y = b.above * (below / b.below);
    exercise.steps.push_back(
        fmt::format("{}{}{}", FractionText(x, below), op, FractionText(y, below)));
    above = ApplyOperator(op, x, y);
  }
  exercise.steps.push_back(FractionText(above, below));
  SetRatioAnswer(Ratio::Reduced(above, below), random, exercise);
  exercise.finished = kRational;
  return exercise;
}

MathExercise DrawLinearExercise(int difficulty, RandomSequence& random) {
  const LinearEquation equation = DrawEquation(difficulty, random);
  const std::string text =
      fmt::format("{}={}", PolynomialText(equation.left), PolynomialText(equation.right));
  MathExercise exercise;
  exercise.request = fmt::format("Solve ${}$ for $x$.", text);
  exercise.terse = text + ":";
  exercise.key = exercise.terse;
  exercise.separator = ',';
  const int64_t factor = equation.left[1] - equation.right[1];
  const int64_t constant = equation.right[0] - equation.left[0];
  exercise.steps.push_back(fmt::format("{}={}", PolynomialText({0, factor}), constant));
  if (factor != 1) exercise.steps.push_back(fmt::format("x={}/{}", constant, factor));
  SetRatioAnswer(Ratio::Reduced(constant, factor), random, exercise);
  return exercise;
}

}  // namespace longhaul::reward
