// SPDX-License-Identifier: Apache-2.0
//
// Random sequences of operations against a plain model of who holds what.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "common/random.h"
#include "rollout/block_pool.h"
#include "rollout/state_pool.h"

namespace longhaul::rollout {
namespace {

TEST(BlockPool, CountsHoldersExactly) {
  constexpr int64_t kBlocks = 13;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    RandomSequence random(RandomKey(1, RandomStream::kTest), seed);
    BlockPool pool(kBlocks);
    std::vector<int32_t> holds;  // a block once for each reference
    for (int step = 0; step < 400; ++step) {
      const uint64_t choice = random.Below(3);
      if (choice == 0 && pool.free() > 0) {
        const int32_t block = pool.Allocate();
        for (int32_t held : holds) ASSERT_NE(held, block);
        holds.push_back(block);
      } else if (choice == 1 && !holds.empty()) {
        const int32_t block = holds[random.Below(holds.size())];
        pool.Share(block);
        holds.push_back(block);
      } else if (choice == 2 && !holds.empty()) {
        const size_t at = random.Below(holds.size());
        pool.Release(holds[at]);
        holds.erase(holds.begin() + static_cast<int64_t>(at));
      }
      const std::set<int32_t> distinct(holds.begin(), holds.end());
      ASSERT_EQ(pool.used(), static_cast<int64_t>(distinct.size()));
      ASSERT_EQ(pool.free() + pool.used(), kBlocks);
      for (int32_t block : distinct) {
        ASSERT_EQ(pool.references(block), std::count(holds.begin(), holds.end(), block));
      }
    }
    for (int32_t block : holds) pool.Release(block);
    EXPECT_EQ(pool.free(), kBlocks);
  }
}

TEST(BlockPoolDeathTest, RefusesWhatNobodyHolds) {
  BlockPool pool(1);
  const int32_t block = pool.Allocate();
  EXPECT_DEATH(pool.Allocate(), "no free key-value block");
  pool.Release(block);
  EXPECT_DEATH(pool.Release(block), "is free");
  EXPECT_DEATH(pool.Share(block), "is free");
}

TEST(StatePool, EachSlotHasOneHolder) {
  StatePool pool(5);
  RandomSequence random(RandomKey(2, RandomStream::kTest), 0);
  std::set<int32_t> held;
  for (int step = 0; step < 2000; ++step) {
    if (random.Below(2) == 0 && pool.free() > 0) {
      ASSERT_TRUE(held.insert(pool.Allocate()).second);
    } else if (!held.empty()) {
      pool.Release(*held.begin());
      held.erase(held.begin());
    }
    ASSERT_EQ(pool.used(), static_cast<int64_t>(held.size()));
  }
}

TEST(StatePoolDeathTest, RefusesASecondRelease) {
  StatePool pool(2);
  const int32_t slot = pool.Allocate();
  pool.Release(slot);
  EXPECT_DEATH(pool.Release(slot), "slot");
}

}  // namespace
}  // namespace longhaul::rollout
