// SPDX-License-Identifier: Apache-2.0
//
// "host:port" as people write it: "10.0.0.3:7400", "gpu-3:7400", "[::1]:0".
#pragma once

#include <string>

#include "common/status.h"

namespace longhaul::tools {

struct HostPort {
  std::string host;  // without the brackets of an IPv6 address
  std::string port;  // a number from 0 to 65535
};
// InvalidArgument says what is missing.
StatusOr<HostPort> SplitHostPort(const std::string& address);

}  // namespace longhaul::tools
