// SPDX-License-Identifier: Apache-2.0
//
// Estimators of the KL divergence to a frozen reference from one sampled token
// (Schulman, http://joschu.net/blog/kl-approx.html), with q = ref_logprob - logprob:
//   k1 = -q        k2 = q^2 / 2        k3 = exp(q) - 1 - q
#pragma once

#include <cmath>

#include "trainer/loss/loss_config.h"

namespace longhaul::trainer {

inline double KlEstimate(KlType type, double q) {
  switch (type) {
    case KlType::kK1:
      return -q;
    case KlType::kK2:
      return q * q / 2;
    case KlType::kK3:
      return std::expm1(q) - q;
  }
  return 0;
}

// d KlEstimate / d logprob.
inline double KlGradient(KlType type, double q) {
  switch (type) {
    case KlType::kK1:
      return 1;
    case KlType::kK2:
      return -q;
    case KlType::kK3:
      return -std::expm1(q);
  }
  return 0;
}

}  // namespace longhaul::trainer
