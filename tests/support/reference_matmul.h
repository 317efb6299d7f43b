// SPDX-License-Identifier: Apache-2.0
//
// Products in float64.
#pragma once

#include <cstdint>

#include "tests/support/op_harness.h"

namespace longhaul::testing {

// x [m, in] times weight [out, in] transposed, plus bias [out] when not empty.
inline Values ReferenceLinear(const Values& x, const Values& weight, const Values& bias, int64_t in,
                              int64_t out) {
  const int64_t m = static_cast<int64_t>(x.size()) / in;
  Values y(static_cast<size_t>(m * out));
  for (int64_t r = 0; r < m; ++r) {
    for (int64_t o = 0; o < out; ++o) {
      double sum = bias.empty() ? 0.0 : bias[static_cast<size_t>(o)];
      for (int64_t i = 0; i < in; ++i) {
        sum += x[static_cast<size_t>(r * in + i)] * weight[static_cast<size_t>(o * in + i)];
      }
      y[static_cast<size_t>(r * out + o)] = sum;
    }
  }
  return y;
}

}  // namespace longhaul::testing
