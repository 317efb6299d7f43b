// SPDX-License-Identifier: Apache-2.0
//
// What the messages promise whichever side is newer, and that the in-process channel carries them.
#include <gmock/gmock.h>
#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <string>

#include "proto/grpc_status.h"
#include "proto/reward.grpc.pb.h"
#include "proto/rollout.pb.h"

namespace longhaul {
namespace {

// Answers each item with its own uid and response length.
class EchoReward final : public proto::Reward::Service {
 public:
  grpc::Status Score(grpc::ServerContext*, const proto::ScoreRequest* request,
                     proto::ScoreReply* reply) override {
    if (request->items().empty()) return ToGrpcStatus(InvalidArgument("no items in {}", "a call"));
    for (const proto::ScoreItem& item : request->items()) {
      proto::RewardResult* result = reply->add_results();
      result->set_status(proto::REWARD_STATUS_OK);
      result->set_score(static_cast<double>(item.response_length()));
      result->set_detail(item.uid());
    }
    return grpc::Status::OK;
  }
};

class RewardMessages : public ::testing::Test {
 protected:
  void SetUp() override {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = proto::Reward::NewStub(server_->InProcessChannel({}));
  }
  void TearDown() override { server_->Shutdown(); }

  EchoReward service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<proto::Reward::Stub> stub_;
};

TEST_F(RewardMessages, CrossTheInProcessChannelInOrder) {
  proto::ScoreRequest request;
  for (int i = 0; i < 100; ++i) {
    proto::ScoreItem* item = request.add_items();
    item->set_uid("task-" + std::to_string(i));
    item->set_response_length(i);
    item->set_response(std::string(1000, 'x'));
  }
  proto::ScoreReply reply;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->Score(&context, request, &reply).ok());
  ASSERT_EQ(reply.results_size(), 100);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(reply.results(i).detail(), request.items(i).uid());
    EXPECT_EQ(reply.results(i).score(), i);
  }
}

TEST_F(RewardMessages, ErrorsKeepCodeAndMessage) {
  proto::ScoreReply reply;
  grpc::ClientContext context;
  const Status status = FromGrpcStatus(stub_->Score(&context, proto::ScoreRequest(), &reply));
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Message(status), "no items in a call");
}

TEST(Messages, EveryStatusCodeSurvivesTheBoundary) {
  for (int code = 1; code <= 16; ++code) {
    const Status status = MakeStatus(static_cast<StatusCode>(code), "why");
    EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
  }
  EXPECT_TRUE(FromGrpcStatus(ToGrpcStatus(OkStatus())).ok());
}

TEST(Messages, FieldsOfANewerPeerAreKept) {
  proto::RewardResult result;
  result.set_score(0.5);
  result.GetReflection()->MutableUnknownFields(&result)->AddLengthDelimited(900, "later");
  const std::string bytes = result.SerializeAsString();

  proto::RewardResult read;
  ASSERT_TRUE(read.ParseFromString(bytes));
  EXPECT_EQ(read.score(), 0.5);
  const auto& unknown = read.GetReflection()->GetUnknownFields(read);
  ASSERT_EQ(unknown.field_count(), 1);
  EXPECT_EQ(unknown.field(0).number(), 900);
  EXPECT_EQ(read.SerializeAsString(), bytes);
}

TEST(Messages, AnUnknownStatusIsNotTakenForOk) {
  proto::RewardResult result;
  result.set_status(static_cast<proto::RewardStatus>(77));
  proto::RewardResult read;
  ASSERT_TRUE(read.ParseFromString(result.SerializeAsString()));
  EXPECT_NE(read.status(), proto::REWARD_STATUS_OK);
  EXPECT_EQ(static_cast<int>(read.status()), 77);
  EXPECT_EQ(proto::RewardResult().status(), proto::REWARD_STATUS_UNSPECIFIED);
}

TEST(Messages, AnAbsentPassRateIsNotZero) {
  proto::Task task;
  EXPECT_FALSE(task.has_pass_rate());
  task.set_pass_rate(0);
  proto::Task read;
  ASSERT_TRUE(read.ParseFromString(task.SerializeAsString()));
  EXPECT_TRUE(read.has_pass_rate());
}

TEST(Messages, DoublesAreExact) {
  proto::RewardResult result, read;
  result.set_score(0.1 + 0.2);
  ASSERT_TRUE(read.ParseFromString(result.SerializeAsString()));
  EXPECT_EQ(read.score(), 0.1 + 0.2);
}

TEST(Messages, TruncatedBytesAreRefused) {
  proto::ScoreItem item;
  item.set_uid("task-1");
  item.set_response("some text");
  const std::string bytes = item.SerializeAsString();
  proto::ScoreItem read;
  EXPECT_FALSE(read.ParseFromString(bytes.substr(0, bytes.size() - 3)));
}

}  // namespace
}  // namespace longhaul
