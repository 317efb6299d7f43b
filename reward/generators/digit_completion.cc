// SPDX-License-Identifier: Apache-2.0
#include "reward/generators/digit_completion.h"

#include <fmt/format.h>

namespace longhaul::reward {

std::string CompletionProblem::Prompt() const {
  return fmt::format("{},{}:{},{}", first, second, modulus, num_terms);
}

std::string CompletionProblem::Answer() const {
  const int step = ((second - first) % modulus + modulus) % modulus;
  std::string answer;
  int term = second;
  for (int i = 0; i < num_terms; ++i) {
    term = (term + step) % modulus;
    answer += fmt::format("{}{}", i == 0 ? "" : ",", term);
  }
  return answer;
}

CompletionProblem DrawCompletion(const DigitCompletionMix& mix, RandomSequence& random) {
  CompletionProblem problem;
  problem.modulus = mix.modulus;
  problem.first = static_cast<int>(random.Between(0, mix.modulus));
  const int step = static_cast<int>(random.Between(0, mix.max_step));
  problem.second = (problem.first + step) % mix.modulus;
  problem.num_terms = static_cast<int>(random.Between(0, mix.max_terms));
  return problem;
}

}  // namespace longhaul::reward
