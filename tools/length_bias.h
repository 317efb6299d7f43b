// SPDX-License-Identifier: Apache-2.0
//
// Whether a judge pays for length: the correlation of what it gave too much and the candidate's
// length, with what so many cases can tell of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace longhaul::tools {

// "+0.310   95% interval [-0.120, 0.642], 24 cases: may be chance". Pearson's r with Fisher's
// interval, atanh(r) -+ 1.96 / sqrt(n - 3) (Fisher 1921). Below ten pairs even a correlation of 0.6
// is chance, so that none is given; nor where one of the two does not vary.
std::string DescribeLengthBias(const std::vector<std::pair<double, double>>& pairs);

}  // namespace longhaul::tools
