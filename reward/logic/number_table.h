// SPDX-License-Identifier: Apache-2.0
//
// A table of numbers with two decimals, and a city for each row.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace longhaul::reward {

constexpr size_t kNumberTableRowsMax = 1000;

// The numbers are in hundredths.
struct NumberTable {
  std::vector<std::string> columns;  // of numbers
  std::vector<std::string> cities;   // by row
  std::vector<std::vector<int64_t>> rows;

  size_t IndexOf(const std::string& column) const {
    return static_cast<size_t>(std::find(columns.begin(), columns.end(), column) - columns.begin());
  }
};

// 1234 <-> "12.34"; nothing else is read.
std::string Hundredths(int64_t value);
StatusOr<int64_t> ReadHundredths(std::string_view text);

}  // namespace longhaul::reward
