// SPDX-License-Identifier: Apache-2.0
//
// The router and its gradient's loss in float64.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "tests/support/op_harness.h"

namespace longhaul::testing {

inline Values ReferenceSoftmaxRows(const Values& logits, size_t n) {
  Values probs(logits.size());
  for (size_t r = 0; r < logits.size(); r += n) {
    const double top = *std::max_element(logits.begin() + static_cast<int64_t>(r),
                                         logits.begin() + static_cast<int64_t>(r + n));
    double sum = 0;
    for (size_t i = r; i < r + n; ++i) sum += probs[i] = std::exp(logits[i] - top);
    for (size_t i = r; i < r + n; ++i) probs[i] /= sum;
  }
  return probs;
}

// Indices of the k largest of each row, largest first, lower index first among equals.
inline std::vector<size_t> ReferenceTopK(const Values& probs, size_t n, size_t k) {
  std::vector<size_t> ids;
  for (size_t r = 0; r < probs.size(); r += n) {
    std::vector<size_t> order(n);
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return probs[r + a] > probs[r + b]; });
    ids.insert(ids.end(), order.begin(), order.begin() + static_cast<int64_t>(k));
  }
  return ids;
}

}  // namespace longhaul::testing
