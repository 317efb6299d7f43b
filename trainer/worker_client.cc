// SPDX-License-Identifier: Apache-2.0
#include "trainer/worker_client.h"

#include <grpcpp/channel.h>

#include <chrono>

#include "proto/grpc_status.h"
#include "proto/rollout.grpc.pb.h"

namespace longhaul::trainer {
namespace {

class GrpcWorkerClient final : public WorkerClient {
 public:
  GrpcWorkerClient(std::shared_ptr<grpc::Channel> channel, double deadline_s)
      : stub_(proto::RolloutWorker::NewStub(channel)), deadline_s_(deadline_s) {}

  StatusOr<proto::PrepareWeightsReply> PrepareWeights(
      const proto::PrepareWeightsRequest& request) override {
    grpc::ClientContext context;
    proto::PrepareWeightsReply reply;
    SetDeadline(context);
    RETURN_IF_ERROR(FromGrpcStatus(stub_->PrepareWeights(&context, request, &reply)));
    return reply;
  }

  Status CommitWeights(int64_t weight_version) override {
    grpc::ClientContext context;
    proto::CommitWeightsRequest request;
    request.set_weight_version(weight_version);
    proto::CommitWeightsReply reply;
    SetDeadline(context);
    return FromGrpcStatus(stub_->CommitWeights(&context, request, &reply));
  }

  StatusOr<proto::SnapshotReply> Snapshot() override {
    grpc::ClientContext context;
    proto::SnapshotReply reply;
    SetDeadline(context);
    RETURN_IF_ERROR(FromGrpcStatus(stub_->Snapshot(&context, proto::SnapshotRequest(), &reply)));
    return reply;
  }

  Status Resume() override {
    grpc::ClientContext context;
    proto::ResumeReply reply;
    SetDeadline(context);
    return FromGrpcStatus(stub_->Resume(&context, proto::ResumeRequest(), &reply));
  }

 private:
  void SetDeadline(grpc::ClientContext& context) const {
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::microseconds(static_cast<int64_t>(deadline_s_ * 1e6)));
  }

  std::unique_ptr<proto::RolloutWorker::Stub> stub_;
  double deadline_s_;
};

}  // namespace

std::unique_ptr<WorkerClient> MakeGrpcWorkerClient(std::shared_ptr<grpc::Channel> channel,
                                                   double deadline_s) {
  return std::make_unique<GrpcWorkerClient>(std::move(channel), deadline_s);
}

}  // namespace longhaul::trainer
