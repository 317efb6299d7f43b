// SPDX-License-Identifier: Apache-2.0
//
// RewardClient: the calls the trainer makes to the reward service (proto/reward.proto): whether it
// can judge a task, and how its judges stand. Over a gRPC channel; a fake in tests.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "common/status.h"
#include "proto/reward.pb.h"

namespace grpc {
class Channel;
}

namespace longhaul::trainer {

// Thread-compatible.
class RewardClient {
 public:
  virtual ~RewardClient() = default;

  // What is wrong with a spec of a data file; the error of the call when nobody answers.
  virtual Status Check(const proto::RewardSpec& spec) = 0;

  // FailedPrecondition from all of these: the service has no judges.
  virtual StatusOr<proto::JudgeState> GetJudgeState() = 0;
  virtual StatusOr<proto::JudgeState> SetJudgeLevel(int64_t level) = 0;
  // OutOfRange: there is no further level.
  virtual StatusOr<proto::JudgeState> Recalibrate(const std::string& cause) = 0;
  // Measures by name; those of no judgement are left out. Cancelled: `stop` (may be null) was set.
  virtual StatusOr<std::map<std::string, double>> Calibrate(double deadline_s,
                                                            const std::atomic<bool>* stop) = 0;
};

// `deadline_s` of every call but Calibrate.
std::unique_ptr<RewardClient> MakeGrpcRewardClient(std::shared_ptr<grpc::Channel> channel,
                                                   double deadline_s);

}  // namespace longhaul::trainer
