// SPDX-License-Identifier: Apache-2.0
#include "tools/request_room.h"

#include <cstdint>
#include <cstdio>

#include "common/file.h"

namespace longhaul::tools {

RequestRoom RequestRoom::ForSource(const SandboxSection& section) {
  const bool here = section.service.address.empty();
  return {"source", here ? section.local.requests.source_bytes : INT32_MAX};
}

RequestRoom RequestRoom::ForPayload(const SandboxSection& section) {
  const bool here = section.service.address.empty();
  return {"input and files", here ? section.local.requests.payload_bytes : INT32_MAX};
}

Status RequestRoom::Check(const std::string& path, int64_t size) const {
  if (size <= bytes_) return OkStatus();
  return InvalidArgument("{} has {} bytes; the sandbox takes at most {} of {}", path, size, bytes_,
                         of_);
}

StatusOr<std::string> RequestRoom::ReadInto(const std::string& path) {
  ASSIGN_OR_RETURN(const int64_t size, FileSize(path));
  if (!DirectoryExists(path)) RETURN_IF_ERROR(Check(path, size));
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
  RETURN_IF_ERROR(Check(path, static_cast<int64_t>(bytes.size())));
  bytes_ -= static_cast<int64_t>(bytes.size());
  return bytes;
}

StatusOr<std::string> RequestRoom::ReadStandardInput() {
  std::string bytes;
  char buffer[1 << 16];
  while (const size_t count = std::fread(buffer, 1, sizeof(buffer), stdin)) {
    bytes.append(buffer, count);
    if (static_cast<int64_t>(bytes.size()) <= bytes_) continue;
    return InvalidArgument(
        "this command's input is longer than the {} bytes of {} that the sandbox takes", bytes_,
        of_);
  }
  return bytes;
}

}  // namespace longhaul::tools
