// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/simd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "common/dtype.h"
#include "common/random.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/logit_block.h"

namespace longhaul::kernels {
namespace {

double Ulp(float x) { return std::ldexp(1.0, std::max(std::ilogb(x), -126) - 23); }

TEST(SimdTest, ExpIsWithinOneUlp) {
  double worst = 0;
  for (double x = -104; x < 88.72; x += 0.0007) {
    const float at = static_cast<float>(x);
    const double exact = std::exp(static_cast<double>(at));
    const double error = std::abs(Exp1(at) - exact) / Ulp(static_cast<float>(exact));
    worst = std::max(worst, error);
  }
  EXPECT_LE(worst, 1.0);
}

TEST(SimdTest, ExpAtTheEdges) {
  EXPECT_EQ(Exp1(0), 1.0f);
  EXPECT_EQ(Exp1(-0.0f), 1.0f);
  EXPECT_EQ(Exp1(-INFINITY), 0.0f);
  EXPECT_FALSE(std::signbit(Exp1(-INFINITY)));
  EXPECT_EQ(Exp1(INFINITY), INFINITY);
  EXPECT_EQ(Exp1(89), INFINITY);
  EXPECT_TRUE(std::isnan(Exp1(NAN)));
}

TEST(SimdTest, PartialLoadsAndStoresTouchOnlyTheirLanes) {
  for (int64_t n = 0; n <= kLanes; ++n) {
    float from[kLanes], to[kLanes];
    uint16_t narrow[kLanes];
    for (int i = 0; i < kLanes; ++i) {
      from[i] = static_cast<float>(i + 1);
      to[i] = -1;
      narrow[i] = 7;
    }
    const Vec x = LoadPartial(from, n);
    StorePartial(to, x, n);
    StorePartial(narrow, x, n);
    float lanes[kLanes], wide[kLanes];
    Store(lanes, x);
    Store(wide, LoadPartial(narrow, n));
    for (int i = 0; i < kLanes; ++i) {
      EXPECT_EQ(lanes[i], i < n ? from[i] : 0);
      EXPECT_EQ(to[i], i < n ? from[i] : -1);
      EXPECT_EQ(wide[i], i < n ? from[i] : 0);
      if (i >= n) {
        EXPECT_EQ(narrow[i], 7);
      }
    }
  }
}

TEST(SimdTest, KeepFirstTakesAnyCount) {
  for (int64_t n = -70; n <= 70; ++n) {
    float lanes[kLanes];
    Store(lanes, KeepFirst(Set1(1), n, Set1(2)));
    for (int i = 0; i < kLanes; ++i) EXPECT_EQ(lanes[i], i < n ? 1 : 2) << n;
  }
}

TEST(SimdTest, Bf16RoundsLikeTheScalarType) {
  RandomSequence random(RandomKey(3, RandomStream::kTest), 0);
  for (int round = 0; round < 20000; ++round) {
    uint32_t bits[kLanes];
    float values[kLanes];
    uint16_t narrow[kLanes];
    for (uint32_t& b : bits) b = static_cast<uint32_t>(random.Next64());
    if (round % 3 == 0) bits[0] = (bits[0] & 0xffff0000u) | 0x8000u;  // a tie
    std::memcpy(values, bits, sizeof(values));
    Store(narrow, Load(values));
    for (int i = 0; i < kLanes; ++i) EXPECT_EQ(narrow[i], BFloat16(values[i]).bits);
  }
}

// The widths agree bit for bit: exponentials and sums over lanes.
TEST(SimdTest, BothInstructionSetsGiveTheSameBits) {
  if (cpu::ChosenIsa() != cpu::Isa::kAvx512) GTEST_SKIP() << "one instruction set";
  for (const int64_t n : {1, 7, 8, 15, 16, 17, 300, 2048}) {
    std::vector<float> logits(n), a(n), b(n);
    for (int64_t i = 0; i < n; ++i) logits[i] = 9 * NormalAt(4, n, 0, static_cast<uint32_t>(i));
    const auto x = cpu::avx2::LogitStats(logits.data(), n, 0.7f);
    const auto y = cpu::avx512::LogitStats(logits.data(), n, 0.7f);
    EXPECT_EQ(x.max, y.max);
    EXPECT_EQ(x.sum, y.sum);
    EXPECT_EQ(x.weighted, y.weighted);
    cpu::avx2::LogitWeights({logits.data(), n, 0.7f, x.max, a.data()});
    cpu::avx512::LogitWeights({logits.data(), n, 0.7f, x.max, b.data()});
    EXPECT_EQ(a, b);
  }
}

}  // namespace
}  // namespace longhaul::kernels
