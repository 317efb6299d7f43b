// SPDX-License-Identifier: Apache-2.0
//
// ScoringPool: has finished rollouts scored and complete groups returned, beside generation.
//
// A Score call that is open holds no thread, so any number of slow ones hold back no fast one; how
// many are open is bounded by what is leased. A call that fails is tried again with backoff, at
// most reward_attempts times, and a service that is away is asked again, within reward_deadline_ms
// from the first attempt on.
//
// What the reward service answers is entered as it is, if it is a whole answer with finite scores.
// Anything else (no answer in time, another number of results, NaN) makes the rollouts concerned
// UNSCORABLE with the cause, never 0. Rollouts the engine aborted are not sent.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "rollout/lease_book.h"
#include "rollout/rpc_gate.h"
#include "rollout/worker.h"

namespace longhaul::rollout {

class ScoringPool {
 public:
  struct Args {
    std::shared_ptr<grpc::Channel> coordinator;
    std::shared_ptr<grpc::Channel> reward;
    const WorkerOptions* options = nullptr;
    LeaseBook* book = nullptr;
    RpcGate* gate = nullptr;
    std::function<void()> on_return;  // after each group, on a thread of the pool
  };
  explicit ScoringPool(Args args);
  ~ScoringPool();

  void Start();
  // Scores what LeaseBook::TakeUnscored gives for this lease, and returns the group if that
  // completes it. Thread-safe.
  void Submit(int64_t lease_id);
  // After the gate has been closed.
  void Join();

 private:
  using Clock = std::chrono::steady_clock;
  struct Stubs;
  struct Scoring;  // the rollouts of one Submit on their way
  void Run();
  void Queue(const std::shared_ptr<Scoring>& scoring, Clock::time_point when);
  // One turn of the way: the first attempt, the next one, or what to do with an answer.
  void Advance(const std::shared_ptr<Scoring>& scoring);
  void Attempt(const std::shared_ptr<Scoring>& scoring);
  void Enter(const Scoring& scoring);
  bool TryAgain(const Scoring& scoring) const;
  void Return(int64_t lease_id);

  Args args_;
  std::unique_ptr<Stubs> stubs_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<Clock::time_point, std::shared_ptr<Scoring>> queue_;  // by when it is due
  int64_t open_calls_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace longhaul::rollout
