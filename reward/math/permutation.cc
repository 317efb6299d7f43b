// SPDX-License-Identifier: Apache-2.0
#include "reward/math/permutation.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "reward/math/plain_text.h"

namespace longhaul::reward::math {
namespace {

constexpr size_t kMaxBytes = 200;

using Cycle = std::vector<int>;

bool IsDigit(char ch) { return std::isdigit(static_cast<unsigned char>(ch)) != 0; }

// "132" by digits, "1 10 2" by spaces. Empty when it is no cycle.
Cycle ReadCycle(std::string_view inside) {
  const bool spaced = inside.find(' ') != std::string_view::npos;
  Cycle cycle;
  for (size_t at = 0; at < inside.size(); ++at) {
    if (inside[at] == ' ') continue;
    if (!IsDigit(inside[at])) return {};
    int number = inside[at] - '0';
    while (spaced && at + 1 < inside.size() && IsDigit(inside[at + 1])) {
      number = number * 10 + inside[++at] - '0';
      if (number > 999) return {};
    }
    if (number == 0 || std::find(cycle.begin(), cycle.end(), number) != cycle.end()) return {};
    cycle.push_back(number);
  }
  return cycle.size() < 2 ? Cycle() : cycle;
}

// What a cycle sends a number to.
int Sent(const Cycle& cycle, int number) {
  const auto found = std::find(cycle.begin(), cycle.end(), number);
  if (found == cycle.end()) return number;
  return found + 1 == cycle.end() ? cycle.front() : *(found + 1);
}

}  // namespace

std::optional<Permutation> ReadCycles(std::string_view text) {
  if (text.size() > kMaxBytes) return std::nullopt;
  const std::string plain = PlainText(text);
  std::vector<Cycle> cycles;
  size_t numbers = 0;
  for (size_t at = 0; at < plain.size();) {
    const size_t close = plain.find(')', at);
    if (plain[at] != '(' || close == std::string::npos) return std::nullopt;
    cycles.push_back(ReadCycle(std::string_view(plain).substr(at + 1, close - at - 1)));
    if (cycles.back().empty()) return std::nullopt;
    numbers += cycles.back().size();
    at = close + 1;
  }
  if (numbers < 3) return std::nullopt;
  Permutation permutation;
  for (const Cycle& cycle : cycles) {
    for (const int number : cycle) {
      int sent = number;
      for (auto it = cycles.rbegin(); it != cycles.rend(); ++it) sent = Sent(*it, sent);
      if (sent != number) permutation[number] = sent;
    }
  }
  return permutation;
}

}  // namespace longhaul::reward::math
