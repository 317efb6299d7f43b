// SPDX-License-Identifier: Apache-2.0
//
// How much of something a request to the sandbox may still carry, looked at before a file is read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/status.h"
#include "tools/sandbox_channel.h"

namespace longhaul::tools {

class RequestRoom {
 public:
  // Of a server only its own answer tells; no message holds more than 2 GiB.
  static RequestRoom ForSource(const SandboxSection& section);
  static RequestRoom ForPayload(const SandboxSection& section);

  // The bytes of a file. InvalidArgument: it is larger than what is left.
  StatusOr<std::string> ReadInto(const std::string& path);
  // The same of standard input, to its end.
  StatusOr<std::string> ReadStandardInput();

 private:
  RequestRoom(std::string_view of, int64_t bytes) : of_(of), bytes_(bytes) {}
  Status Check(const std::string& path, int64_t size) const;

  std::string_view of_;
  int64_t bytes_;
};

}  // namespace longhaul::tools
