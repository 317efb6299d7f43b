// SPDX-License-Identifier: Apache-2.0
#include "common/exact_sum.h"

#include <bit>
#include <cmath>

namespace longhaul {
namespace {

constexpr int64_t kTermsUntilCarry = int64_t{1} << 29;  // each term adds less than 2^33 to a limb

}  // namespace

void ExactSum::Add(double value) {
  if (!std::isfinite(value)) {
    special_ += value;
    return;
  }
  const uint64_t bits = std::bit_cast<uint64_t>(value);
  const int exponent = static_cast<int>(bits >> 52 & 0x7ff);
  uint64_t mantissa = bits & ((uint64_t{1} << 52) - 1);
  if (exponent > 0) mantissa |= uint64_t{1} << 52;
  const int shift = exponent > 0 ? exponent - 1 : 0;  // units of 2^-1074
  const unsigned __int128 wide = static_cast<unsigned __int128>(mantissa) << (shift % 32);
  const int64_t sign = value < 0 ? -1 : 1;
  for (int i = 0; i < 3; ++i) {
    limbs_[static_cast<size_t>(shift / 32 + i)] +=
        sign * static_cast<int64_t>(static_cast<uint32_t>(wide >> (32 * i)));
  }
  if (++terms_since_carry_ == kTermsUntilCarry) {
    Carry(limbs_);
    terms_since_carry_ = 0;
  }
}

void ExactSum::Add(const ExactSum& other) {
  Limbs limbs = other.limbs_;
  Carry(limbs);
  Carry(limbs_);
  for (int i = 0; i < kLimbs; ++i) limbs_[static_cast<size_t>(i)] += limbs[static_cast<size_t>(i)];
  Carry(limbs_);
  terms_since_carry_ = 0;
  special_ += other.special_;
}

void ExactSum::Carry(Limbs& limbs) {
  int64_t carry = 0;
  for (int i = 0; i + 1 < kLimbs; ++i) {
    int64_t& limb = limbs[static_cast<size_t>(i)];
    limb += carry;
    carry = limb >> 32;  // floor, also for negative ones
    limb &= 0xffffffff;
  }
  limbs[kLimbs - 1] += carry;
}

double ExactSum::Value() const {
  if (special_ != 0) return special_;  // NaN or an infinity
  Limbs limbs = limbs_;
  Carry(limbs);
  const bool negative = limbs[kLimbs - 1] < 0;
  if (negative) {
    for (int64_t& limb : limbs) limb = -limb;
    Carry(limbs);
  }
  int top = kLimbs - 1;
  while (top > 0 && limbs[static_cast<size_t>(top)] == 0) --top;
  // The top 64 bits with a sticky bit for all below, then one rounding to 53 bits.
  const auto limb = [&](int i) {
    return i >= 0 ? static_cast<uint64_t>(limbs[static_cast<size_t>(i)]) : 0;
  };
  const unsigned __int128 window =
      static_cast<unsigned __int128>(limb(top)) << 64 | limb(top - 1) << 32 | limb(top - 2);
  const uint64_t high = static_cast<uint64_t>(window >> 64);
  const int lead = high != 0 ? 64 - std::countl_zero(high) : 0;
  uint64_t mantissa = static_cast<uint64_t>(window >> lead);
  bool sticky = lead > 0 && (window & ((static_cast<unsigned __int128>(1) << lead) - 1)) != 0;
  for (int i = top - 3; i >= 0 && !sticky; --i) sticky = limb(i) != 0;
  int exponent = 32 * (top - 2) + lead - 1074;
  // Subnormal results are exact multiples of 2^-1074 and need no rounding; normal ones keep 53 bits
  // of 64.
  if (exponent < -1074 && mantissa != 0) {
    mantissa >>= -1074 - exponent;
    exponent = -1074;
  }
  const int drop = 64 - std::countl_zero(mantissa) - 53;
  if (drop > 0) {
    const uint64_t half = uint64_t{1} << (drop - 1), rest = mantissa & (2 * half - 1);
    mantissa >>= drop;
    exponent += drop;
    if (rest > half || (rest == half && (sticky || (mantissa & 1) != 0))) ++mantissa;
  }
  const double value = std::ldexp(static_cast<double>(mantissa), exponent);
  return negative ? -value : value;
}

}  // namespace longhaul
