// SPDX-License-Identifier: Apache-2.0
#include "reward/math/doubt.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace longhaul::reward::math {
namespace {

constexpr size_t kMaxWords = 3;  // before the value
constexpr size_t kMaxBytes = 60;

constexpr std::array<std::string_view, 14> kBefore = {
    "not",      "cannot", "never",   "than",  "either", "neither", "nor",
    "possibly", "maybe",  "perhaps", "below", "above",  "except",  "else"};
constexpr std::array<std::string_view, 18> kBehind = {
    "is impossible", "is wrong", "is incorrect", "is false",    "is not",      "isn't",
    "cannot be",     "can't be", "if",           "unless",      "but maybe",   "but perhaps",
    "but possibly",  "or",       "would be",     "is excluded", "is rejected", "is invalid"};

bool IsLetter(char ch) { return std::isalpha(static_cast<unsigned char>(ch)) != 0; }

bool InWord(char ch) { return IsLetter(ch) || ch == '\'' || (ch & 0x80) != 0; }

bool IsDoubtfulBefore(std::string_view before) {
  for (size_t words = 0; words < kMaxWords; ++words) {
    while (!before.empty() && std::string_view(" $*(\"").find(before.back()) != before.npos) {
      before.remove_suffix(1);
    }
    size_t begin = before.size();
    while (begin > 0 && before.size() - begin < kMaxBytes && InWord(before[begin - 1])) --begin;
    const std::string_view word = before.substr(begin);
    if (word.empty()) return false;  // a number, or another sentence
    const bool doubt = std::find(kBefore.begin(), kBefore.end(), word) != kBefore.end();
    if (doubt || word.ends_with("n't") || (words == 0 && word == "or")) return true;
    before.remove_suffix(word.size());
  }
  return false;
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
  return IsDoubtfulBefore(lower.substr(0, begin)) || IsDoubtfulBehind(lower.substr(end));
}

}  // namespace longhaul::reward::math
