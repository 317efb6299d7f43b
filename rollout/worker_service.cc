// SPDX-License-Identifier: Apache-2.0
#include "rollout/worker_service.h"

#include <utility>
#include <vector>

#include "proto/grpc_status.h"
#include "proto/rollout.grpc.pb.h"

namespace longhaul::rollout {
namespace {

class WorkerService final : public proto::RolloutWorker::Service {
 public:
  WorkerService(GenerationLoop* loop, Mailbox* mailbox) : loop_(loop), mailbox_(mailbox) {}

  grpc::Status PrepareWeights(grpc::ServerContext*, const proto::PrepareWeightsRequest* request,
                              proto::PrepareWeightsReply* reply) override {
    return OnEngineThread([&] { return loop_->Prepare(*request, reply); });
  }

  grpc::Status CommitWeights(grpc::ServerContext*, const proto::CommitWeightsRequest* request,
                             proto::CommitWeightsReply* reply) override {
    reply->set_weight_version(request->weight_version());
    return OnEngineThread([&] { return loop_->Commit(request->weight_version()); });
  }

  grpc::Status Snapshot(grpc::ServerContext*, const proto::SnapshotRequest*,
                        proto::SnapshotReply* reply) override {
    return OnEngineThread([&] {
      for (proto::Group& group : loop_->Snapshot()) *reply->add_groups() = std::move(group);
      return OkStatus();
    });
  }

  grpc::Status Resume(grpc::ServerContext*, const proto::ResumeRequest*,
                      proto::ResumeReply*) override {
    return OnEngineThread([&] {
      loop_->Resume();
      return OkStatus();
    });
  }

 private:
  template <typename Work>
  grpc::Status OnEngineThread(const Work& work) {
    Status status;
    const bool ran = mailbox_->Run([&] { status = work(); });
    return ToGrpcStatus(ran ? status : Cancelled("the rollout worker is stopping"));
  }

  GenerationLoop* const loop_;
  Mailbox* const mailbox_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeWorkerService(GenerationLoop* loop, Mailbox* mailbox) {
  return std::make_unique<WorkerService>(loop, mailbox);
}

}  // namespace longhaul::rollout
