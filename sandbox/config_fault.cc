// SPDX-License-Identifier: Apache-2.0
#include "sandbox/config_fault.h"

#include "sandbox/protections.h"

namespace longhaul::sandbox {
namespace {

std::optional<ConfigFault> FindBeyond(const Limits& limits, const Limits& ceiling,
                                      const std::string& section,
                                      const std::string& ceiling_section) {
  std::optional<ConfigFault> fault;
  const auto check = [&](std::string_view name, auto Limits::*field) {
    if (fault.has_value() || limits.*field <= ceiling.*field) return;
    fault = {.key = fmt::format("{}.{}", section, name),
             .what = fmt::format("{} is beyond sandbox.{}.{}, {}", limits.*field, ceiling_section,
                                 name, ceiling.*field)};
  };
  check("cpu_time_ms", &Limits::cpu_time_ms);
  check("wall_time_ms", &Limits::wall_time_ms);
  check("memory_bytes", &Limits::memory_bytes);
  check("output_bytes", &Limits::output_bytes);
  check("processes", &Limits::processes);
  check("file_bytes", &Limits::file_bytes);
  return fault;
}

std::optional<ConfigFault> FindUnknownProtection(const SandboxConfig& config) {
  for (const std::string& name : config.required_protections) {
    // Of a host without any, a name that exists is missing; one that does not is invalid.
    const Status status = ProtectionFloor{.required = {name}}.Check({});
    if (status.code() == StatusCode::kInvalidArgument)
      return ConfigFault{.key = "required_protections", .what = Message(status)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<ConfigFault> FindFault(const SandboxConfig& config) {
  const SessionsConfig& sessions = config.sessions;
  if (auto fault = FindUnknownProtection(config)) return fault;
  if (auto fault = FindBeyond(config.limits, config.ceiling, "limits", "ceiling")) return fault;
  if (auto fault = FindBeyond(config.compile_limits, config.ceiling, "compile_limits", "ceiling"))
    return fault;
  return FindBeyond(sessions.limits, sessions.ceiling, "sessions.limits", "sessions.ceiling");
}

Status Validate(const SandboxConfig& config) {
  const std::optional<ConfigFault> fault = FindFault(config);
  if (!fault.has_value()) return OkStatus();
  return InvalidArgument("sandbox.{}: {}", fault->key, fault->what);
}

}  // namespace longhaul::sandbox
