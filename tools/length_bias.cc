// SPDX-License-Identifier: Apache-2.0
#include "tools/length_bias.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "trainer/eval/statistics.h"

namespace longhaul::tools {
namespace {

using Pairs = std::vector<std::pair<double, double>>;

constexpr size_t kFewestPairs = 10;

// Nothing where one of the two does not vary.
std::optional<double> Pearson(const Pairs& pairs) {
  const trainer::Covariation sums = trainer::CovariationOf(pairs);
  if (sums.xx == 0 || sums.yy == 0) return std::nullopt;
  return sums.xy / std::sqrt(sums.xx * sums.yy);
}

}  // namespace

std::string DescribeLengthBias(const Pairs& pairs) {
  if (pairs.size() < kFewestPairs) {
    return fmt::format("not measured: {} cases are too few; a correlation takes {}", pairs.size(),
                       kFewestPairs);
  }
  const std::optional<double> r = Pearson(pairs);
  if (!r.has_value()) return "no correlation: excess score or length does not vary";
  // A perfect one has no interval in Fisher's scale; rounding may even pass 1.
  const double z = std::atanh(std::min(std::max(*r, -0.999999), 0.999999));
  const double half = 1.96 / std::sqrt(static_cast<double>(pairs.size()) - 3);
  const double low = std::tanh(z - half), high = std::tanh(z + half);
  return fmt::format(
      "correlation of excess score and length {:+.3f}   95% interval [{:.3f}, {:.3f}]"
      ", {} cases{}",
      *r, low, high, pairs.size(), low <= 0 && high >= 0 ? ": may be chance" : "");
}

}  // namespace longhaul::tools
