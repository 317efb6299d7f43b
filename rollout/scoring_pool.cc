// SPDX-License-Identifier: Apache-2.0
#include "rollout/scoring_pool.h"

#include <grpcpp/channel.h>

#include <cmath>
#include <string>
#include <utility>

#include "common/logging.h"
#include "proto/reward.grpc.pb.h"
#include "proto/rollout.grpc.pb.h"

namespace longhaul::rollout {
namespace {

proto::RewardResult Unscorable(const std::string& cause) {
  proto::RewardResult result;
  result.set_status(proto::REWARD_STATUS_UNSCORABLE);
  result.set_detail(cause);
  return result;
}

// The result, or UNSCORABLE if it is none.
proto::RewardResult Checked(const proto::RewardResult& result) {
  if (result.status() == proto::REWARD_STATUS_UNSPECIFIED) {
    return Unscorable("the reward service gave a result without a status");
  }
  if (!std::isfinite(result.score())) {
    return Unscorable("the reward service gave a score that is not finite");
  }
  return result;
}

}  // namespace

struct ScoringPool::Stubs {
  std::unique_ptr<proto::Coordinator::Stub> coordinator;
  std::unique_ptr<proto::Reward::Stub> reward;
};

ScoringPool::ScoringPool(Args args) : args_(std::move(args)), stubs_(std::make_unique<Stubs>()) {
  stubs_->coordinator = proto::Coordinator::NewStub(args_.coordinator);
  stubs_->reward = proto::Reward::NewStub(args_.reward);
}

ScoringPool::~ScoringPool() { Join(); }

void ScoringPool::Start() {
  for (int i = 0; i < args_.options->num_scoring_threads; ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

void ScoringPool::Submit(int64_t lease_id) {
  std::vector<int32_t> samples = args_.book->TakeUnscored(lease_id);
  const std::lock_guard lock(mutex_);
  queue_.push_back({lease_id, std::move(samples)});
  wake_.notify_one();
}

void ScoringPool::Join() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void ScoringPool::Run() {
  while (true) {
    Work work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    Process(work);
  }
}

void ScoringPool::Process(const Work& work) {
  const std::optional<proto::ScoreRequest> request =
      args_.book->ScoreRequestFor(work.lease_id, work.samples);
  if (!request) return;
  const std::vector<proto::RewardResult> results = Judge(work, *request);
  if (args_.gate->closed()) return;
  if (args_.book->Score(work.lease_id, work.samples, results)) Return(work.lease_id);
}

std::vector<proto::RewardResult> ScoringPool::Judge(const Work& work,
                                                    const proto::ScoreRequest& request) {
  const std::string what =
      fmt::format("scoring {} rollouts of lease {} ('{}')", request.items_size(), work.lease_id,
                  request.items_size() > 0 ? request.items(0).uid() : "");
  proto::ScoreReply reply;
  Status status;
  if (request.items_size() > 0) {
    status = args_.gate->CallWithRetry({.what = what,
                                        .deadline_ms = args_.options->reward_deadline_ms,
                                        .attempts = args_.options->reward_attempts,
                                        .backoff_ms = args_.options->backoff_ms},
                                       [&](grpc::ClientContext* context) {
                                         return stubs_->reward->Score(context, request, &reply);
                                       });
  }
  if (status.ok() && reply.results_size() != request.items_size()) {
    status = Internal("the reward service gave {} results for {} rollouts", reply.results_size(),
                      request.items_size());
  }
  if (!status.ok() && !args_.gate->closed()) LogError("{} failed: {}", what, Message(status));
  std::vector<proto::RewardResult> results;
  for (int i = 0; i < request.items_size(); ++i) {
    results.push_back(status.ok() ? Checked(reply.results(i)) : Unscorable(Message(status)));
  }
  return results;
}

void ScoringPool::Return(int64_t lease_id) {
  std::optional<proto::Group> group = args_.book->GroupOf(lease_id);
  if (!group) return;
  proto::ReturnRequest request;
  request.set_worker(args_.options->name);
  *request.mutable_group() = *std::move(group);
  proto::ReturnReply reply;
  const Status status =
      args_.gate->CallWithRetry({.what = fmt::format("returning lease {}", lease_id),
                                 .deadline_ms = args_.options->return_deadline_ms,
                                 .backoff_ms = args_.options->backoff_ms},
                                [&](grpc::ClientContext* context) {
                                  return stubs_->coordinator->Return(context, request, &reply);
                                });
  if (args_.gate->closed() && !status.ok()) return;
  if (!status.ok()) {
    LogError("the coordinator refused lease {}: {}", lease_id, Message(status));
  } else if (!reply.accepted()) {
    LogWarning("lease {} had expired; its rollouts are dropped", lease_id);
  }
  args_.book->Close(lease_id);
  args_.on_return();
}

}  // namespace longhaul::rollout
