// SPDX-License-Identifier: Apache-2.0
//
// The task of verl's public digit-completion model: go on with an arithmetic progression modulo a
// number.
//
//   prompt "8,3:9,4"   first two terms 8 and 3, modulus 9, four more terms
//   answer "7,2,6,1"   step (3 - 8) mod 9 = 4
//
// Given as a chat message, because that model's template puts its separator behind it. The scorer
// is "exact" with partial credit for a right beginning, so that a policy can learn from nothing.
#pragma once

#include <string>

#include "common/random.h"
#include "reward/generators/generator_config.h"

namespace longhaul::reward {

struct CompletionProblem {
  int first = 0;   // in [0, modulus]
  int second = 0;  // in [0, modulus)
  int modulus = 9;
  int num_terms = 0;

  std::string Prompt() const;
  std::string Answer() const;
};

CompletionProblem DrawCompletion(const DigitCompletionMix& mix, RandomSequence& random);

}  // namespace longhaul::reward
