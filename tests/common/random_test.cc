// SPDX-License-Identifier: Apache-2.0
#include "common/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace longhaul {
namespace {

using Block = std::array<uint32_t, 4>;

// kat_vectors of Random123, philox4x32 with 10 rounds.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(Philox(0, {0, 0, 0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox(~uint64_t{0}, {~0u, ~0u, ~0u, ~0u}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox(0x299f31d0a4093822ull, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, KeysOfStreamsAndSeedsDiffer) {
  std::set<uint64_t> keys;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    for (auto stream : {RandomStream::kSampling, RandomStream::kInit, RandomStream::kDataOrder,
                        RandomStream::kTask, RandomStream::kTest}) {
      keys.insert(RandomKey(seed, stream));
    }
  }
  EXPECT_EQ(keys.size(), 500u);
}

TEST(Random, UniformsStayInsideAndAreUniform) {
  const uint64_t key = RandomKey(1, RandomStream::kTest);
  double sum = 0, sum_double = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    const float u = UniformAt(key, 3, static_cast<uint32_t>(i), 0);
    const double v = UniformDoubleAt(key, 3, static_cast<uint32_t>(i), 1);
    ASSERT_GT(u, 0.0f);
    ASSERT_LT(u, 1.0f);
    ASSERT_GT(v, 0.0);
    ASSERT_LT(v, 1.0);
    sum += static_cast<double>(u), sum_double += v;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.004);  // four standard errors
  EXPECT_NEAR(sum_double / kDraws, 0.5, 0.004);
}

TEST(Random, NormalsHaveTheirMoments) {
  const uint64_t key = RandomKey(2, RandomStream::kTest);
  constexpr int kDraws = 100'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const auto x = static_cast<double>(NormalAt(key, static_cast<uint64_t>(i), 0, 0));
    ASSERT_TRUE(std::isfinite(x));
    sum += x, squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.013);
  EXPECT_NEAR(squares / kDraws, 1, 0.02);
}

TEST(RandomSequence, DrawsInBoundsAndRepeats) {
  RandomSequence a(5, 6), b(5, 6), c(5, 7);
  bool same = true;
  std::set<int64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const int64_t x = a.Between(-3, 3);
    ASSERT_GE(x, -3);
    ASSERT_LE(x, 3);
    seen.insert(x);
    ASSERT_EQ(b.Between(-3, 3), x);
    same = same && c.Between(-3, 3) == x;
  }
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_FALSE(same);
  EXPECT_EQ(RandomSequence(1, 1).Below(1), 0u);
  RandomSequence(1, 1).Between(INT64_MIN + 1, INT64_MAX);
}

TEST(Random, StableHashNeverChanges) {
  EXPECT_EQ(StableHash(""), StableHash(std::string_view()));
  EXPECT_NE(StableHash("a"), StableHash("b"));
  EXPECT_EQ(StableHash("gsm8k/17"), StableHash(std::string("gsm8k/") + "17"));
}

}  // namespace
}  // namespace longhaul
