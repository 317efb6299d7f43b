// SPDX-License-Identifier: Apache-2.0
#include "trainer/judge/reward_client.h"

#include <grpcpp/channel.h>

#include <algorithm>
#include <chrono>
#include <future>

#include "proto/grpc_status.h"
#include "proto/reward.grpc.pb.h"

namespace longhaul::trainer {
namespace {

constexpr std::chrono::milliseconds kLookForStop(50);

class GrpcRewardClient final : public RewardClient {
 public:
  GrpcRewardClient(std::shared_ptr<grpc::Channel> channel, double deadline_s)
      : stub_(proto::Reward::NewStub(channel)), deadline_s_(deadline_s) {}

  Status Check(const proto::RewardSpec& spec) override {
    grpc::ClientContext context;
    proto::CheckRequest request;
    *request.add_specs() = spec;
    proto::CheckReply reply;
    SetDeadline(context, deadline_s_);
    RETURN_IF_ERROR(FromGrpcStatus(stub_->Check(&context, request, &reply)));
    if (reply.errors_size() != 1) return Internal("the reward service checked another number");
    return reply.errors(0).empty() ? OkStatus() : InvalidArgument("{}", reply.errors(0));
  }

  StatusOr<proto::JudgeState> GetJudgeState() override {
    grpc::ClientContext context;
    proto::JudgeState reply;
    SetDeadline(context, deadline_s_);
    RETURN_IF_ERROR(FromGrpcStatus(stub_->GetJudgeState(&context, {}, &reply)));
    return reply;
  }

  StatusOr<proto::JudgeState> SetJudgeLevel(int64_t level) override {
    grpc::ClientContext context;
    proto::SetJudgeStateRequest request;
    request.mutable_state()->set_level(level);
    proto::JudgeState reply;
    SetDeadline(context, deadline_s_);
    RETURN_IF_ERROR(FromGrpcStatus(stub_->SetJudgeState(&context, request, &reply)));
    return reply;
  }

  StatusOr<proto::JudgeState> Recalibrate(const std::string& cause) override {
    grpc::ClientContext context;
    proto::RecalibrateRequest request;
    request.set_cause(cause);
    proto::JudgeState reply;
    SetDeadline(context, deadline_s_);
    RETURN_IF_ERROR(FromGrpcStatus(stub_->Recalibrate(&context, request, &reply)));
    return reply;
  }

  StatusOr<std::map<std::string, double>> Calibrate(double deadline_s,
                                                    const std::atomic<bool>* stop) override {
    grpc::ClientContext context;
    const proto::CalibrateRequest request;
    proto::CalibrateReply reply;
    SetDeadline(context, deadline_s);
    std::promise<grpc::Status> answer;
    std::future<grpc::Status> answered = answer.get_future();
    stub_->async()->Calibrate(&context, &request, &reply,
                              [&](grpc::Status status) { answer.set_value(std::move(status)); });
    while (answered.wait_for(kLookForStop) != std::future_status::ready) {
      if (stop != nullptr && stop->load()) context.TryCancel();
    }
    RETURN_IF_ERROR(FromGrpcStatus(answered.get()));
    std::map<std::string, double> measures;
    for (const auto& measure : reply.measures()) {
      if (measure.count() > 0) measures[measure.name()] = measure.value();
    }
    return measures;
  }

 private:
  static void SetDeadline(grpc::ClientContext& context, double seconds) {
    const double bounded = std::min(seconds, 1e7);  // what a clock can add
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::milliseconds(static_cast<int64_t>(bounded * 1e3)));
  }

  std::unique_ptr<proto::Reward::Stub> stub_;
  double deadline_s_;
};

}  // namespace

std::unique_ptr<RewardClient> MakeGrpcRewardClient(std::shared_ptr<grpc::Channel> channel,
                                                   double deadline_s) {
  return std::make_unique<GrpcRewardClient>(std::move(channel), deadline_s);
}

}  // namespace longhaul::trainer
