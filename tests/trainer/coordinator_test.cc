// SPDX-License-Identifier: Apache-2.0
#include "trainer/coordinator/coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "tests/trainer/groups.h"

namespace longhaul::trainer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CoordinatorTest : public testing::Test {
 protected:
  CoordinatorTest() : coordinator_({.lease_timeout_s = 10, .clock = [this] { return now_; }}) {
    coordinator_.SetVersion(0);
  }

  int64_t Open(const std::string& uid) {
    proto::Lease lease;
    *lease.mutable_task() = MakeTask(uid);
    lease.set_group_size(2);
    return coordinator_.Open(std::move(lease));
  }

  std::vector<proto::Lease> LeaseTo(const std::string& worker, int max_groups,
                                    int64_t version = 0) {
    proto::LeaseRequest request;
    request.set_worker(worker);
    request.set_max_groups(max_groups);
    request.set_weight_version(version);
    const proto::LeaseReply reply = coordinator_.Lease(request, 0);
    return {reply.leases().begin(), reply.leases().end()};
  }

  bool ReturnFrom(const std::string& worker, const proto::Lease& lease) {
    proto::ReturnRequest request;
    request.set_worker(worker);
    *request.mutable_group() = MakeGroup(lease, {0, 1}, 0);
    return coordinator_.Return(request).value().accepted();
  }

  proto::RenewReply RenewFrom(const std::string& worker, const proto::Group& partial) {
    proto::RenewRequest request;
    request.set_worker(worker);
    *request.add_partial() = partial;
    return coordinator_.Renew(request);
  }

  double now_ = 100;
  Coordinator coordinator_;
};

TEST_F(CoordinatorTest, LeasesInOrderAndTakesBackWhatWasLeased) {
  const std::vector<int64_t> ids = {Open("a"), Open("b"), Open("c")};
  const auto first = LeaseTo("w", 2);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].task().uid(), "a");
  EXPECT_EQ(first[1].task().uid(), "b");
  const auto second = LeaseTo("v", 5);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].task().uid(), "c");
  EXPECT_TRUE(ReturnFrom("w", first[1]));
  const std::vector<int64_t> later = {ids[1], ids[2]};
  EXPECT_FALSE(coordinator_.WaitForReturns(later, 0));
  EXPECT_TRUE(ReturnFrom("v", second[0]));
  EXPECT_TRUE(coordinator_.WaitForReturns(later, 0));
  EXPECT_FALSE(coordinator_.WaitForReturns(ids, 0));
  EXPECT_THAT(coordinator_.Returned(ids), ElementsAre(ids[1], ids[2]));
  const proto::Group group = coordinator_.Take(ids[1]);
  EXPECT_EQ(group.task().uid(), "b");
  EXPECT_EQ(group.rollouts_size(), 2);
}

TEST_F(CoordinatorTest, AnExpiredLeaseGoesBackWithItsPartials) {
  const int64_t id = Open("a");
  const auto lease = LeaseTo("w", 1);
  proto::Group partial;
  partial.set_lease_id(id);
  *partial.add_rollouts() = MakeRollout(0, {7, 8}, 0, 0);
  now_ += 9;
  EXPECT_EQ(RenewFrom("w", partial).lost_lease_ids_size(), 0);
  now_ += 9;  // renewed, so still held
  EXPECT_TRUE(LeaseTo("v", 1).empty());
  now_ += 2;
  const auto again = LeaseTo("v", 1);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].lease_id(), id);
  ASSERT_EQ(again[0].resume_size(), 1);
  EXPECT_THAT(again[0].resume(0).token_ids(), ElementsAre(7, 8));
  EXPECT_EQ(coordinator_.expired_leases(), 1);
  // The first worker has lost it.
  EXPECT_FALSE(ReturnFrom("w", lease[0]));
  EXPECT_THAT(RenewFrom("w", partial).lost_lease_ids(), ElementsAre(id));
  EXPECT_TRUE(ReturnFrom("v", again[0]));
  EXPECT_FALSE(ReturnFrom("v", again[0])) << "a group counts once";
}

TEST_F(CoordinatorTest, AStoppedProcessGoesOnWithItsLeases) {
  Coordinator coordinator({.lease_timeout_s = 60, .clock = [this] { return now_; }});
  coordinator.SetVersion(0);
  proto::Lease lease;
  lease.set_group_size(2);
  const std::vector<int64_t> ids = {coordinator.Open(lease)};
  proto::LeaseRequest request;
  request.set_worker("w");
  request.set_max_groups(1);
  request.set_weight_version(0);
  const proto::LeaseReply leased = coordinator.Lease(request, 0);
  now_ += 3600;
  EXPECT_FALSE(coordinator.WaitForReturns(ids, 0));
  EXPECT_LE(coordinator.SecondsSinceProgress(), 10);
  EXPECT_EQ(coordinator.expired_leases(), 0);
  for (int i = 0; i < 10; ++i) {
    now_ += 6;
    coordinator.WaitForReturns(ids, 0);
  }
  EXPECT_EQ(coordinator.expired_leases(), 1) << "seconds that were lived through count";
}

