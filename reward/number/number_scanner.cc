// SPDX-License-Identifier: Apache-2.0
#include "reward/number/number_scanner.h"

#include <array>

namespace longhaul::reward {
namespace {

constexpr std::string_view kMinus = "\xE2\x88\x92";  // U+2212
constexpr std::array<std::string_view, 5> kSeparators = {",", "_", "\xC2\xA0", "\xE2\x80\xAF",
                                                         "\xE2\x80\x89"};
constexpr std::array<std::string_view, 4> kTimes = {"x", "*", "\xC3\x97", "\\times"};

// Consumes a text from its front.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  std::string_view rest() const { return text_.substr(at_); }
  size_t at() const { return at_; }
  void MoveTo(size_t at) { at_ = at; }
  std::string_view Since(size_t begin) const { return text_.substr(begin, at_ - begin); }

  bool Take(std::string_view prefix) {
    if (!rest().starts_with(prefix)) return false;
    at_ += prefix.size();
    return true;
  }
  std::string_view TakeDigits() {
    const size_t begin = at_;
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    return Since(begin);
  }
  // True: a sign was there; `negative` says which.
  bool TakeSign(bool* negative) {
    const size_t length = LeadingSignLength(rest());
    if (length > 0) *negative = rest()[0] != '+';
    at_ += length;
    return length > 0;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

bool StartsWithDigit(std::string_view text) { return !text.empty() && IsDigit(text[0]); }

// Exactly three digits, then anything but a digit.
bool StartsWithGroup(std::string_view text) {
  for (size_t i = 0; i < 3; ++i) {
    if (i >= text.size() || !IsDigit(text[i])) return false;
  }
  return text.size() == 3 || !IsDigit(text[3]);
}

// After one to three digits: groups of three after one kind of separator. Nothing is taken of
// "1,234,5", which is a list.
void TakeGroups(std::string_view separator, Cursor& cursor) {
  const size_t begin = cursor.at();
  while (cursor.rest().starts_with(separator) &&
         StartsWithGroup(cursor.rest().substr(separator.size()))) {
    cursor.MoveTo(cursor.at() + separator.size() + 3);
  }
  const std::string_view rest = cursor.rest();
  const bool goes_on =
      rest.starts_with(separator) && StartsWithDigit(rest.substr(separator.size()));
  if (goes_on) cursor.MoveTo(begin);
}

std::string_view TakeWhole(Cursor& cursor) {
  const size_t begin = cursor.at();
  const std::string_view first = cursor.TakeDigits();
  if (!first.empty() && first.size() <= 3) {
    for (const std::string_view separator : kSeparators) {
      const size_t before = cursor.at();
      TakeGroups(separator, cursor);
      if (cursor.at() != before) break;
    }
  }
  return cursor.Since(begin);
}

bool TakeExponentMark(Cursor& cursor) {
  if (cursor.Take("e") || cursor.Take("E")) return true;
  cursor.Take(" ");
  for (const std::string_view times : kTimes) {
    if (!cursor.Take(times)) continue;
    cursor.Take(" ");
    return cursor.Take("10^");
  }
  return false;
}

// Takes nothing when no whole exponent is there.
void TakeExponent(Cursor& cursor, DecimalToken& token) {
  const size_t begin = cursor.at();
  bool negative = false;
  if (TakeExponentMark(cursor)) {
    const bool braced = cursor.Take("{");
    cursor.TakeSign(&negative);
    const std::string_view digits = cursor.TakeDigits();
    if (!digits.empty() && (!braced || cursor.Take("}"))) {
      token.exponent = digits;
      token.exponent_negative = negative;
      return;
    }
  }
  cursor.MoveTo(begin);
}

// Takes nothing when no decimal is there.
std::optional<DecimalToken> TakeDecimal(Cursor& cursor) {
  const size_t begin = cursor.at();
  DecimalToken token;
  cursor.TakeSign(&token.negative);
  token.whole = TakeWhole(cursor);
  if (cursor.rest().starts_with('.') && StartsWithDigit(cursor.rest().substr(1))) {
    cursor.Take(".");
    token.fraction = cursor.TakeDigits();
  }
  if (token.whole.empty() && token.fraction.empty()) {
    cursor.MoveTo(begin);
    return std::nullopt;
  }
  TakeExponent(cursor, token);
  return token;
}

}  // namespace

size_t LeadingSignLength(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) return 1;
  return text.starts_with(kMinus) ? kMinus.size() : 0;
}

size_t TrailingSignLength(std::string_view text) {
  if (text.ends_with('-') || text.ends_with('+')) return 1;
  return text.ends_with(kMinus) ? kMinus.size() : 0;
}

std::optional<NumberToken> ScanNumber(std::string_view text) {
  Cursor cursor(text);
  const std::optional<DecimalToken> numerator = TakeDecimal(cursor);
  if (!numerator.has_value()) return std::nullopt;
  NumberToken token{.numerator = *numerator, .denominator = std::nullopt};
  const std::string_view rest = cursor.rest();
  if (rest.starts_with('/') && LeadingSignLength(rest.substr(1)) == 0) {
    const size_t slash = cursor.at();
    cursor.Take("/");
    token.denominator = TakeDecimal(cursor);
    if (!token.denominator.has_value()) cursor.MoveTo(slash);
  }
  token.percent = cursor.Take("%") || cursor.Take("\\%");
  token.length = cursor.at();
  return token;
}

}  // namespace longhaul::reward
