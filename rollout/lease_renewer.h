// SPDX-License-Identifier: Apache-2.0
//
// LeaseRenewer: a thread that renews the leases held, with what was generated so far, three times
// before they would expire.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "proto/rollout.pb.h"
#include "rollout/lease_book.h"
#include "rollout/rpc_gate.h"
#include "rollout/worker.h"

namespace longhaul::rollout {

class LeaseRenewer {
 public:
  struct Args {
    std::shared_ptr<grpc::Channel> coordinator;
    const WorkerOptions* options = nullptr;
    const LeaseBook* book = nullptr;
    RpcGate* gate = nullptr;
    std::function<std::vector<proto::Group>()> partial;        // every group held, as it stands
    std::function<void(const std::vector<int64_t>&)> on_lost;  // leases that are not ours any more
  };
  explicit LeaseRenewer(Args args);
  ~LeaseRenewer();

  void Start();
  // After the gate has been closed.
  void Join();

 private:
  void Run();
  void Renew();
  void Send(const proto::RenewRequest& request);

  Args args_;
  std::thread thread_;
};

}  // namespace longhaul::rollout
