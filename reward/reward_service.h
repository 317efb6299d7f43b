// SPDX-License-Identifier: Apache-2.0
//
// The Reward service of proto/reward.proto over a router: on the in-process channel or on a socket.
//
//   ASSIGN_OR_RETURN(std::unique_ptr<Router> router, Router::Create(config, registry));
//   RewardService service(std::move(router), config.max_concurrent_requests);
//   builder.RegisterService(&service);
//
// Items are independent: what is wrong with one is its own unscorable result. At most
// `max_concurrent_requests` are scored at a time; a request that waits longer than its deadline is
// answered DEADLINE_EXCEEDED, one whose caller has gone CANCELLED. Thread-safe.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "proto/reward.grpc.pb.h"
#include "reward/router.h"

namespace longhaul::reward {

class RewardService final : public proto::Reward::Service {
 public:
  RewardService(std::unique_ptr<const Router> router, int max_concurrent_requests);

  grpc::Status Score(grpc::ServerContext* context, const proto::ScoreRequest* request,
                     proto::ScoreReply* reply) override;

  const Router& router() const { return *router_; }

 private:
  Status Enter(const grpc::ServerContext& context);
  void Leave();

  const std::unique_ptr<const Router> router_;
  std::mutex mutex_;
  std::condition_variable left_;
  int free_;  // requests that may still enter; guarded by mutex_
};

}  // namespace longhaul::reward
