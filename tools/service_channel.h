// SPDX-License-Identifier: Apache-2.0
//
// The way from a run to a service at an address: what ServerListener is to a server.
#pragma once

#include <memory>
#include <string>

#include "common/config_visitor.h"
#include "common/status.h"
#include "tools/server_listener.h"

namespace grpc {
class Channel;
}

namespace longhaul::tools {

struct ServiceAddress {
  std::string address;  // "host:port" or "unix:/path"; empty: the service is in this process
  TokenSource token;
  std::string tls_ca;  // PEM file; with one the connection is TLS
  double connect_timeout_s = 10;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("address", address, {.doc = "host:port or unix:/path; empty: in this process"});
    v.Field("token_file", token.file, {.doc = "file with the server's token"});
    v.Field("token_env", token.env, {.doc = "environment variable with the server's token"});
    v.Field("tls_ca", tls_ca, {.doc = "PEM file of the authority; with one the way is TLS"});
    v.Field("connect_timeout_s", connect_timeout_s,
            {.above = 0, .doc = "for the first connection"});
  }
};

// --address and what goes with it, for a sandbox server.
void AddServiceOptions(CLI::App& command, ServiceAddress& service);

// A channel that is connected, with the token on every call. `what` names the service in errors:
// "reward server". InvalidArgument: no address, or no authority in tls_ca. FailedPrecondition, at
// once: an unknown host, or TLS on one side only, or a certificate that is not to be trusted.
// Unavailable: nobody answered within connect_timeout_s, and why.
StatusOr<std::shared_ptr<grpc::Channel>> ConnectTo(const ServiceAddress& service,
                                                   const std::string& what);

}  // namespace longhaul::tools
