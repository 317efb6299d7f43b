// SPDX-License-Identifier: Apache-2.0
//
// The boundary between our Status and gRPC's: the codes are the same numbers.
#pragma once

#include <grpcpp/support/status.h>

#include "common/status.h"

namespace longhaul {

inline grpc::Status ToGrpcStatus(const Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), Message(status));
}

inline Status FromGrpcStatus(const grpc::Status& status) {
  return MakeStatus(static_cast<StatusCode>(status.error_code()), status.error_message());
}

}  // namespace longhaul
