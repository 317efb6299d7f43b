// SPDX-License-Identifier: Apache-2.0
//
// Column arithmetic as taught at school, in text a character tokenizer can hold.
//
//   prompt     47+85=            800-7=       347*6=       17+25+8=
//
//   worked     a column a turn from the units up, "digit op digit op carry : carry digit":
//              7+5+0:12,4+8+1:13#132          (7 + 5 + carry 0 is 2, carry 1; ...; answer 132)
//   subtract   0-7-0:13,0-0-1:19,8-0-1:07#793 (0 - 7 borrows 1 and leaves 3; ...)
//   multiply   7*6+0:42,4*6+4:28,3*6+2:20#2082
//   sum        one addition after another, "=" before each subtotal but the last:
//              7+5+0:12,1+2+1:04=42;2+8+0:10,4+0+1:05#50
//
// A shorter operand counts as padded with zeros. The final carry is the answer's first digit when
// it is not 0. The answer follows the one '#', which is all the scorer reads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/random.h"
#include "reward/generators/generator_config.h"

namespace longhaul::reward {

struct ArithmeticProblem {
  ArithmeticFamily family = ArithmeticFamily::kAdd;
  int digits = 1;                 // of the longest operand
  std::vector<int64_t> operands;  // non-negative; "multiply": the second has one digit

  std::string Prompt() const;
  int64_t Answer() const;
  // The same for problems that differ only in the order of what may be exchanged.
  std::string Key() const;
};

ArithmeticProblem DrawProblem(const ArithmeticMix& mix, RandomSequence& random);

enum class ResponseStyle { kWorked, kTerse, kSkipped, kWrong };
std::string_view StyleName(ResponseStyle style);

struct ArithmeticResponse {
  ResponseStyle style = ResponseStyle::kWorked;
  std::string text;
};
// An example response in a style drawn by the frequencies of `mix`.
ArithmeticResponse DrawResponse(const ArithmeticMix& mix, const ArithmeticProblem& problem,
                                RandomSequence& random);
ArithmeticResponse WriteResponse(const ArithmeticProblem& problem, ResponseStyle style,
                                 RandomSequence& random);

}  // namespace longhaul::reward
