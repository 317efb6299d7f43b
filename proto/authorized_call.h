// SPDX-License-Identifier: Apache-2.0
//
// A unary method of a service on a socket whose token is looked at before the request is read, so
// that a caller without it can make the server hold no more than gRPC's window of one stream (some
// KiB), whatever it sends. The service derives from the generated StreamedUnaryService, where the
// request of a unary call is still to come when its method is entered:
//
//   grpc::Status StreamedExecute(grpc::ServerContext* context,
//                                UnaryCall<ExecuteRequest, ExecuteReply>* call) override {
//     return AnswerAuthorized(token_, context, call, [&](const auto& request, auto& reply) {...});
//   }
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>
#include <grpcpp/support/sync_stream.h>

#include "proto/call_token.h"

namespace longhaul {

template <typename Request, typename Reply>
using UnaryCall = grpc::ServerUnaryStreamer<Request, Reply>;

// UNAUTHENTICATED; else as `method` says, with its reply where that is OK.
template <typename Request, typename Reply, typename Method>
grpc::Status AnswerAuthorized(const CallToken& token, const grpc::ServerContext* context,
                              UnaryCall<Request, Reply>* call, const Method& method) {
  if (grpc::Status refused = token.Check(*context); !refused.ok()) return refused;
  Request request;
  if (!call->Read(&request)) {
    return {grpc::StatusCode::INVALID_ARGUMENT, "the call brings no request that can be read"};
  }
  Reply reply;
  grpc::Status status = method(request, reply);
  if (status.ok()) call->Write(reply);
  return status;
}

}  // namespace longhaul
