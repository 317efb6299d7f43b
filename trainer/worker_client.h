// SPDX-License-Identifier: Apache-2.0
//
// WorkerClient: the calls the trainer makes to a rollout worker (proto/rollout.proto). Over a gRPC
// channel in a run, in-process or not; a fake in tests.
#pragma once

#include <memory>

#include "common/status.h"

namespace grpc {
class Channel;
}
namespace longhaul::proto {
class PrepareWeightsRequest;
class PrepareWeightsReply;
class SnapshotReply;
}  // namespace longhaul::proto

namespace longhaul::trainer {

// Used by the trainer's thread only.
class WorkerClient {
 public:
  virtual ~WorkerClient() = default;
  virtual StatusOr<proto::PrepareWeightsReply> PrepareWeights(
      const proto::PrepareWeightsRequest& request) = 0;
  virtual Status CommitWeights(int64_t weight_version) = 0;
  // Generation stands still until the next CommitWeights or Resume.
  virtual StatusOr<proto::SnapshotReply> Snapshot() = 0;
  virtual Status Resume() = 0;
};

// `deadline_s` of every call, in seconds.
std::unique_ptr<WorkerClient> MakeGrpcWorkerClient(std::shared_ptr<grpc::Channel> channel,
                                                   double deadline_s);

}  // namespace longhaul::trainer
