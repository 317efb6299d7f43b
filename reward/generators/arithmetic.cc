// SPDX-License-Identifier: Apache-2.0
#include "reward/generators/arithmetic.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "common/check.h"

namespace longhaul::reward {
namespace {

int64_t PowerOfTen(int exponent) {
  int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

int64_t DrawOperand(int digits, RandomSequence& random) {
  const int64_t low = digits == 1 ? 0 : PowerOfTen(digits - 1);
  return random.Between(low, PowerOfTen(digits) - 1);
}

int NumOperands(const ArithmeticMix& mix, RandomSequence& random) {
  if (mix.family != ArithmeticFamily::kSum) return 2;
  return static_cast<int>(random.Between(mix.operands_min, mix.operands_max));
}

char Operator(ArithmeticFamily family) {
  switch (family) {
    case ArithmeticFamily::kSubtract:
      return '-';
    case ArithmeticFamily::kMultiply:
      return '*';
    case ArithmeticFamily::kAdd:
    case ArithmeticFamily::kSum:
      break;
  }
  return '+';
}

std::string Join(const std::vector<int64_t>& operands, char op) {
  return fmt::format("{}", fmt::join(operands, std::string_view(&op, 1)));
}

}  // namespace

std::string ArithmeticProblem::Prompt() const { return Join(operands, Operator(family)) + "="; }

int64_t ArithmeticProblem::Answer() const {
  switch (family) {
    case ArithmeticFamily::kSubtract:
      return operands[0] - operands[1];
    case ArithmeticFamily::kMultiply:
      return operands[0] * operands[1];
    case ArithmeticFamily::kAdd:
    case ArithmeticFamily::kSum:
      break;
  }
  return std::accumulate(operands.begin(), operands.end(), int64_t{0});
}

std::string ArithmeticProblem::Key() const {
  std::vector<int64_t> ordered = operands;
  if (Operator(family) == '+') std::sort(ordered.begin(), ordered.end());
  return Join(ordered, Operator(family));
}

ArithmeticProblem DrawProblem(const ArithmeticMix& mix, RandomSequence& random) {
  ArithmeticProblem problem;
  problem.family = mix.family;
  problem.digits = static_cast<int>(random.Between(mix.digits_min, mix.digits_max));
  if (mix.family == ArithmeticFamily::kMultiply) {
    problem.operands = {DrawOperand(problem.digits, random), random.Between(2, 9)};
    return problem;
  }
  const int count = NumOperands(mix, random);
  const int64_t longest = random.Between(0, count - 1);
  for (int i = 0; i < count; ++i) {
    int digits = problem.digits;
    if (!mix.equal_digits && i != longest) {
      digits = static_cast<int>(random.Between(mix.digits_min, problem.digits));
    }
    problem.operands.push_back(DrawOperand(digits, random));
  }
  if (mix.family == ArithmeticFamily::kSubtract && problem.operands[0] < problem.operands[1]) {
    std::swap(problem.operands[0], problem.operands[1]);
  }
  return problem;
}

}  // namespace longhaul::reward
