// SPDX-License-Identifier: Apache-2.0
#include "trainer/coordinator/coordinator_service.h"

#include <algorithm>
#include <chrono>

#include "proto/grpc_status.h"
#include "proto/rollout.grpc.pb.h"

namespace longhaul::trainer {
namespace {

// Answered so long before the caller's deadline, so that the answer gets there.
constexpr double kReplyMarginS = 0.1;
// A call waits at most this long, so that one whose caller has gone does not hold a thread of the
// server; an empty answer makes its worker ask again.
constexpr double kMaxWaitS = 1.0;

class CoordinatorService final : public proto::Coordinator::Service {
 public:
  explicit CoordinatorService(Coordinator* coordinator) : coordinator_(*coordinator) {}

  grpc::Status Lease(grpc::ServerContext* context, const proto::LeaseRequest* request,
                     proto::LeaseReply* reply) override {
    const double left =
        std::chrono::duration<double>(context->deadline() - std::chrono::system_clock::now())
            .count() -
        kReplyMarginS;
    *reply = coordinator_.Lease(*request, std::clamp(left, 0.0, kMaxWaitS));
    return grpc::Status::OK;
  }

  grpc::Status Return(grpc::ServerContext*, const proto::ReturnRequest* request,
                      proto::ReturnReply* reply) override {
    StatusOr<proto::ReturnReply> result = coordinator_.Return(*request);
    if (!result.ok()) return ToGrpcStatus(result.status());
    *reply = *std::move(result);
    return grpc::Status::OK;
  }

  grpc::Status Renew(grpc::ServerContext*, const proto::RenewRequest* request,
                     proto::RenewReply* reply) override {
    *reply = coordinator_.Renew(*request);
    return grpc::Status::OK;
  }

 private:
  Coordinator& coordinator_;
};

}  // namespace

std::shared_ptr<grpc::Service> MakeCoordinatorService(Coordinator* coordinator) {
  return std::make_shared<CoordinatorService>(coordinator);
}

}  // namespace longhaul::trainer
