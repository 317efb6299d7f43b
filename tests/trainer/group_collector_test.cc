// SPDX-License-Identifier: Apache-2.0
#include "trainer/coordinator/group_collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "tests/trainer/groups.h"

namespace longhaul::trainer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Returns every lease at once, with scores chosen by the test, until the coordinator is finished.
class InstantWorker {
 public:
  using Scores = std::function<std::vector<double>(const proto::Lease&)>;
  InstantWorker(Coordinator* coordinator, Scores scores, int64_t version)
      : thread_([=] {
          while (true) {
            proto::LeaseRequest request;
            request.set_worker("instant");
            request.set_max_groups(3);
            request.set_weight_version(version);
            const proto::LeaseReply reply = coordinator->Lease(request, 10);
            if (reply.finished()) return;
            // Backwards, so that the order of returns is not that of the leases.
            for (int i = reply.leases_size() - 1; i >= 0; --i) {
              proto::ReturnRequest back;
              back.set_worker("instant");
              *back.mutable_group() = MakeGroup(reply.leases(i), scores(reply.leases(i)), version);
              EXPECT_TRUE(coordinator->Return(back).value().accepted());
            }
          }
        }),
        coordinator_(coordinator) {}
  ~InstantWorker() {
    coordinator_->Finish();
    thread_.join();
  }

 private:
  std::thread thread_;
  Coordinator* coordinator_;
};

TaskSampler TwelveTasks() {
  TaskSampler::Args args;
  args.sources.push_back({.path = "tasks.jsonl", .weight = 1, .tasks = {}});
  for (int i = 0; i < 12; ++i) {
    args.sources[0].tasks.push_back(MakeTask(fmt::format("t{}", i)));
  }
  args.shuffle = false;
  return TaskSampler::Create(std::move(args)).value();
}

StepConfig FourPrompts() {
  StepConfig config;
  config.num_prompts_per_step = 4;
  config.num_generations_per_prompt = 2;
  return config;
}

std::vector<std::string> Uids(const std::vector<proto::Group>& groups) {
  std::vector<std::string> uids;
  for (const proto::Group& group : groups) uids.push_back(group.task().uid());
  return uids;
}

class GroupCollectorTest : public testing::Test {
 protected:
  GroupCollectorTest() : coordinator_({}), sampler_(TwelveTasks()) { coordinator_.SetVersion(0); }

  GroupCollector Make(const StepConfig& config) {
    return GroupCollector({.config = config,
                           .stop_token_ids = {1},
                           .seed = 1,
                           .stop = &stop_,
                           .coordinator = &coordinator_,
                           .sampler = &sampler_});
  }

  std::atomic<bool> stop_ = false;
  Coordinator coordinator_;
  TaskSampler sampler_;
};

// Tasks whose number is odd have no signal.
std::vector<double> OddAreFlat(const proto::Lease& lease) {
  const int number = std::stoi(lease.task().uid().substr(1));
  return number % 2 == 1 ? std::vector<double>{1, 1} : std::vector<double>{0, 1};
}

TEST_F(GroupCollectorTest, TakesABatchInLeaseOrder) {
  InstantWorker worker(&coordinator_, OddAreFlat, 0);
  GroupCollector collector = Make(FourPrompts());
  const Collection collection = collector.Collect({.max_response_length = 8}).value();
  EXPECT_THAT(Uids(collection.train), ElementsAre("t0", "t1", "t2", "t3"));
  EXPECT_EQ(collection.gen_batches, 1);
  EXPECT_THAT(Uids(collector.Collect({.step = 1}).value().train),
              ElementsAre("t4", "t5", "t6", "t7"));
}

