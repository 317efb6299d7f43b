// SPDX-License-Identifier: Apache-2.0
//
// WeightTransfer: the worker's side of the two phases in which a weight version is taken
// (proto/rollout.proto).
//
// Thread-compatible.
#pragma once

#include <cstdint>

#include "kernels/stream.h"
#include "proto/rollout.pb.h"
#include "rollout/worker.h"

namespace longhaul::rollout {

class WeightTransfer {
 public:
  explicit WeightTransfer(const SharedModel& model) : model_(model) {}

  // Computes the checksums of the shared parameters and answers with them. FailedPrecondition for
  // tensors that this model does not have in this shape, Unimplemented for weights that are not
  // shared.
  Status Prepare(kernels::Stream& stream, const proto::PrepareWeightsRequest& request,
                 proto::PrepareWeightsReply* reply);
  // Packs the version where its owner has not. FailedPrecondition unless it is the one prepared
  // last and its checksums were those of the request.
  Status Commit(kernels::Stream& stream, int64_t weight_version);

 private:
  const SharedModel model_;
  int64_t prepared_version_ = -1;
  std::string mismatch_;  // the tensor that differed, of the version prepared
};

}  // namespace longhaul::rollout
