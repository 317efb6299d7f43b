// SPDX-License-Identifier: Apache-2.0
//
// Values in prose, outside mathematics: "so there are 42 of them".
//
// A number is found with everything that makes it another value, so that no part of a longer one
// counts as the answer:
//
//   what touches it      2x, 10², 3.14..., −5, 5!, \frac{1}{2}; not the punctuation, the quotes and
//                        the brackets of the sentence, nor a dash to a word ("42-page")
//   what an operator     2 + 3, x = - 5; but "- 5" at the start of a line is an item
//   with spaces joins
//   what follows it      another number, a root, a unit, a command, a name of a number ("million")
//
// What all this is worth is the parser's to say. A name with a digit in it (H2O, x_1) is no number.
#pragma once

#include <string_view>
#include <vector>

namespace longhaul::reward::math {

struct Span {
  size_t begin = 0;
  size_t end = 0;
};

// In the order of the text. `math` holds what is left out, in order. Linear in the text.
std::vector<Span> FindNumbers(std::string_view text, const std::vector<Span>& math);

}  // namespace longhaul::reward::math
