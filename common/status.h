// SPDX-License-Identifier: Apache-2.0
//
// Status and StatusOr: how everything that can fail in correct code reports it. The one door to
// Abseil's status types; messages are built with fmt, whose format strings are checked at compile
// time.
//
//   return InvalidArgument("{}:{}: unknown key '{}'", file, line, key);
//   RETURN_IF_ERROR(file.Sync());
//   ASSIGN_OR_RETURN(ModelConfig config, ModelConfig::Load(dir));
//
// A broken invariant of our own is not a Status but a CHECK (common/check.h).
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace longhaul {

using Status = absl::Status;
template <typename T>
using StatusOr = absl::StatusOr<T>;
using StatusCode = absl::StatusCode;

inline Status OkStatus() { return absl::OkStatus(); }

inline Status MakeStatus(StatusCode code, const std::string& message) {
  return Status(code, absl::string_view(message.data(), message.size()));
}
template <typename... Args>
Status InvalidArgument(fmt::format_string<Args...> format, Args&&... args) {
  return MakeStatus(StatusCode::kInvalidArgument, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Status NotFound(fmt::format_string<Args...> format, Args&&... args) {
  return MakeStatus(StatusCode::kNotFound, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Status AlreadyExists(fmt::format_string<Args...> format, Args&&... args) {
  return MakeStatus(StatusCode::kAlreadyExists, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Status FailedPrecondition(fmt::format_string<Args...> format, Args&&... args) {
  return MakeStatus(StatusCode::kFailedPrecondition,
                    fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Status DataLoss(fmt::format_string<Args...> format, Args&&... args) {
  return MakeStatus(StatusCode::kDataLoss, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Status Unavailable(fmt::format_string<Args...> format, Args&&... args) {
  return MakeStatus(StatusCode::kUnavailable, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Status ResourceExhausted(fmt::format_string<Args...> format, Args&&... args) {
  return MakeStatus(StatusCode::kResourceExhausted,
                    fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Status Unimplemented(fmt::format_string<Args...> format, Args&&... args) {
  return MakeStatus(StatusCode::kUnimplemented, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Status Aborted(fmt::format_string<Args...> format, Args&&... args) {
  return MakeStatus(StatusCode::kAborted, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Status Cancelled(fmt::format_string<Args...> format, Args&&... args) {
  return MakeStatus(StatusCode::kCancelled, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Status Internal(fmt::format_string<Args...> format, Args&&... args) {
  return MakeStatus(StatusCode::kInternal, fmt::format(format, std::forward<Args>(args)...));
}

inline std::string Message(const Status& status) {
  return std::string(status.message().data(), status.message().size());
}
// The same error with what was being done put in front: "reading runs/a/config.yaml: no such file".
inline Status Annotate(const Status& status, std::string_view context) {
  if (status.ok()) return status;
  return MakeStatus(status.code(), fmt::format("{}: {}", context, Message(status)));
}

}  // namespace longhaul

#define RETURN_IF_ERROR(expr)                            \
  do {                                                   \
    ::longhaul::Status status_internal_ = (expr);        \
    if (!status_internal_.ok()) return status_internal_; \
  } while (false)

#define LONGHAUL_CONCAT_INNER(a, b) a##b
#define LONGHAUL_CONCAT(a, b) LONGHAUL_CONCAT_INNER(a, b)
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL(LONGHAUL_CONCAT(status_or_, __COUNTER__), lhs, expr)
#define ASSIGN_OR_RETURN_IMPL(name, lhs, expr) \
  auto name = (expr);                          \
  if (!name.ok()) return name.status();        \
  lhs = std::move(name).value()
