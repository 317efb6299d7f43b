// SPDX-License-Identifier: Apache-2.0
//
// From an Execute request to a job: everything a request can have wrong is found here, before
// anything runs.
#pragma once

#include "common/status.h"
#include "proto/sandbox.pb.h"
#include "sandbox/execution.h"
#include "sandbox/guest_path_set.h"
#include "sandbox/sandbox_config.h"

namespace longhaul::sandbox {

// The job refers to the request's stdin. InvalidArgument names the field and what it may be.
StatusOr<ExecutionJob> ParseExecuteRequest(const proto::ExecuteRequest& request,
                                           const SandboxConfig& config);

// The same, for each side of a conversation.
StatusOr<ConversationJob> ParseConverseRequest(const proto::ConverseRequest& request,
                                               const SandboxConfig& config);

// The files of one working directory; `paths` holds what else lies there and learns of these.
StatusOr<std::vector<GuestFile>> ParseFiles(
    const google::protobuf::RepeatedPtrField<proto::ExecutionFile>& files, GuestPathSet& paths);

}  // namespace longhaul::sandbox