TEST_F(GroupCollectorTest, DynamicSamplingRefillsAndKeepsWhatIsLeft) {
  InstantWorker worker(&coordinator_, OddAreFlat, 0);
  StepConfig config = FourPrompts();
  config.num_prompts_per_step = 3;
  config.dynamic_sampling.enabled = true;
  GroupCollector collector = Make(config);
  const Collection first = collector.Collect({}).value();
  EXPECT_THAT(Uids(first.train), ElementsAre("t0", "t2", "t4"));
  EXPECT_THAT(Uids(first.dropped), ElementsAre("t1", "t3", "t5"));
  EXPECT_EQ(first.gen_batches, 2);
  // t6 and t8 of the third batch wait for the step after.
  const Collection second = collector.Collect({.step = 1}).value();
  EXPECT_THAT(Uids(second.train), ElementsAre("t6", "t8", "t10"));
  const Collection third = collector.Collect({.step = 2}).value();
  EXPECT_THAT(Uids(third.train), ElementsAre("t0", "t2", "t4"));
}

TEST_F(GroupCollectorTest, PendingGroupsGrowStaleAndAreDropped) {
  InstantWorker worker(
      &coordinator_,
      [](const proto::Lease&) {
        return std::vector<double>{0, 1};
      },
      0);
  StepConfig config = FourPrompts();
  config.dynamic_sampling.enabled = true;
  config.async.max_staleness_steps = 0;
  GroupCollector collector = Make(config);
  GroupCollector::State state;
  for (int i = 0; i < 5; ++i) {
    proto::Lease lease;
    *state.pending.emplace_back().mutable_task() = MakeTask(fmt::format("p{}", i));
    *state.pending.back().add_rollouts() = MakeRollout(0, {1}, 1, 0);
  }
  collector.Restore(std::move(state));
  EXPECT_THAT(Uids(collector.Collect({.weight_version = 0}).value().train),
              ElementsAre("p0", "p1", "p2", "p3"));
  // p4 would be one version old in the next step.
  const Collection next = collector.Collect({.step = 1, .weight_version = 0}).value();
  EXPECT_THAT(Uids(next.dropped), ElementsAre("p4"));
  EXPECT_EQ(next.stale_groups, 1);
}

// A resumed run may allow less than the one that kept them.
TEST_F(GroupCollectorTest, KeptGroupsObeyTheBoundOfThisRun) {
  coordinator_.SetVersion(3);
  InstantWorker worker(
      &coordinator_,
      [](const proto::Lease&) {
        return std::vector<double>{0, 1};
      },
      3);
  StepConfig config = FourPrompts();
  config.dynamic_sampling.enabled = true;
  config.async.max_staleness_steps = 1;
  GroupCollector collector = Make(config);
  GroupCollector::State state;
  for (int64_t version : {1, 2}) {
    *state.pending.emplace_back().mutable_task() = MakeTask(fmt::format("v{}", version));
    *state.pending.back().add_rollouts() = MakeRollout(0, {1}, 1, version);
  }
  collector.Restore(std::move(state));
  const Collection collection = collector.Collect({.step = 3, .weight_version = 3}).value();
  EXPECT_THAT(Uids(collection.train), ElementsAre("v2", "t0", "t1", "t2"));
  EXPECT_THAT(Uids(collection.dropped), ElementsAre("v1"));
  EXPECT_EQ(collection.stale_groups, 1);
}

TEST_F(GroupCollectorTest, ErrorShowsSolveRates) {
  InstantWorker worker(
      &coordinator_,
      [](const proto::Lease&) {
        return std::vector<double>{0, 0};
      },
      0);
  StepConfig config = FourPrompts();
  config.dynamic_sampling.enabled = true;
  config.dynamic_sampling.max_gen_batches = 2;
  GroupCollector collector = Make(config);
  const Status status = collector.Collect({.step = 6}).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status),
              HasSubstr("step 7: 0 usable groups after 2 generation batches of 4"));
  EXPECT_THAT(Message(status), HasSubstr("8 dropped groups: all wrong 8"));
  EXPECT_THAT(Message(status), testing::Not(HasSubstr("train_partial")));  // with none it ends too
}

