// SPDX-License-Identifier: Apache-2.0
#include "rollout/worker.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "rollout/proto_conversion.h"
#include "tests/common/status_matchers.h"
#include "tests/rollout/engine_rig.h"
#include "tests/rollout/fake_services.h"

namespace longhaul::rollout {
namespace {

constexpr int64_t kLongest = 60;
constexpr int64_t kManyGroups = 32;  // more than can be generated between two looks
constexpr int kLooksMax = 10'000;

// A worker between fakes, and the trainer's stub to it.
class WorkerTest : public testing::Test {
 protected:
  void TearDown() override {
    if (worker_) worker_->Stop();
    if (server_) server_->Shutdown();
  }

  void StartWorker(int64_t max_num_seqs = 8) {
    grpc::ServerBuilder fakes;
    fakes.RegisterService(&coordinator_);
    fakes.RegisterService(&reward_);
    fakes_server_ = fakes.BuildAndStart();
    const auto channel = fakes_server_->InProcessChannel({});
    WorkerOptions options;
    options.engine.config = {.max_num_seqs = max_num_seqs, .max_num_batched_tokens = 128};
    options.engine.max_sequence_tokens = 512;
    options.engine.num_threads = 1;
    options.engine.max_waiting_groups = max_waiting_groups_;
    options.reward_deadline_ms = reward_deadline_ms_;
    options.backoff_ms = 1;
    auto worker = Worker::Create({.model = {.config = &rig_.config,
                                            .parameters = &*rig_.parameters,
                                            .weights = &*rig_.weights,
                                            .tokenizer = rig_.tokenizer.get()},
                                  .coordinator = channel,
                                  .reward = channel,
                                  .options = options});
    ASSERT_THAT(worker, IsOk());
    worker_ = std::move(worker).value();
    grpc::ServerBuilder builder;
    builder.RegisterService(worker_->service());
    server_ = builder.BuildAndStart();
    stub_ = proto::RolloutWorker::NewStub(server_->InProcessChannel({}));
    worker_->Start();
  }

  grpc::Status Prepare(int64_t version, proto::PrepareWeightsReply* reply, uint64_t error = 0) {
    proto::PrepareWeightsRequest request;
    request.set_weight_version(version);
    request.set_shared_memory(true);
    const std::vector<uint64_t> checksums = model::Checksums(rig_.stream, *rig_.parameters);
    for (size_t i = 0; i < checksums.size(); ++i) {
      proto::TensorVersion* tensor = request.add_tensors();
      const model::NamedTensor& named = rig_.parameters->tensors()[i];
      tensor->set_name(named.name);
      const Shape& shape = named.tensor.shape();
      for (int d = 0; d < shape.rank(); ++d) tensor->add_shape(shape[d]);
      tensor->set_dtype("F32");
      tensor->set_checksum(checksums[i] + error);
    }
    grpc::ClientContext context;
    return stub_->PrepareWeights(&context, request, reply);
  }
  grpc::Status Commit(int64_t version) {
    proto::CommitWeightsRequest request;
    request.set_weight_version(version);
    proto::CommitWeightsReply reply;
    grpc::ClientContext context;
    return stub_->CommitWeights(&context, request, &reply);
  }
  void Publish(int64_t version) {
    proto::PrepareWeightsReply reply;
    ASSERT_TRUE(Prepare(version, &reply).ok());
    const grpc::Status committed = Commit(version);
    ASSERT_TRUE(committed.ok()) << committed.error_message();
  }
  proto::SnapshotReply Snapshot() {
    proto::SnapshotReply reply;
    grpc::ClientContext context;
    EXPECT_TRUE(stub_->Snapshot(&context, {}, &reply).ok());
    return reply;
  }
  // A snapshot that shows a rollout with tokens that is not finished. Generation goes on between
  // looks only, so that no speed of the machine can miss it.
  proto::SnapshotReply SnapshotOfGeneration() {
    const auto generating = [](const proto::Rollout& rollout) {
      return rollout.token_ids_size() > 0 && rollout.stop_reason() == proto::STOP_REASON_UNFINISHED;
    };
    for (int look = 0; look < kLooksMax; ++look) {
      proto::SnapshotReply snapshot = Snapshot();
      for (const proto::Group& group : snapshot.groups()) {
        if (std::ranges::any_of(group.rollouts(), generating)) return snapshot;
      }
      Resume();
    }
    ADD_FAILURE() << "nothing was seen being generated";
    return {};
  }
  void Resume() {
    proto::ResumeReply reply;
    grpc::ClientContext context;
    EXPECT_TRUE(stub_->Resume(&context, {}, &reply).ok());
  }

