// SPDX-License-Identifier: Apache-2.0
//
// WorkerService: the RolloutWorker service, carried out on the engine thread between two steps.
#pragma once

#include <memory>

#include "rollout/generation_loop.h"
#include "rollout/mailbox.h"

namespace grpc {
class Service;
}

namespace longhaul::rollout {

// Both outlive the service. CANCELLED once the mailbox is closed.
std::unique_ptr<grpc::Service> MakeWorkerService(GenerationLoop* loop, Mailbox* mailbox);

}  // namespace longhaul::rollout