// Rewards that could not be had are no wrong answers: nothing is refilled, and the error is theirs.
TEST_F(GroupCollectorTest, ScoringThatFailsEndsTheStepBeforeARefill) {
  std::atomic<int> leases = 0;
  InstantWorker worker(
      &coordinator_,
      [&](const proto::Lease&) {
        ++leases;
        return std::vector<double>{kUnscorable, kUnscorable};
      },
      0);
  StepConfig config = FourPrompts();
  config.dynamic_sampling.enabled = true;
  GroupCollector collector({.config = config,
                            .stop_token_ids = {},
                            .max_unscorable_frac = 0.1,
                            .stop = &stop_,
                            .coordinator = &coordinator_,
                            .sampler = &sampler_});
  const Status status = collector.Collect({.step = 6}).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Message(status),
            "step 7: scoring failed: 8 of 8 rollouts (100.0%) could not be scored, "
            "reward.max_unscorable_frac is 10.0%; 8 of them: scorer 'genrm': nobody answers");
  EXPECT_EQ(leases, 4);
}

TEST_F(GroupCollectorTest, WhatCouldNotBeScoredIsNotCalledWrong) {
  InstantWorker worker(
      &coordinator_,
      [](const proto::Lease&) {
        return std::vector<double>{kUnscorable, kUnscorable};
      },
      0);
  StepConfig config = FourPrompts();
  config.dynamic_sampling = {.enabled = true, .max_gen_batches = 2};
  GroupCollector collector = Make(config);  // any share may be unscorable
  EXPECT_THAT(Message(collector.Collect({}).status()),
              AllOf(HasSubstr("all wrong 0,"), HasSubstr("unscorable 8.")));
}

TEST_F(GroupCollectorTest, OnExhausted) {
  InstantWorker worker(&coordinator_, OddAreFlat, 0);
  StepConfig config = FourPrompts();
  config.dynamic_sampling = {
      .enabled = true, .max_gen_batches = 1, .on_exhausted = OnExhausted::kTrainPartial};
  GroupCollector partial = Make(config);
  EXPECT_THAT(Uids(partial.Collect({}).value().train), ElementsAre("t0", "t2"));
  config.dynamic_sampling.on_exhausted = OnExhausted::kReuse;
  GroupCollector reuse = Make(config);
  const Collection again = reuse.Collect({}).value();
  EXPECT_THAT(Uids(again.train), ElementsAre("t4", "t6", "t4", "t6"));
  EXPECT_EQ(again.originals().size(), 2u);
}

TEST_F(GroupCollectorTest, AStoppedBatchGoesOnElsewhere) {
  GroupCollector collector = Make(FourPrompts());
  stop_ = true;
  EXPECT_EQ(collector.Collect({}).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(collector.state().open_ids.size(), 4u);
  stop_ = false;

  Coordinator other({});
  other.SetVersion(0);
  other.Restore(coordinator_.next_lease_id(), coordinator_.leases());
  InstantWorker worker(&other, OddAreFlat, 0);
  GroupCollector resumed({.config = FourPrompts(),
                          .stop_token_ids = {1},
                          .seed = 1,
                          .stop = &stop_,
                          .coordinator = &other,
                          .sampler = &sampler_});
  resumed.Restore(collector.state());
  EXPECT_THAT(Uids(resumed.Collect({}).value().train), ElementsAre("t0", "t1", "t2", "t3"));
  EXPECT_EQ(sampler_.draws(), 4);
}

TEST(GroupFactsTest, UnscorableAndAbortedRolloutsHaveNoReward) {
  proto::Lease lease;
  proto::Group group = MakeGroup(lease, {1, 0, 1, 0}, 2);
  group.mutable_rollouts(0)->mutable_reward()->set_status(proto::REWARD_STATUS_UNSCORABLE);
  group.mutable_rollouts(1)->set_stop_reason(proto::STOP_REASON_ABORTED);
  const GroupRewards rewards = RewardsOf(group);
  EXPECT_FALSE(rewards[0].has_value());
  EXPECT_FALSE(rewards[1].has_value());
  EXPECT_EQ(rewards[2], 1.0);
  EXPECT_EQ(SolveRate(group), 0.5);
  EXPECT_EQ(StalenessOf(group, 5), 3);
}

}  // namespace
}  // namespace longhaul::trainer
