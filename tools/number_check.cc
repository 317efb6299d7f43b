// SPDX-License-Identifier: Apache-2.0
#include "tools/number_check.h"

#include <fmt/format.h>

#include <functional>
#include <string>

namespace longhaul::tools {
namespace {

CLI::Validator Bound(const std::string& words, std::function<bool(double)> holds) {
  const auto check = [words, holds = std::move(holds)](const std::string& text) {
    double value = 0;
    if (!CLI::detail::lexical_cast(text, value) || holds(value)) return std::string();
    return fmt::format("must be {}, found {}", words, text);
  };
  return CLI::Validator(check, words);
}

}  // namespace

CLI::Validator AtLeast(int64_t min) {
  return Bound(fmt::format("at least {}", min),
               [min](double value) { return !(value < static_cast<double>(min)); });
}

CLI::Validator AboveZeroUpToOne() {
  return Bound("above 0, at most 1", [](double value) { return !(value <= 0 || value > 1); });
}

}  // namespace longhaul::tools
