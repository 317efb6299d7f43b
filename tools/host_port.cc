// SPDX-License-Identifier: Apache-2.0
#include "tools/host_port.h"

namespace longhaul::tools {

StatusOr<HostPort> SplitHostPort(const std::string& address) {
  const size_t colon = address.rfind(':');
  const auto bad = [&] {
    return InvalidArgument("'{}' is no address; give host:port, [ipv6]:port or unix:/path",
                           address);
  };
  if (colon == std::string::npos || colon == 0) return bad();
  HostPort parts{address.substr(0, colon), address.substr(colon + 1)};
  const bool bracketed = parts.host.front() == '[' && parts.host.back() == ']';
  if (bracketed) parts.host = parts.host.substr(1, parts.host.size() - 2);
  if (!bracketed && parts.host.find(':') != std::string::npos) return bad();
  const bool digits = !parts.port.empty() && parts.port.size() <= 5 &&
                      parts.port.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || std::stoi(parts.port) > 65535) {
    return InvalidArgument("'{}': the port must be a number from 0 to 65535", address);
  }
  return parts;
}

}  // namespace longhaul::tools
