// SPDX-License-Identifier: Apache-2.0
#include "reward/extractors/extractor.h"
#include "reward/number/number_scanner.h"

namespace longhaul::reward {
namespace {

bool IsLetterOrDigit(char ch) {
  return IsDigit(ch) || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

// A point or a sign before a number is its own only when nothing stands before it that it could
// join: "-3" in "x = -3", but "3" in "5-3" and in "sum.3".
bool JoinsWhatIsBefore(std::string_view before) {
  if (before.empty()) return false;
  const char ch = before.back();
  return IsLetterOrDigit(ch) || ch == ')' || ch == ']' || ch == '}' || ch == '.';
}

bool IsLetter(char ch) { return IsLetterOrDigit(ch) && !IsDigit(ch); }

// Of the exponent that "5²" ends with.
size_t SuperscriptLength(std::string_view text) {
  size_t length = 0;
  while (true) {
    const std::string_view rest = text.substr(length);
    const bool latin =
        rest.starts_with("\u00b2") || rest.starts_with("\u00b3") || rest.starts_with("\u00b9");
    const bool block = rest.size() > 2 && rest.starts_with("\xE2\x81") &&
                       static_cast<unsigned char>(rest[2]) >= 0xB0 &&
                       static_cast<unsigned char>(rest[2]) <= 0xBF;  // U+2070 to U+207F
    if (!latin && !block) return length;
    length += latin ? 2 : 3;
  }
}

// Where the number whose first digit is at `digit` begins; not before `floor`.
size_t NumberStart(std::string_view text, size_t floor, size_t digit) {
  size_t start = digit;
  if (start > floor && text[start - 1] == '.' && !JoinsWhatIsBefore(text.substr(0, start - 1))) {
    --start;
  }
  const std::string_view before = text.substr(floor, start - floor);
  const size_t sign = TrailingSignLength(before);
  if (sign > 0 && !JoinsWhatIsBefore(text.substr(0, start - sign))) start -= sign;
  return start;
}

}  // namespace

std::optional<std::string_view> ExtractLastNumber(std::string_view text, const Json&) {
  std::optional<std::string_view> last;
  size_t at = 0;
  while ((at = text.find_first_of("0123456789", at)) != std::string_view::npos) {
    const size_t floor = last.has_value() ? last->data() + last->size() - text.data() : 0;
    const size_t start = NumberStart(text, floor, at);
    const std::optional<NumberToken> token = ScanNumber(text.substr(start));
    if (!token.has_value()) return last;  // a digit always begins a number
    const size_t end =
        start + token->length + SuperscriptLength(text.substr(start + token->length));
    if (start == 0 || !IsLetter(text[start - 1])) last = text.substr(start, end - start);  // v3
    at = end;
  }
  return last;
}

}  // namespace longhaul::reward