  std::vector<proto::Lease> Leases(int64_t count) const {
    std::vector<proto::Lease> leases;
    for (const GroupRequest& request : MixedRequests(rig_.config, count, kLongest)) {
      proto::Lease lease;
      lease.set_lease_id(request.id);
      lease.mutable_task()->set_uid(request.uid);
      lease.mutable_task()->mutable_prompt_ids()->Add(request.prompt_ids.begin(),
                                                      request.prompt_ids.end());
      lease.set_group_size(request.group_size);
      lease.mutable_sampling()->set_temperature(request.sampling.temperature);
      lease.mutable_sampling()->set_top_p(request.sampling.top_p);
      lease.mutable_sampling()->set_max_response_length(request.sampling.max_response_length);
      lease.mutable_sampling()->set_seed(request.sampling.seed);
      lease.mutable_sampling()->mutable_repetition_stop()->set_prob(
          request.sampling.repetition_prob);
      lease.set_deadline_ms(600'000);
      leases.push_back(lease);
    }
    return leases;
  }
  Completions Reference(int64_t count) const {
    return RunAll(rig_, {.max_num_seqs = 3}, MixedRequests(rig_.config, count, kLongest));
  }
  void ExpectReturned(const std::map<int64_t, proto::Group>& groups, const Completions& reference) {
    size_t rollouts = 0;
    for (const auto& [id, group] : groups) {
      for (const proto::Rollout& rollout : group.rollouts()) {
        ++rollouts;
        EXPECT_TRUE(CompletionOf(rollout) == reference.at({id, rollout.sample()})) << id;
        EXPECT_EQ(rollout.reward().score(), rollout.token_ids_size());
      }
    }
    EXPECT_EQ(rollouts, reference.size());
  }

  EngineRig rig_;
  FakeCoordinator coordinator_;
  FakeReward reward_;
  int64_t reward_deadline_ms_ = 30'000;
  int64_t max_waiting_groups_ = 4096;
  std::unique_ptr<grpc::Server> fakes_server_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<proto::RolloutWorker::Stub> stub_;
};

TEST_F(WorkerTest, GeneratesScoresAndReturnsWholeGroups) {
  coordinator_.failing_calls = 5;
  StartWorker();
  coordinator_.Open(Leases(10));
  Publish(0);
  ExpectReturned(coordinator_.WaitForReturns(10), Reference(10));
  coordinator_.Finish();
  while (!worker_->finished()) std::this_thread::yield();
}

// Many small groups: a worker leases no more than its engine queues, and so gives none back.
TEST_F(WorkerTest, LeasesNoMoreThanTheEngineTakes) {
  max_waiting_groups_ = 2;
  StartWorker();
  std::vector<proto::Lease> leases = Leases(10);
  for (proto::Lease& lease : leases) lease.set_group_size(1);
  coordinator_.Open(leases);
  Publish(0);
  for (const auto& [id, group] : coordinator_.WaitForReturns(10)) {
    EXPECT_NE(group.rollouts(0).stop_reason(), proto::STOP_REASON_ABORTED)
        << group.rollouts(0).reward().detail();
  }
}

TEST_F(WorkerTest, WeightsAreTakenInTwoPhases) {
  StartWorker();
  EXPECT_EQ(Commit(0).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  proto::PrepareWeightsReply reply;
  ASSERT_TRUE(Prepare(0, &reply, 1).ok());
  const std::vector<uint64_t> checksums = model::Checksums(rig_.stream, *rig_.parameters);
  EXPECT_TRUE(std::equal(checksums.begin(), checksums.end(), reply.checksums().begin(),
                         reply.checksums().end()));
  const grpc::Status differs = Commit(0);
  EXPECT_EQ(differs.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_NE(differs.error_message().find("checksum of tensor"), std::string::npos);
  reply.Clear();
  ASSERT_TRUE(Prepare(0, &reply).ok());
  EXPECT_EQ(Commit(1).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(Commit(0).ok());
}

TEST_F(WorkerTest, ARewardServiceThatIsAwayIsTriedUntilItIsBack) {
  std::atomic<int> failures = 20;  // more than reward_attempts
  reward_.fault = [&](grpc::ServerContext*) {
    const bool fails = failures.fetch_sub(1) > 0;
    return fails ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "busy") : grpc::Status::OK;
  };
  StartWorker();
  coordinator_.Open(Leases(4));
  Publish(0);
  ExpectReturned(coordinator_.WaitForReturns(4), Reference(4));
}

TEST_F(WorkerTest, SlowScoresHoldBackNoOtherGroup) {
  std::atomic<int> slow = 4;
  std::atomic<bool> released = false;
  reward_.fault = [&](grpc::ServerContext* context) {
    if (slow.fetch_sub(1) <= 0) return grpc::Status::OK;
    while (!released && !context->IsCancelled()) std::this_thread::yield();
    return grpc::Status::OK;
  };
  StartWorker();
  coordinator_.Open(Leases(10));
  Publish(0);
  // More calls are slow than the pool has threads; each belongs to one group.
  EXPECT_GE(coordinator_.WaitForReturns(6).size(), 6u);
  released = true;
  ExpectReturned(coordinator_.WaitForReturns(10), Reference(10));
}

TEST_F(WorkerTest, WhatCannotBeScoredIsUnscorableWithTheCause) {
  reward_.fault = [](grpc::ServerContext*) {
    return grpc::Status(grpc::StatusCode::INTERNAL, "judge is down");
  };
  StartWorker();
  coordinator_.Open(Leases(2));
  Publish(0);
  for (const auto& [id, group] : coordinator_.WaitForReturns(2)) {
    for (const proto::Rollout& rollout : group.rollouts()) {
      EXPECT_EQ(rollout.reward().status(), proto::REWARD_STATUS_UNSCORABLE);
      EXPECT_NE(rollout.reward().detail().find("judge is down"), std::string::npos);
    }
  }
}

TEST_F(WorkerTest, ADeadlineThatPassesMakesUnscorable) {
  reward_deadline_ms_ = 50;
  reward_.fault = [](grpc::ServerContext* context) {
    while (!context->IsCancelled()) std::this_thread::yield();
    return grpc::Status::OK;
  };
  StartWorker();
  coordinator_.Open(Leases(1));
  Publish(0);
  const auto groups = coordinator_.WaitForReturns(1);
  EXPECT_EQ(groups.begin()->second.rollouts(0).reward().status(), proto::REWARD_STATUS_UNSCORABLE);
}

TEST_F(WorkerTest, AnswersThatAreNoneAreUnscorable) {
  reward_.distort = [](proto::ScoreReply* reply) {
    reply->mutable_results(0)->set_score(std::numeric_limits<double>::quiet_NaN());
  };
  StartWorker();
  coordinator_.Open(Leases(1));
  Publish(0);
  const auto groups = coordinator_.WaitForReturns(1);
  const proto::RewardResult& result = groups.begin()->second.rollouts(0).reward();
  EXPECT_EQ(result.status(), proto::REWARD_STATUS_UNSCORABLE);
  EXPECT_EQ(result.score(), 0);
}

TEST_F(WorkerTest, WhatCannotBeGeneratedComesBackAborted) {
  StartWorker();
  std::vector<proto::Lease> leases = Leases(2);
  leases[0].mutable_task()->clear_prompt_ids();
  coordinator_.Open(leases);
  Publish(0);
  const auto groups = coordinator_.WaitForReturns(2);
  const proto::Rollout& rollout = groups.at(leases[0].lease_id()).rollouts(0);
  EXPECT_EQ(rollout.stop_reason(), proto::STOP_REASON_ABORTED);
  EXPECT_EQ(rollout.reward().status(), proto::REWARD_STATUS_UNSCORABLE);
  EXPECT_NE(rollout.reward().detail().find("no tokens"), std::string::npos);
}

// Two lives: the second worker is given what a snapshot of the first one held.
TEST_F(WorkerTest, AnotherWorkerContinuesASnapshotToTheSameBits) {
  const Completions reference = Reference(kManyGroups);
  const std::vector<proto::Lease> leases = Leases(kManyGroups);
  StartWorker();
  coordinator_.Open(leases);
  Publish(0);
  const proto::SnapshotReply snapshot = SnapshotOfGeneration();
  const proto::SnapshotReply still = Snapshot();
  for (int i = 0; i < snapshot.groups_size() && i < still.groups_size(); ++i) {
    if (snapshot.groups(i).lease_id() != still.groups(i).lease_id()) continue;
    for (int r = 0; r < snapshot.groups(i).rollouts_size(); ++r) {
      EXPECT_EQ(snapshot.groups(i).rollouts(r).token_ids_size(),
                still.groups(i).rollouts(r).token_ids_size());
    }
  }
  Resume();
  ExpectReturned(coordinator_.WaitForReturns(kManyGroups), reference);
  worker_->Stop();

  const auto engine = rig_.MakeEngine({.max_num_seqs = 5});
  Completions continued;
  for (const proto::Group& group : snapshot.groups()) {
    for (proto::Lease lease : leases) {
      if (lease.lease_id() != group.lease_id()) continue;
      *lease.mutable_resume() = group.rollouts();
      ASSERT_THAT(engine->Add(RequestOf(lease)), IsOk());
    }
  }
  Drain(engine.get(), &continued);
  for (const auto& [key, completion] : continued) EXPECT_TRUE(completion == reference.at(key));
}

// More work than any machine does before the first renewal is due.
TEST_F(WorkerTest, RenewalsBringWhatIsGenerated) {
  std::vector<proto::Lease> leases = Leases(60);
  for (proto::Lease& lease : leases) {
    lease.set_deadline_ms(15);
    lease.mutable_sampling()->set_max_response_length(300);
    lease.mutable_sampling()->set_temperature(5);
  }
  StartWorker();
  coordinator_.Open(leases);
  Publish(0);
  const proto::RenewRequest renewal = coordinator_.WaitForPartial();
  for (const proto::Group& group : renewal.partial()) EXPECT_GE(group.lease_id(), 100);
}

TEST_F(WorkerTest, SequencesGoOnUnderTheNextVersion) {
  StartWorker();
  coordinator_.Open(Leases(kManyGroups));
  Publish(0);
  SnapshotOfGeneration();
  rig_.PackVersion(1);
  Publish(1);
  int64_t spans = 0;
  for (const auto& [id, group] : coordinator_.WaitForReturns(kManyGroups)) {
    for (const proto::Rollout& rollout : group.rollouts()) spans += rollout.versions_size() > 1;
  }
  EXPECT_GT(spans, 0);
}

TEST_F(WorkerTest, LostLeasesAreDropped) {
  std::vector<proto::Lease> leases = Leases(5);
  for (proto::Lease& lease : leases) lease.set_deadline_ms(30);
  leases[0].mutable_sampling()->set_max_response_length(400);
  leases[0].mutable_sampling()->set_temperature(5);
  coordinator_.lost_lease_ids = {leases[0].lease_id()};
  coordinator_.accepts = false;
  StartWorker(2);
  coordinator_.Open(leases);
  Publish(0);
  coordinator_.WaitForReturns(4);
  coordinator_.Finish();
  while (!worker_->finished()) std::this_thread::yield();
  EXPECT_EQ(worker_->gauges().kv_blocks_used, 0);
}

TEST_F(WorkerTest, StopsInTheMiddleOfEverything) {
  reward_.fault = [](grpc::ServerContext* context) {
    while (!context->IsCancelled()) std::this_thread::yield();
    return grpc::Status::OK;
  };
  StartWorker(4);
  coordinator_.Open(Leases(20));
  Publish(0);
  while (reward_.calls.load() == 0) std::this_thread::yield();
  worker_->Stop();
  worker_->Stop();
  EXPECT_EQ(Commit(1).error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(WorkerTest, StopsBeforeItHasWeights) {
  coordinator_.Open(Leases(2));
  StartWorker();
  worker_->Stop();
  EXPECT_EQ(worker_->gauges().generated_tokens, 0);
  EXPECT_FALSE(worker_->finished());
  EXPECT_EQ(Commit(1).error_code(), grpc::StatusCode::CANCELLED);
}

}  // namespace
}  // namespace longhaul::rollout
