// SPDX-License-Identifier: Apache-2.0
//
// The Coordinator service of proto/rollout.proto, on a Coordinator.
#pragma once

#include <memory>

#include "trainer/coordinator/coordinator.h"

namespace grpc {
class Service;
}

namespace longhaul::trainer {

// `coordinator` outlives the service.
std::shared_ptr<grpc::Service> MakeCoordinatorService(Coordinator* coordinator);

}  // namespace longhaul::trainer
