// SPDX-License-Identifier: Apache-2.0
//
// Between the messages of proto/rollout.proto and the engine's plain structs. Token ids, log-probs
// and versions pass unchanged; rewards stay in the messages.
#pragma once

#include "proto/rollout.pb.h"
#include "rollout/request.h"

namespace longhaul::rollout {

// The lease as a request: its id is the lease id.
GroupRequest RequestOf(const proto::Lease& lease);

Completion CompletionOf(const proto::Rollout& rollout);
proto::Rollout RolloutOf(const Completion& completion);

}  // namespace longhaul::rollout
