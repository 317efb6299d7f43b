// SPDX-License-Identifier: Apache-2.0
//
// Execute and Converse of the sandbox service (proto/sandbox.proto), tried again when it is the
// service that failed: an error of the call that may pass, or a run whose outcome is
// INTERNAL_ERROR. Executions leave nothing behind, so a second try is as good as the first. A
// service that is away is told once, and that it is back.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "common/status.h"
#include "proto/sandbox.pb.h"
#include "reward/scorer.h"

namespace grpc {
class Channel;
}

namespace longhaul::reward {

struct RetryPolicy {
  std::chrono::milliseconds first_wait{100};  // doubled each time
  std::chrono::milliseconds longest_wait{5000};
  int max_internal_errors = 3;  // outcomes; errors of calls are tried until the deadline
  std::chrono::milliseconds without_deadline{600'000};  // of calls that have none
};

class SandboxClient {
 public:
  SandboxClient(std::shared_ptr<grpc::Channel> channel, RetryPolicy policy);
  ~SandboxClient();

  // An error is ours or the service's, never the program's: Cancelled and DeadlineExceeded by
  // `call`; those of the service that trying again does not cure (InvalidArgument,
  // FailedPrecondition, Unauthenticated) at once; the last one when time is up.
  StatusOr<proto::ExecuteReply> Execute(const proto::ExecuteRequest& request,
                                        const ScoringCall& call) const;
  StatusOr<proto::ConverseReply> Converse(const proto::ConverseRequest& request,
                                          const ScoringCall& call) const;

 private:
  struct Stub;
  // One of the service's methods, until it answers or trying again is of no use.
  template <typename Reply, typename Request>
  StatusOr<Reply> Call(const Request& request, const ScoringCall& call) const;

  std::unique_ptr<Stub> stub_;
  RetryPolicy policy_;
  mutable std::atomic<bool> away_ = false;
};

}  // namespace longhaul::reward
