// SPDX-License-Identifier: Apache-2.0
//
// longhaul sandbox: the sandbox for a person at a terminal.
#include "tools/sandbox_command.h"

namespace longhaul::tools {

void GuestLimits::AddOptions(CLI::App& command) {
  command.add_option("--cpu-time-ms", cpu_time_ms, "Of all processes together");
  command.add_option("--wall-time-ms", wall_time_ms, "From start to end");
  command.add_option("--memory-bytes", memory_bytes, "With files in memory");
  command.add_option("--output-bytes", output_bytes, "Of stdout and stderr each");
  command.add_option("--processes", processes, "And threads");
  command.add_option("--file-bytes", file_bytes, "Everything written");
}

proto::ExecutionLimits GuestLimits::ToProto() const {
  proto::ExecutionLimits limits;
  limits.set_cpu_time_ms(cpu_time_ms);
  limits.set_wall_time_ms(wall_time_ms);
  limits.set_memory_bytes(memory_bytes);
  limits.set_output_bytes(output_bytes);
  limits.set_processes(processes);
  limits.set_file_bytes(file_bytes);
  return limits;
}

void AddSandbox(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("sandbox", "Untrusted programs on this machine");
  command->footer(
      "Example:\n  longhaul sandbox probe\n  longhaul sandbox run solution.py\n"
      "  longhaul sandbox shell --dir repository");
  command->require_subcommand(1);
  AddSandboxProbe(*command, chosen);
  AddSandboxRun(*command, chosen);
  AddSandboxShell(*command, chosen);
}

}  // namespace longhaul::tools
