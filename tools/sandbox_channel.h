// SPDX-License-Identifier: Apache-2.0
//
// The sandbox that a run or a command uses: a service of its own in this process, or a
// `longhaul sandbox-server` at an address. Either way it is reached through a channel.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/config.h"
#include "common/status.h"
#include "sandbox/sandbox_config.h"
#include "tools/service_channel.h"

namespace longhaul::tools {

// Section `sandbox` of a run. With an address only the way there counts: limits, slots and the rest
// are those of the server.
struct SandboxSection {
  ServiceAddress service;
  sandbox::SandboxConfig local;

  template <typename V>
  void VisitFields(V& v) {
    service.VisitFields(v);
    local.VisitFields(v);
  }
};

// What is wrong with the settings beyond the ranges of single keys, at its place in `source`.
// `prefix`: of the keys, "sandbox." or "".
Status CheckSandbox(const Config& source, const std::string& prefix,
                    const sandbox::SandboxConfig& config);

// The paths among the settings, each with its key. `prefix`: of the keys, "sandbox." or "".
void ForEachSandboxPath(
    const std::string& prefix, SandboxSection& section,
    const std::function<void(const std::string& key, std::string& path)>& visit);

// Owned by one thread; the channel may be used by all. Calls in flight are cancelled at the end.
class SandboxAccess {
 public:
  // FailedPrecondition: the protections of this host are below the floor. Unavailable: no server
  // answers at the address. Unauthenticated: not with this token, if any.
  static StatusOr<std::unique_ptr<SandboxAccess>> Open(const SandboxSection& section);
  ~SandboxAccess();

  std::shared_ptr<grpc::Channel> channel() const;

 private:
  struct Impl;
  explicit SandboxAccess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace longhaul::tools
