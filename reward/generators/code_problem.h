// SPDX-License-Identifier: Apache-2.0
//
// Small programming tasks in text that a character tokenizer can hold: find the function from what
// it gives.
//
//   prompt     f(0)=37,f(1)=49:                     difficulty 1: a*x+b, 1 to 9 and 0 to 99
//              f(0)=-4,f(1)=58:                     2: 1 to 99 and -99 to 99
//              f(0)=3,f(1)=6,f(2)=13:               3: a*x*x+b*x+c, 1 to 9 each
//   response   def f(x):return 12*x+37              any Python that is right will do
//
// Tests call f with the arguments shown and with others (docs/data.md, scorer "code").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/json.h"
#include "common/random.h"
#include "reward/generators/generator_config.h"

namespace longhaul::reward {

struct CodeProblem {
  int difficulty = 1;
  std::vector<int64_t> coefficients;  // of 1, x, x*x

  int64_t ValueAt(int64_t x) const;
  std::string Prompt() const;
  Json Tests() const;  // ground truth of the scorer "code"
};

CodeProblem DrawCodeProblem(const CodeMix& mix, RandomSequence& random);

// A solution in one of a few ways of writing: coefficients found (12*x+37) or, with probability
// mix.worked, left for the program to find ((49-37)*x+37). With probability mix.error_frac it is
// that of a function with one coefficient off by one.
std::string DrawCodeResponse(const CodeMix& mix, const CodeProblem& problem,
                             RandomSequence& random);

}  // namespace longhaul::reward
