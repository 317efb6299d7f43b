// SPDX-License-Identifier: Apache-2.0
#include "trainer/judge/reward_client.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "proto/reward.grpc.pb.h"
#include "tests/common/status_matchers.h"

namespace longhaul::trainer {
namespace {

// A judge that answers when it is no longer wanted.
class SlowJudge final : public proto::Reward::Service {
 public:
  grpc::Status Calibrate(grpc::ServerContext* context, const proto::CalibrateRequest*,
                         proto::CalibrateReply*) override {
    asked.set_value();
    while (!context->IsCancelled()) std::this_thread::yield();
    return grpc::Status::OK;
  }

  std::promise<void> asked;
};

TEST(RewardClient, AStopEndsACalibration) {
  SlowJudge judge;
  grpc::ServerBuilder builder;
  builder.RegisterService(&judge);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const auto client = MakeGrpcRewardClient(server->InProcessChannel({}), 60);
  std::atomic<bool> stop = false;
  std::thread signal([&] {
    judge.asked.get_future().wait();
    stop = true;
  });
  EXPECT_THAT(client->Calibrate(1e6, &stop), FailsWith(StatusCode::kCancelled, ""));
  signal.join();
}

}  // namespace
}  // namespace longhaul::trainer
