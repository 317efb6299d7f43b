// SPDX-License-Identifier: Apache-2.0
#include "rollout/scoring_pool.h"

#include <grpcpp/channel.h>

#include <algorithm>
#include <cmath>
#include <optional>
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

// Trying again cannot help.
bool IsPermanent(const Status& status) {
  return status.code() == StatusCode::kInvalidArgument ||
         status.code() == StatusCode::kUnimplemented ||
         status.code() == StatusCode::kUnauthenticated;
}

// Nobody is there, or cannot be reached: a server that is started again, say.
bool IsAway(const Status& status) { return status.code() == StatusCode::kUnavailable; }

constexpr int64_t kBackoffMsMax = 2000;

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

// Owned by the queue while it waits for its turn and by the open call otherwise: by one thread at a
// time.
struct ScoringPool::Scoring {
  LeaseBook::Unscored unscored;
  proto::ScoreRequest request;
  proto::ScoreReply reply;
  Status status;
  int attempts = 0;  // begun
  bool answered = false;
  int64_t backoff_ms = 0;
  Clock::time_point deadline;  // of all attempts

  std::string what() const {
    return fmt::format("scoring {} rollouts of lease {} ('{}')", request.items_size(),
                       unscored.lease_id, request.items_size() > 0 ? request.items(0).uid() : "");
  }
  int64_t left_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  }
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
  const auto scoring = std::make_shared<Scoring>();
  scoring->unscored = args_.book->TakeUnscored(lease_id);
  scoring->backoff_ms = args_.options->backoff_ms;
  Queue(scoring, Clock::now());
}

void ScoringPool::Queue(const std::shared_ptr<Scoring>& scoring, Clock::time_point when) {
  const std::lock_guard lock(mutex_);
  queue_.emplace(when, scoring);
  wake_.notify_one();
}

void ScoringPool::Join() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
  wake_.wait(lock, [this] { return open_calls_ == 0; });
  lock.unlock();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void ScoringPool::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (queue_.empty()) {
      wake_.wait(lock);
      continue;
    }
    const auto next = queue_.begin();
    const Clock::time_point when = next->first;  // the entry may be gone when the wait ends
    if (Clock::now() < when) {
      wake_.wait_until(lock, when);
      continue;
    }
    const std::shared_ptr<Scoring> scoring = std::move(next->second);
    queue_.erase(next);
    lock.unlock();
    Advance(scoring);
    lock.lock();
  }
}

void ScoringPool::Advance(const std::shared_ptr<Scoring>& scoring) {
  if (!scoring->answered) {
    if (scoring->attempts == 0) {
      std::optional<proto::ScoreRequest> request = args_.book->ScoreRequestFor(scoring->unscored);
      if (!request) return;
      scoring->request = *std::move(request);
      scoring->deadline =
          Clock::now() + std::chrono::milliseconds(args_.options->reward_deadline_ms);
    }
    if (scoring->request.items_size() > 0) {
      Attempt(scoring);
      return;
    }
  }
  if (args_.gate->closed()) return;
  if (TryAgain(*scoring)) {
    if (scoring->attempts == 1) {
      LogWarning("{} failed, trying again: {}", scoring->what(), Message(scoring->status));
    }
    scoring->answered = false;
    const auto backoff = std::chrono::milliseconds(scoring->backoff_ms);
    scoring->backoff_ms = std::min(2 * scoring->backoff_ms, kBackoffMsMax);
    Queue(scoring, Clock::now() + backoff);
    return;
  }
  Enter(*scoring);
}

void ScoringPool::Attempt(const std::shared_ptr<Scoring>& scoring) {
  ++scoring->attempts;
  scoring->reply.Clear();
  {
    const std::lock_guard lock(mutex_);
    ++open_calls_;
  }
  args_.gate->StartCall(
      std::max<int64_t>(scoring->left_ms(), 1),
      [&](grpc::ClientContext* context, std::function<void(const grpc::Status&)> done) {
        stubs_->reward->async()->Score(context, &scoring->request, &scoring->reply,
                                       std::move(done));
      },
      [this, scoring](Status status) {
        scoring->status = std::move(status);
        scoring->answered = true;
        const std::lock_guard lock(mutex_);
        --open_calls_;
        queue_.emplace(Clock::now(), scoring);
        wake_.notify_all();
      });
}

bool ScoringPool::TryAgain(const Scoring& scoring) const {
  return !scoring.status.ok() && !IsPermanent(scoring.status) &&
         (scoring.attempts < args_.options->reward_attempts || IsAway(scoring.status)) &&
         scoring.left_ms() > scoring.backoff_ms;
}

void ScoringPool::Enter(const Scoring& scoring) {
  const proto::ScoreRequest& request = scoring.request;
  Status status = scoring.status;
  if (status.ok() && scoring.reply.results_size() != request.items_size()) {
    status = Internal("the reward service gave {} results for {} rollouts",
                      scoring.reply.results_size(), request.items_size());
  }
  if (!status.ok()) LogError("{} failed: {}", scoring.what(), Message(status));
  std::vector<proto::RewardResult> results;
  for (int i = 0; i < request.items_size(); ++i) {
    results.push_back(status.ok() ? Checked(scoring.reply.results(i))
                                  : Unscorable(Message(status)));
  }
  if (args_.book->Score(scoring.unscored, results)) Return(scoring.unscored.lease_id);
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