TEST_F(CoordinatorTest, LeasesOnlyToWorkersWithTheCurrentWeights) {
  Open("a");
  coordinator_.SetVersion(3);
  EXPECT_TRUE(LeaseTo("w", 1, 2).empty());
  EXPECT_EQ(LeaseTo("w", 1, 3).size(), 1u);
}

TEST_F(CoordinatorTest, RefusesGroupsThatCannotBeOfTheLease) {
  Open("a");
  const auto lease = LeaseTo("w", 1);
  const auto message = [&](const std::function<void(proto::Group&)>& spoil) {
    proto::ReturnRequest request;
    request.set_worker("w");
    *request.mutable_group() = MakeGroup(lease[0], {0, 1}, 0);
    spoil(*request.mutable_group());
    const auto reply = coordinator_.Return(request);
    return reply.ok() ? std::string() : Message(reply.status());
  };
  EXPECT_THAT(message([](proto::Group& g) { g.mutable_rollouts()->RemoveLast(); }),
              HasSubstr("1 rollouts returned, group_size is 2"));
  EXPECT_THAT(message([](proto::Group& g) {
                g.mutable_rollouts(1)->mutable_reward()->set_score(
                    std::numeric_limits<double>::quiet_NaN());
              }),
              HasSubstr("sample 1: reward nan is not finite"));
  EXPECT_THAT(message([](proto::Group& g) { g.mutable_rollouts(0)->add_token_ids(1); }),
              HasSubstr("rollout_logprobs"));
  EXPECT_THAT(message([](proto::Group& g) {
                g.mutable_rollouts(0)->set_stop_reason(proto::STOP_REASON_UNFINISHED);
              }),
              HasSubstr("unfinished"));
  EXPECT_THAT(message([](proto::Group& g) { g.mutable_rollouts(0)->clear_reward(); }),
              HasSubstr("not scored"));
  EXPECT_EQ(message([](proto::Group&) {}), "");
}

TEST_F(CoordinatorTest, StateGoesIntoAnother) {
  const std::vector<int64_t> ids = {Open("a"), Open("b"), Open("c")};
  const auto leases = LeaseTo("w", 2);
  EXPECT_TRUE(ReturnFrom("w", leases[0]));
  proto::Group partial;
  partial.set_lease_id(ids[1]);
  *partial.add_rollouts() = MakeRollout(1, {9}, 0, 0);
  coordinator_.UpdatePartials({partial});

  // Another timeout than before: who gets the leases now must renew in time for it.
  Coordinator other({.lease_timeout_s = 4, .clock = [this] { return now_; }});
  other.Restore(coordinator_.next_lease_id(), coordinator_.leases());
  other.SetVersion(0);
  EXPECT_THAT(other.Returned(ids), ElementsAre(ids[0]));
  EXPECT_EQ(other.Take(ids[0]).task().uid(), "a");
  proto::LeaseRequest request;
  request.set_worker("v");
  request.set_max_groups(9);
  const proto::LeaseReply reply = other.Lease(request, 0);
  ASSERT_EQ(reply.leases_size(), 2);
  EXPECT_EQ(reply.leases(0).lease_id(), ids[1]);
  EXPECT_THAT(reply.leases(0).resume(0).token_ids(), ElementsAre(9));
  EXPECT_EQ(reply.leases(1).lease_id(), ids[2]);
  EXPECT_EQ(leases[1].deadline_ms(), 10'000);
  EXPECT_EQ(reply.leases(0).deadline_ms(), 4'000);
  EXPECT_EQ(other.Open(proto::Lease()), ids[2] + 1);
}

// A group that comes back while the leases are looked at is either still out or back, never both:
// a checkpoint that held both would lease a group that is there already.
TEST_F(CoordinatorTest, LeasesAreThoseOfOneMoment) {
  constexpr int kLeases = 2000;
  std::vector<int64_t> ids;
  for (int i = 0; i < kLeases; ++i) ids.push_back(Open(fmt::format("t{}", i)));
  const std::vector<proto::Lease> leased = LeaseTo("w", kLeases);
  std::thread worker([&] {
    for (const proto::Lease& lease : leased) EXPECT_TRUE(ReturnFrom("w", lease));
  });
  while (!coordinator_.WaitForReturns(ids, 0)) {
    const Coordinator::Leases leases = coordinator_.leases();
    ASSERT_EQ(leases.unfinished.size() + leases.returned.size(), ids.size());
  }
  worker.join();
}

TEST_F(CoordinatorTest, FinishedEndsTheWait) {
  coordinator_.Finish();
  proto::LeaseRequest request;
  request.set_max_groups(1);
  EXPECT_TRUE(coordinator_.Lease(request, 3600).finished());
}

TEST_F(CoordinatorTest, SaysWhatItWaitsFor) {
  const std::vector<int64_t> ids = {Open("a"), Open("b")};
  LeaseTo("rollout-0", 1);
  now_ += 2.5;
  EXPECT_EQ(
      coordinator_.Describe(ids),
      "0 of 2 groups returned, 1 queued, 1 leased; last call of worker 'rollout-0' 2.5 s ago");
  EXPECT_EQ(coordinator_.SecondsSinceProgress(), 2.5);
}

}  // namespace
}  // namespace longhaul::trainer
