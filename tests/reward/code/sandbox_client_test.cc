// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <latch>
#include <memory>
#include <thread>

#include "common/logging.h"
#include "scorer_case.h"

namespace longhaul::reward {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Case kEcho = {R"J({"inputs": ["1"], "outputs": ["1"]})J", "print(input())"};

void AnswerOk(proto::ExecuteReply* reply) {
  proto::Execution* run = reply->add_runs();
  run->set_outcome(proto::EXECUTION_OUTCOME_OK);
  run->set_stdout("1\n");
}

ScoringCall In(std::chrono::milliseconds time) {
  return {.deadline = std::chrono::system_clock::now() + time};
}

TEST_F(CodeScorerTest, TriesAgainWhenTheServiceFails) {
  sandbox_.set_script([](int call, const auto&, proto::ExecuteReply* reply) {
    if (call == 0) return grpc::Status(grpc::StatusCode::UNAVAILABLE, "going down");
    if (call == 1) return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "queue");
    if (call == 2) {
      reply->add_runs()->set_outcome(proto::EXECUTION_OUTCOME_INTERNAL_ERROR);
    } else {
      AnswerOk(reply);
    }
    return grpc::Status();
  });
  std::vector<std::string> lines;
  SetLogSink([&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  EXPECT_EQ(Judge(kEcho).score, 1);
  SetLogSink(nullptr);
  EXPECT_EQ(sandbox_.requests().size(), 4u);
  EXPECT_THAT(lines, ElementsAre(HasSubstr("the sandbox is away"), HasSubstr("is back")));
}

TEST_F(CodeScorerTest, AServiceThatStaysDownIsUnscorable) {
  sandbox_.set_script([](int, const auto&, auto*) {
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "going down");
  });
  const Verdict verdict = Judge(kEcho, In(std::chrono::milliseconds(500)));
  EXPECT_FALSE(verdict.scorable);
  EXPECT_THAT(verdict.detail, HasSubstr("going down"));
  EXPECT_GT(sandbox_.requests().size(), 1u);
}

TEST_F(CodeScorerTest, RunsThatFailInsideTheServiceAreUnscorable) {
  sandbox_.set_script([](int, const auto&, proto::ExecuteReply* reply) {
    proto::Execution* run = reply->add_runs();
    run->set_outcome(proto::EXECUTION_OUTCOME_INTERNAL_ERROR);
    run->set_detail("mount: out of memory");
    return grpc::Status();
  });
  const Verdict verdict = Judge(kEcho);
  EXPECT_FALSE(verdict.scorable);
  EXPECT_THAT(verdict.detail, HasSubstr("mount: out of memory"));
  EXPECT_EQ(sandbox_.requests().size(), 3u);
}

TEST_F(CodeScorerTest, WhatTryingAgainDoesNotCureIsTriedOnce) {
  sandbox_.set_script([](int, const auto&, auto*) {
    return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "no python3 on this host");
  });
  const Verdict verdict = Judge(kEcho);
  EXPECT_FALSE(verdict.scorable);
  EXPECT_THAT(verdict.detail, HasSubstr("no python3"));
  EXPECT_EQ(sandbox_.requests().size(), 1u);
}

TEST_F(CodeScorerTest, AnAnswerWithoutItsRunsIsUnscorable) {
  sandbox_.set_script([](int, const auto&, auto*) { return grpc::Status(); });
  EXPECT_FALSE(Judge(kEcho).scorable);
  EXPECT_FALSE(Judge({R"J({"fn_name": "f", "inputs": [[1]], "outputs": [1]})J", "x = 1"}).scorable);
}

TEST_F(CodeScorerTest, EndsWhenTheCallerHasGone) {
  std::latch entered(1);
  const auto released = std::make_shared<std::latch>(1);  // the service waits on, for longer
  sandbox_.set_script([&entered, released](int, const auto&, auto*) {
    entered.count_down();
    released->wait();
    return grpc::Status(grpc::StatusCode::CANCELLED, "");
  });
  std::atomic<bool> gone = false;
  std::thread caller([&] {
    entered.wait();
    gone = true;
  });
  const Verdict verdict = Judge(kEcho, {.cancelled = [&] { return gone.load(); }});
  caller.join();
  released->count_down();
  EXPECT_FALSE(verdict.scorable);
  EXPECT_THAT(verdict.detail, HasSubstr("gone"));
  EXPECT_EQ(sandbox_.requests().size(), 1u);
}

}  // namespace
}  // namespace longhaul::reward
