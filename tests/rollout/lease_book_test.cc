// SPDX-License-Identifier: Apache-2.0
#include "rollout/lease_book.h"

#include <gtest/gtest.h>

namespace longhaul::rollout {
namespace {

proto::Lease LeaseOfOne(int64_t id) {
  proto::Lease lease;
  lease.set_lease_id(id);
  lease.set_group_size(1);
  return lease;
}

TEST(LeaseBook, WhatIsOnItsWayBackIsNotWithdrawn) {
  LeaseBook book;
  ASSERT_TRUE(book.Open(LeaseOfOne(1)));
  ASSERT_TRUE(book.Open(LeaseOfOne(2)));
  proto::Rollout rollout;
  rollout.set_stop_reason(proto::STOP_REASON_EOS);
  ASSERT_TRUE(book.Finish(1, rollout));
  const LeaseBook::Unscored unscored = book.TakeUnscored(1);
  ASSERT_EQ(unscored.samples, std::vector<int32_t>{0});
  ASSERT_TRUE(book.Score(unscored, {proto::RewardResult()})) << "complete: its return begins";
  EXPECT_FALSE(book.Withdraw(1));
  EXPECT_TRUE(book.GroupOf(1).has_value());
  book.Close(1);
  EXPECT_FALSE(book.Withdraw(1)) << "returned";
  EXPECT_TRUE(book.Withdraw(2)) << "still worked on";
  EXPECT_EQ(book.size(), 0);
}

// A lease expires while a rollout of it is being judged, and the same worker gets it again: the
// verdict is of a rollout that is being generated anew.
TEST(LeaseBook, ARewardReachesOnlyTheRolloutItWasAskedFor) {
  LeaseBook book;
  proto::Rollout rollout;
  rollout.set_stop_reason(proto::STOP_REASON_EOS);
  ASSERT_TRUE(book.Open(LeaseOfOne(1)));
  ASSERT_TRUE(book.Finish(1, rollout));
  const LeaseBook::Unscored before = book.TakeUnscored(1);
  ASSERT_TRUE(book.Withdraw(1));
  ASSERT_TRUE(book.Open(LeaseOfOne(1)));
  EXPECT_FALSE(book.Score(before, {proto::RewardResult()}));
  EXPECT_FALSE(book.ScoreRequestFor(before).has_value());
  EXPECT_EQ(book.Unfinished(1), std::vector<int32_t>{0});
  ASSERT_TRUE(book.Finish(1, rollout));
  EXPECT_TRUE(book.Score(book.TakeUnscored(1), {proto::RewardResult()}));
}

}  // namespace
}  // namespace longhaul::rollout
