// SPDX-License-Identifier: Apache-2.0
#include "reward/code/text_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "reward/scorer.h"

namespace longhaul::reward {
namespace {

constexpr std::string_view kBlanks = " \t\r\f\v";
constexpr std::string_view kSpaces = " \t\r\n\f\v";

std::string_view TrimEnd(std::string_view text, std::string_view what) {
  return text.substr(0, text.find_last_not_of(what) + 1);
}

// The next line, without its end and the white space before it.
std::string_view TakeLine(std::string_view& rest) {
  const size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end + 1));
  return TrimEnd(line, kBlanks);
}

// The next word; empty at the end.
std::string_view TakeToken(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kSpaces), rest.size()));
  const size_t end = std::min(rest.find_first_of(kSpaces), rest.size());
  const std::string_view token = rest.substr(0, end);
  rest.remove_prefix(end);
  return token;
}

std::string Differs(std::string_view what, int64_t number, std::string_view expected,
                    std::string_view got) {
  return fmt::format("{} {}: expected '{}', got '{}'", what, number, Excerpt(expected, 60),
                     Excerpt(got, 60));
}

std::string CompareLines(std::string_view expected, std::string_view got) {
  expected = TrimEnd(expected, kSpaces);
  got = TrimEnd(got, kSpaces);
  for (int64_t number = 1; !expected.empty() || !got.empty(); ++number) {
    const std::string_view want = TakeLine(expected), have = TakeLine(got);
    if (want != have) return Differs("line", number, want, have);
  }
  return "";
}

std::optional<double> ParseNumber(std::string_view token) {
  if (token.starts_with('+') && !token.starts_with("+-")) token.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error != std::errc() || end != token.data() + token.size()) return std::nullopt;
  return value;
}

bool TokensAgree(std::string_view expected, std::string_view got, TextComparator comparator,
                 const Tolerance& tolerance) {
  if (expected == got) return true;
  if (comparator != TextComparator::kFloat) return false;
  const std::optional<double> want = ParseNumber(expected), have = ParseNumber(got);
  return want.has_value() && have.has_value() && IsClose(*want, *have, tolerance);
}

}  // namespace

bool IsClose(double expected, double got, const Tolerance& tolerance) {
  if (expected == got) return true;
  if (!std::isfinite(expected) || !std::isfinite(got)) return false;
  return std::fabs(got - expected) <=
         std::max(tolerance.abs_tol, tolerance.rel_tol * std::fabs(expected));
}

std::string CompareText(std::string_view expected, std::string_view got, TextComparator comparator,
                        const Tolerance& tolerance) {
  if (comparator == TextComparator::kLines) return CompareLines(expected, got);
  for (int64_t number = 1;; ++number) {
    const std::string_view want = TakeToken(expected), have = TakeToken(got);
    if (want.empty() && have.empty()) return "";
    if (!TokensAgree(want, have, comparator, tolerance)) {
      return Differs("word", number, want, have);
    }
  }
}

}  // namespace longhaul::reward
