// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of `longhaul sandbox` and what they have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

#include "proto/sandbox.pb.h"
#include "tools/command.h"

namespace longhaul::tools {

void AddSandboxProbe(CLI::App& sandbox, Action& chosen);
void AddSandboxRun(CLI::App& sandbox, Action& chosen);
void AddSandboxShell(CLI::App& sandbox, Action& chosen);

// Limits of a program or of a session. 0 = the sandbox's default.
struct GuestLimits {
  int64_t cpu_time_ms = 0;
  int64_t wall_time_ms = 0;
  int64_t memory_bytes = 0;
  int64_t output_bytes = 0;
  int32_t processes = 0;
  int64_t file_bytes = 0;

  void AddOptions(CLI::App& command);
  proto::ExecutionLimits ToProto() const;
};

}  // namespace longhaul::tools
