// SPDX-License-Identifier: Apache-2.0
#include "sandbox/requested_limits.h"

namespace longhaul::sandbox {
namespace {

struct Value {
  std::string_view of;
  std::string_view name;
  int64_t requested;
  int64_t standard;
  int64_t ceiling;
};

StatusOr<int64_t> Resolve(const Value& value) {
  if (value.requested < 0) {
    return InvalidArgument("{}.{} is {}; it must be positive, or 0 for the default of {}", value.of,
                           value.name, value.requested, value.standard);
  }
  if (value.requested > value.ceiling) {
    return InvalidArgument("{}.{} is {}, beyond this server's ceiling of {}", value.of, value.name,
                           value.requested, value.ceiling);
  }
  return value.requested == 0 ? value.standard : value.requested;
}

}  // namespace

StatusOr<Limits> ResolveLimits(const proto::ExecutionLimits& requested, const LimitsRule& rule,
                               std::string_view of) {
  const Limits& standard = *rule.defaults;
  const Limits& ceiling = *rule.ceiling;
  Limits limits;
  const auto resolve = [&](std::string_view name, auto Limits::*field, int64_t value) -> Status {
    ASSIGN_OR_RETURN(const int64_t resolved,
                     Resolve({of, name, value, standard.*field, ceiling.*field}));
    limits.*field = static_cast<std::remove_reference_t<decltype(limits.*field)>>(resolved);
    return OkStatus();
  };
  RETURN_IF_ERROR(resolve("cpu_time_ms", &Limits::cpu_time_ms, requested.cpu_time_ms()));
  RETURN_IF_ERROR(resolve("wall_time_ms", &Limits::wall_time_ms, requested.wall_time_ms()));
  RETURN_IF_ERROR(resolve("memory_bytes", &Limits::memory_bytes, requested.memory_bytes()));
  RETURN_IF_ERROR(resolve("output_bytes", &Limits::output_bytes, requested.output_bytes()));
  RETURN_IF_ERROR(resolve("processes", &Limits::processes, requested.processes()));
  RETURN_IF_ERROR(resolve("file_bytes", &Limits::file_bytes, requested.file_bytes()));
  return limits;
}

}  // namespace longhaul::sandbox
