// SPDX-License-Identifier: Apache-2.0
#include "reward/logic/number_table.h"

#include "reward/scorer.h"

namespace longhaul::reward {

std::string Hundredths(int64_t value) { return fmt::format("{}.{:02}", value / 100, value % 100); }

StatusOr<int64_t> ReadHundredths(std::string_view text) {
  const size_t point = text.size() < 4 ? 0 : text.size() - 3;
  int64_t value = 0;
  bool digits = text.size() >= 4 && text.size() <= 16 && text[point] == '.';
  for (size_t i = 0; i < text.size() && digits; ++i) {
    if (i == point) continue;
    digits = text[i] >= '0' && text[i] <= '9';
    value = value * 10 + (text[i] - '0');
  }
  if (!digits || (text[0] == '0' && point > 1)) {
    return InvalidArgument("'{}' is no number with two decimals", Excerpt(text));
  }
  return value;
}

}  // namespace longhaul::reward
