// SPDX-License-Identifier: Apache-2.0
//
// Tokens of a mathematical answer, LaTeX or plain. Math delimiters ($, \( \), \[ \]), sizes (\left,
// \big), fonts (\mathbf) and thin spaces are dropped; Unicode signs become the commands they stand
// for. Linear in the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace longhaul::reward::math {

enum class TokenType : uint8_t {
  kEnd,
  kNumber,
  kLetter,   // one letter, or a Greek one by its name
  kWord,     // letters side by side that are no known function; a word, a unit or a product
  kCommand,  // \name without the backslash, also functions written plain
  kText,     // content of \text{...}
  kSymbol,   // one ASCII character
  kRowEnd,   // a double backslash
  kWideSpace,
};

struct Token {
  TokenType type = TokenType::kEnd;
  std::string text = {};       // kNumber: digits before the point
  std::string fraction = {};   // kNumber: digits after it
  std::string repeating = {};  // kNumber: digits repeated for ever
  std::string exponent = {};   // kNumber: 1e-5
  bool point = false;          // kNumber: has a decimal point
  bool grouped = false;        // kNumber: in groups of three
  bool upright = false;        // kLetter: of \mathrm{}
  bool bold = false;           // kLetter, kWord, kCommand: of \mathbf{}
  bool space_before = false;
  size_t offset = 0;  // in the text

  bool Is(char symbol) const { return type == TokenType::kSymbol && text[0] == symbol; }
  bool IsCommand(std::string_view name) const {
    return type == TokenType::kCommand && text == name;
  }
};

// Of an answer; the longest true ones of public data sets have a few hundred. What is longer is
// compared as text only, so that repetition without end costs nothing.
inline constexpr size_t kMaxTextBytes = 4 * 1024;

// Ends with a kEnd token. An error for bytes that have no meaning in mathematics.
StatusOr<std::vector<Token>> Tokenize(std::string_view text);

}  // namespace longhaul::reward::math
