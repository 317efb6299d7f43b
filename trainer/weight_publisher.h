// SPDX-License-Identifier: Apache-2.0
//
// WeightPublisher: makes a rollout worker take over a weight version, in two phases. The worker
// computes the checksum of every tensor from what it received and echoes them; only when they are
// ours is it told to generate with them.
#pragma once

#include <cstdint>

#include "common/status.h"
#include "kernels/stream.h"
#include "model/parameters.h"
#include "trainer/coordinator/coordinator.h"
#include "trainer/worker_client.h"

namespace longhaul::trainer {

struct PublishReport {
  int64_t bytes = 0;
  double seconds = 0;
};

class WeightPublisher {
 public:
  struct Args {
    const model::Parameters* parameters = nullptr;
    kernels::Stream* stream = nullptr;
    Coordinator* coordinator = nullptr;  // told of the version once it is committed
  };
  explicit WeightPublisher(Args args) : args_(args) {}

  // DataLoss names the first tensor whose checksum differs.
  StatusOr<PublishReport> Publish(WorkerClient& worker, int64_t weight_version);

 private:
  Args args_;
};

}  // namespace longhaul::trainer
