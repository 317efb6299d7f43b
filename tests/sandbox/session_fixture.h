// SPDX-License-Identifier: Apache-2.0
//
// Sessions of a sandbox service, as a client has them.
#pragma once

#include <string>

#include "tests/sandbox/sandbox_fixture.h"

namespace longhaul::sandbox {

class SessionFixture : public SandboxFixture {
 protected:
  std::string Open(const proto::OpenSessionRequest& request = {});
  proto::RunCommandReply Run(const std::string& session, const std::string& command,
                             int64_t wall_time_ms = 0);
  std::string Output(const std::string& session, const std::string& command);
  grpc::Status TryRun(const std::string& session, const std::string& command);
  proto::DiffReply Diff(const std::string& session);
  grpc::Status Close(const std::string& session);
};

}  // namespace longhaul::sandbox
