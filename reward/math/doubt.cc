// SPDX-License-Identifier: Apache-2.0
#include "reward/math/doubt.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace longhaul::reward::math {
namespace {

constexpr size_t kMaxBytes = 60;

// Words that deny a value or that make another of it.
constexpr std::array<std::string_view, 31> kBefore = {
    "nearly", "almost",  "preceding", "log",      "ln",    "negative", "not",      "cannot",
    "never",  "than",    "nor",       "possibly", "maybe", "perhaps",  "twice",    "thrice",
    "double", "triple",  "half",      "times",    "plus",  "minus",    "above",    "below",
    "under",  "beneath", "beyond",    "over",     "less",  "exceeds",  "exceeding"};
// The same of two words.
constexpr std::array<std::pair<std::string_view, std::string_view>, 34> kPairsBefore = {
    {{"next", "to"},      {"negative", "of"}, {"opposite", "of"},   {"inverse", "of"},
     {"log", "of"},       {"power", "of"},    {"or", "equal"},      {"at", "least"},
     {"at", "most"},      {"close", "to"},    {"divided", "by"},    {"multiplied", "by"},
     {"divisible", "by"}, {"half", "of"},     {"third", "of"},      {"thirds", "of"},
     {"quarter", "of"},   {"quarters", "of"}, {"fourth", "of"},     {"fourths", "of"},
     {"fifth", "of"},     {"fifths", "of"},   {"tenth", "of"},      {"percent", "of"},
     {"fraction", "of"},  {"multiple", "of"}, {"divisor", "of"},    {"square", "of"},
     {"cube", "of"},      {"root", "of"},     {"reciprocal", "of"}, {"double", "of"},
     {"logarithm", "of"}, {"factorial", "of"}}};
// Between such a word and the value: "cannot be exactly 5".
constexpr std::array<std::string_view, 7> kLinks = {"be",   "equal", "even", "exactly",
                                                    "just", "to",    "the"};
constexpr std::array<std::string_view, 28> kBehind = {
    "at least",   "at most",      "or greater",  "or higher",   "or smaller",   "is impossible",
    "is wrong",   "is incorrect", "is false",    "is not",      "isn't",        "cannot be",
    "can't be",   "unless",       "but maybe",   "but perhaps", "but possibly", "or maybe",
    "or perhaps", "or possibly",  "or more",     "or less",     "or fewer",     "or so",
    "would be",   "is excluded",  "is rejected", "is invalid"};

bool IsLetter(char ch) { return std::isalpha(static_cast<unsigned char>(ch)) != 0; }

bool InWord(char ch) { return IsLetter(ch) || ch == '\'' || (ch & 0x80) != 0; }

std::string_view LastWord(std::string_view& before) {
  while (!before.empty() && std::string_view(" $*(\"").find(before.back()) != before.npos) {
    before.remove_suffix(1);
  }
  size_t begin = before.size();
  while (begin > 0 && before.size() - begin < kMaxBytes && InWord(before[begin - 1])) --begin;
  const std::string_view word = before.substr(begin);
  before.remove_suffix(word.size());
  return word;
}

// 50% of 20, $\frac12$ of 20.
bool EndsNumber(std::string_view text) {
  return !text.empty() && (std::isdigit(static_cast<unsigned char>(text.back())) != 0 ||
                           text.back() == '%' || text.back() == '}');
}

template <size_t N>
bool Holds(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The word stands at the value itself: in "the number of eggs not sold is 18" it says nothing
// of 18.
bool IsDoubtfulBefore(std::string_view before) {
  std::string_view word = LastWord(before);
  while (true) {
    const std::string_view earlier = LastWord(before);
    const auto pair = std::make_pair(earlier, word);
    if (std::find(kPairsBefore.begin(), kPairsBefore.end(), pair) != kPairsBefore.end())
      return true;
    if (word == "of" && earlier.empty() && EndsNumber(before)) return true;
    if (!Holds(kLinks, word)) break;
    word = earlier;
  }
  return Holds(kBefore, word) || word.ends_with("n't");
}

// "5 if n is odd" beside another case, or with one to follow. Alone, "if" tells when the question
// arises: "$28 if they choose the second park".
bool IsOneOfTwoCases(std::string_view before, std::string_view behind) {
  while (!behind.empty() && std::string_view(" $*),").find(behind[0]) != behind.npos) {
    behind.remove_prefix(1);
  }
  if (!behind.starts_with("if ")) return false;
  const size_t stop = before.find_last_of(".\n");
  if (stop != before.npos) before.remove_prefix(stop);
  const std::string_view rest = behind.substr(3, behind.find_first_of(".\n"));
  return before.find(" if ") != before.npos || rest.find(" if ") != rest.npos ||
         rest.find("otherwise") != rest.npos;
}

bool IsDoubtfulBehind(std::string_view behind) {
  while (!behind.empty() && std::string_view(" $*),\"").find(behind[0]) != behind.npos) {
    behind.remove_prefix(1);
  }
  return std::any_of(kBehind.begin(), kBehind.end(), [&](std::string_view words) {
    return behind.starts_with(words) &&
           (behind.size() == words.size() || !IsLetter(behind[words.size()]));
  });
}

}  // namespace

bool IsDoubted(std::string_view lower, size_t begin, size_t end) {
  constexpr size_t kWindow = 200;
  const size_t from = begin - std::min(begin, kWindow);
  const std::string_view before = lower.substr(from, begin - from);
  const std::string_view behind = lower.substr(end, kWindow);
  return IsDoubtfulBefore(before) || IsDoubtfulBehind(behind) || IsOneOfTwoCases(before, behind);
}

}  // namespace longhaul::reward::math
