// SPDX-License-Identifier: Apache-2.0
//
// Row and elementwise ops in float64.
#pragma once

#include <cmath>
#include <cstdint>

#include "tests/support/op_harness.h"

namespace longhaul::testing {

inline double ReferenceSigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// f(i) for every element i.
template <typename F>
Values MapValues(size_t n, const F& f) {
  Values y(n);
  for (size_t i = 0; i < n; ++i) y[i] = f(i);
  return y;
}

// y, then rstd.
inline std::vector<Values> ReferenceRmsNorm(const Values& x, const Values& weight, double eps) {
  const size_t dim = weight.size(), rows = x.size() / dim;
  Values y(x.size()), rstd(rows);
  for (size_t r = 0; r < rows; ++r) {
    double squares = 0;
    for (size_t i = 0; i < dim; ++i) squares += x[r * dim + i] * x[r * dim + i];
    rstd[r] = 1.0 / std::sqrt(squares / static_cast<double>(dim) + eps);
    for (size_t i = 0; i < dim; ++i) y[r * dim + i] = x[r * dim + i] * rstd[r] * weight[i];
  }
  return {y, rstd};
}

// cos_sin: [tokens, 2 * half], cosines first.
inline Values ReferenceRotary(const Values& x, const Values& cos_sin, size_t head_dim,
                              size_t tokens) {
  const size_t rotary_dim = cos_sin.size() / tokens, half = rotary_dim / 2;
  const size_t heads = x.size() / tokens / head_dim;
  Values y = x;
  for (size_t t = 0; t < tokens; ++t) {
    for (size_t h = 0; h < heads; ++h) {
      const size_t at = (t * heads + h) * head_dim;
      for (size_t i = 0; i < half; ++i) {
        const double c = cos_sin[t * rotary_dim + i], s = cos_sin[t * rotary_dim + half + i];
        y[at + i] = x[at + i] * c - x[at + half + i] * s;
        y[at + half + i] = x[at + half + i] * c + x[at + i] * s;
      }
    }
  }
  return y;
}

}  // namespace longhaul::testing
