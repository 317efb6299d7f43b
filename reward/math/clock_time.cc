// SPDX-License-Identifier: Apache-2.0
#include "reward/math/clock_time.h"

#include <cctype>

namespace longhaul::reward::math {
namespace {

// "am" or "pm" of "PM", "p.m." or the letters P M.
std::string HalfOfDay(const Node& node) {
  std::string letters;
  if (node.kind == Kind::kUnit) letters = node.name;
  if (node.kind == Kind::kMultiply) {
    for (const Node* arg : node.args) letters += arg->kind == Kind::kSymbol ? arg->name : "?";
  }
  std::string half;
  for (const char ch : letters) {
    if (ch != '.' && ch != ' ') {
      half += static_cast<char>(std::tolower(static_cast<unsigned char>(ch)));
    }
  }
  return half == "am" || half == "pm" ? half : "";
}

}  // namespace

std::optional<ClockTime> AsClockTime(const Node& node) {
  if (node.kind != Kind::kRatio || node.args.size() > 3) return std::nullopt;
  ClockTime time;
  for (size_t i = 0; i < node.args.size(); ++i) {
    const Node* part = node.args[i];
    if (i + 1 == node.args.size() && part->kind == Kind::kMultiply && part->args.size() == 2) {
      time.half = HalfOfDay(*part->args[1]);
      if (time.half.empty()) return std::nullopt;
      part = part->args[0];
    }
    if (!IsInteger(*part) || part->value >= 60 || (i > 0 && part->name.size() != 2)) {
      return std::nullopt;
    }
    time.parts.push_back(part->value);
  }
  return time;
}

bool SameTime(const ClockTime& a, const ClockTime& b) {
  const bool halves = a.half.empty() || b.half.empty() || a.half == b.half;
  return halves && a.parts == b.parts;
}

}  // namespace longhaul::reward::math
