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
  ASSERT_EQ(book.TakeUnscored(1), std::vector<int32_t>{0});
  ASSERT_TRUE(book.Score(1, {0}, {proto::RewardResult()})) << "complete: its return begins";
  EXPECT_FALSE(book.Withdraw(1));
  EXPECT_TRUE(book.GroupOf(1).has_value());
  book.Close(1);
  EXPECT_FALSE(book.Withdraw(1)) << "returned";
  EXPECT_TRUE(book.Withdraw(2)) << "still worked on";
  EXPECT_EQ(book.size(), 0);
}

}  // namespace
}  // namespace longhaul::rollout
