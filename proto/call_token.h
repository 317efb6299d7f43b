// SPDX-License-Identifier: Apache-2.0
//
// What a caller shows to a service on a socket: metadata "authorization: Bearer <token>". Every
// method of a service that may stand on a socket begins with
//
//   if (grpc::Status refused = token_.Check(*context); !refused.ok()) return refused;
//
// or is entered before its request was read (authorized_call.h).
//
// Immutable and thread-safe.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <string>
#include <string_view>
#include <utility>

namespace longhaul {

class CallToken {
 public:
  static constexpr const char* kMetadataKey = "authorization";

  CallToken() = default;  // everybody may call: the in-process channel
  explicit CallToken(const std::string& token) : metadata_("Bearer " + token) {}

  bool required() const { return !metadata_.empty(); }
  // What a client sends under kMetadataKey.
  const std::string& metadata() const { return metadata_; }

  // UNAUTHENTICATED unless the caller shows the token.
  grpc::Status Check(const grpc::ServerContextBase& context) const {
    if (!required()) return grpc::Status::OK;
    const auto [first, last] = context.client_metadata().equal_range(kMetadataKey);
    for (auto it = first; it != last; ++it) {
      if (SameBytes({it->second.data(), it->second.size()}, metadata_)) return grpc::Status::OK;
    }
    return {grpc::StatusCode::UNAUTHENTICATED,
            first == last ? "the server asks for a token and the call carries none"
                          : "the token of the call is not the server's"};
  }

 private:
  // Takes the same time wherever the bytes differ, so that a token cannot be guessed by pieces.
  static bool SameBytes(std::string_view shown, std::string_view wanted) {
    unsigned char difference = shown.size() == wanted.size() ? 0 : 1;
    for (size_t i = 0; i < shown.size(); ++i) {
      difference |= static_cast<unsigned char>(shown[i] ^ wanted[i % wanted.size()]);
    }
    return difference == 0;
  }

  std::string metadata_;
};

}  // namespace longhaul
