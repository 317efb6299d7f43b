// SPDX-License-Identifier: Apache-2.0
//
// A sum of doubles without rounding: a fixed-point number wide enough for every double, so that the
// result is the correctly rounded true sum, whatever the order and however the terms were split
// over workers.
#pragma once

#include <array>
#include <cstdint>

namespace longhaul {

class ExactSum {
 public:
  void Add(double value);
  void Add(const ExactSum& other);
  // The sum rounded once (to nearest, ties to even); NaN and infinities among the terms act as in
  // plain addition.
  double Value() const;

 private:
  // Limb i counts units of 2^(32 i - 1074). 2098 bits of doubles and 64 for the number of terms.
  static constexpr int kLimbs = 68;
  using Limbs = std::array<int64_t, kLimbs>;

  static void Carry(Limbs& limbs);  // brings every limb but the top one into [0, 2^32)

  Limbs limbs_{};
  int64_t terms_since_carry_ = 0;
  double special_ = 0;  // sum of the terms that are not finite
};

}  // namespace longhaul
