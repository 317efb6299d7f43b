// SPDX-License-Identifier: Apache-2.0
//
// Jail: starts one untrusted program in fresh namespaces with a private root, a system call filter,
// no capabilities, limits on everything, and byte-capped pipes; watches it from outside; reports
// what it did; leaves nothing behind.
//
//   ASSIGN_OR_RETURN(auto jail, Jail::Create(options));
//   ASSIGN_OR_RETURN(const GuestResult result, jail->Run(program, {}));
//
// The wall clock and every cap are held by the parent; the guest is killed through its pidfd, and
// with its PID 1 everything it started. Status: a fault of ours or of the request. What the guest
// did is a GuestResult.
//
// Thread-safe: each Run is independent, as many at a time as there are slots.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/status.h"
#include "sandbox/guest.h"
#include "sandbox/guest_program.h"
#include "sandbox/protections.h"

namespace longhaul::sandbox {

enum class Outcome {
  kOk,
  kRuntimeError,
  kTimeLimit,
  kMemoryLimit,
  kOutputLimit,
  kSecurityViolation,
  kInternalError
};
std::string_view OutcomeName(Outcome outcome);

struct GuestResult {
  Outcome outcome = Outcome::kInternalError;
  int exit_code = 0;
  int signal = 0;
  int64_t cpu_time_ms = 0;
  int64_t wall_time_ms = 0;
  int64_t memory_bytes = 0;  // peak
  std::string stdout_bytes;
  std::string stderr_bytes;
  std::string reply_bytes;  // descriptor 3
  bool stdout_truncated = false;
  bool stderr_truncated = false;
  bool reply_truncated = false;
  std::map<std::string, std::string> files;  // of `fetch`; the others are named in `detail`
  std::string detail;                        // which limit or system call, or what failed of ours
};

// kProbe: the best this host allows, v2 before v1 before none.
enum class CgroupChoice { kProbe, kV2, kV1, kNone };

struct JailOptions {
  int slots = 0;          // concurrent runs; 0 = one per core
  std::string state_dir;  // for what a killed service leaves behind; "" = under the temporary dir
  Limits ceiling = kDefaultCeiling;  // no run may ask for more
  ProtectionFloor floor;             // refuse to run below it
  CgroupChoice cgroup = CgroupChoice::kProbe;
};

// What became of two guests that talked. The partner's is empty when it was ended with the leader.
struct ConversationResult {
  GuestResult leader;
  std::optional<GuestResult> partner;
};

struct RunContext {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::function<bool()> cancelled = [] { return false; };  // looked at while the guest runs
};

// What this host gives, without holding it to a floor; for `longhaul sandbox probe`.
Protections ProbeProtections(const JailOptions& options);

class Jail {
 public:
  // Probes the host. FailedPrecondition when protections are below the floor, with what to do.
  static StatusOr<std::unique_ptr<Jail>> Create(const JailOptions& options);
  ~Jail();

  // Waits for a slot, then runs. InvalidArgument: limits or paths. Cancelled, DeadlineExceeded: the
  // guest was killed. A program that cannot be executed at all is an outcome: kRuntimeError, exit
  // code 127, and why in `detail`.
  StatusOr<GuestResult> Run(const GuestProgram& program, const RunContext& context);

  // Two programs at once: what one writes to descriptor 3 is the standard input of the other (their
  // stdin_bytes are not looked at, reply_bytes stay empty). It ends with the leader:
  // a partner that does not see the end of its input soon is killed. As Run otherwise; takes two
  // slots, so callers must leave each other enough: FailedPrecondition when there are fewer.
  StatusOr<ConversationResult> Converse(const GuestProgram& leader, const GuestProgram& partner,
                                        const RunContext& context);

  // Starts a guest that executes its program whenever the caller asks (Guest::Execute): limits of
  // memory, processes and files hold, time and output are the caller's to watch; stdin_bytes and
  // fetch are not looked at. Takes a slot until the guest is destroyed, which must happen before
  // the jail is.
  StatusOr<std::unique_ptr<Guest>> Start(const GuestProgram& program, const RunContext& context);

  const Protections& protections() const;
  int slots() const;

 private:
  struct Impl;
  explicit Jail(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace longhaul::sandbox
