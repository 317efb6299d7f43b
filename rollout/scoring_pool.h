// SPDX-License-Identifier: Apache-2.0
//
// ScoringPool: has finished rollouts scored and complete groups returned, beside generation.
//
// What the reward service answers is entered as it is, if it is a whole answer with finite scores.
// Anything else (no answer in reward_attempts deadlines, another number of results, NaN) makes the
// rollouts concerned UNSCORABLE with the cause, never 0. Rollouts the engine aborted are not sent.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
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
  // completes it. The queue is bounded by what is leased. Thread-safe.
  void Submit(int64_t lease_id);
  // After the gate has been closed.
  void Join();

 private:
  struct Stubs;
  struct Work {
    int64_t lease_id = 0;
    std::vector<int32_t> samples;
  };
  void Run();
  void Process(const Work& work);
  std::vector<proto::RewardResult> Judge(const Work& work, const proto::ScoreRequest& request);
  void Return(int64_t lease_id);

  Args args_;
  std::unique_ptr<Stubs> stubs_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace longhaul::rollout
