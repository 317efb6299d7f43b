// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a sandbox's configuration beyond the ranges of single keys, found without
// asking the host.
#pragma once

#include <optional>
#include <string>

#include "sandbox/sandbox_config.h"

namespace longhaul::sandbox {

struct ConfigFault {
  std::string key;  // below section `sandbox`: "limits.memory_bytes"
  std::string what;
};

// The first; nothing when there is none.
std::optional<ConfigFault> FindFault(const SandboxConfig& config);

}  // namespace longhaul::sandbox
