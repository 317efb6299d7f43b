// SPDX-License-Identifier: Apache-2.0
#include "common/nearest_name.h"

#include <fmt/format.h>

#include <algorithm>

namespace longhaul {
namespace {

// Names longer than this are no slip of the pen; it bounds the work.
constexpr size_t kGivenMax = 128;

int EditDistance(std::string_view a, std::string_view b) {
  std::vector<int> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string SuggestName(std::string_view given, const std::vector<std::string>& names) {
  const std::string* best = nullptr;
  int best_distance = std::max<int>(2, static_cast<int>(given.size()) / 3) + 1;
  if (given.size() <= kGivenMax) {
    for (const std::string& name : names) {
      const int distance = EditDistance(given, name);
      // Names that have nothing in common are at a distance of their length.
      const bool related = distance < static_cast<int>(std::max(given.size(), name.size()));
      if (related && distance < best_distance) best = &name, best_distance = distance;
    }
  }
  if (best != nullptr) return fmt::format("; did you mean '{}'?", *best);
  return "; valid: " + JoinNames(names);
}

std::string JoinNames(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) {
    joined += joined.empty() ? "" : ", ";
    joined += name.empty() ? "''" : name;
  }
  return joined;
}

}  // namespace longhaul
