// SPDX-License-Identifier: Apache-2.0
//
// LeaseClient: a thread that waits in Lease calls, one at a time, so that the engine does not.
//
// Ask, outstanding and Take are called by the engine thread only.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "proto/rollout.pb.h"
#include "rollout/rpc_gate.h"
#include "rollout/worker.h"

namespace longhaul::rollout {

class LeaseClient {
 public:
  struct Args {
    std::shared_ptr<grpc::Channel> coordinator;
    const WorkerOptions* options = nullptr;
    RpcGate* gate = nullptr;
    std::function<void()> on_answer;  // on the client's thread
  };
  struct Answer {
    proto::LeaseReply reply;
    int64_t weight_version = 0;  // the version asked with
  };

  explicit LeaseClient(Args args);
  ~LeaseClient();

  void Start();
  struct Question {
    int32_t max_groups = 0;
    int64_t weight_version = 0;
    int64_t deadline_ms = 0;
  };
  // CHECKs that no call is outstanding.
  void Ask(const Question& question);
  // A call was made whose answer has not been taken.
  bool outstanding() const;
  std::optional<Answer> Take();
  // After the gate has been closed.
  void Join();

 private:
  void Run();
  // False once the gate is closed.
  bool Fetch(const Question& question, proto::LeaseReply* reply);

  Args args_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<Question> question_;  // to be asked
  std::optional<Answer> answer_;
  bool outstanding_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace longhaul::rollout
