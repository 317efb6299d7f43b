// SPDX-License-Identifier: Apache-2.0
//
// Whether a group can be what its lease asked for: the boundary where what workers send is checked.
#pragma once

#include "common/status.h"
#include "proto/rollout.pb.h"

namespace longhaul::trainer {

// Sizes, sample indices, streams of one length, finite numbers, a reward status for every rollout.
// Errors name lease, uid, sample and field.
Status CheckGroup(const proto::Lease& lease, const proto::Group& group);

}  // namespace longhaul::trainer
