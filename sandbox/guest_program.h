// SPDX-License-Identifier: Apache-2.0
//
// What is to be run in a jail, and its limits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/status.h"
#include "sandbox/work_directory.h"

namespace longhaul::sandbox {

// kJudge: nothing in common with other guests, no network, no locks, no ptrace. kWorkspace: for
// tool use and repositories: loopback is up, locks, ptrace among own children, larger limits.
enum class Profile { kJudge, kWorkspace };

struct Limits {
  int64_t cpu_time_ms = 10'000;
  int64_t wall_time_ms = 20'000;
  int64_t memory_bytes = 512ll << 20;
  int64_t output_bytes = 1 << 20;  // of stdout, stderr and descriptor 3 each
  int32_t processes = 64;
  int64_t file_bytes = 64ll << 20;  // of all files in /work, /tmp and /dev/shm together
};
inline constexpr Limits kDefaultCeiling = {.cpu_time_ms = 300'000,
                                           .wall_time_ms = 600'000,
                                           .memory_bytes = 8ll << 30,
                                           .output_bytes = 64 << 20,
                                           .processes = 1024,
                                           .file_bytes = 4ll << 30};
// InvalidArgument: a limit of zero or less, or beyond the ceiling; names it.
Status CheckLimits(const Limits& limits, const Limits& ceiling);

// A directory or file of the host that the guest sees, read-only. What is beneath `host_path` must
// be readable by others (the guest is another user); the directories above it need not be.
struct ReadOnlyBind {
  std::string host_path;
  std::string guest_path;  // absolute; below /work, /usr, /proc, /dev and /etc is refused
};

// kByReply: its first line at the start, each further one when one line more has come on
// descriptor 3, so that a program sees no question before it has answered those before.
enum class StdinPace { kAtOnce, kByReply };

struct GuestProgram {
  Profile profile = Profile::kJudge;
  std::vector<std::string> argv;  // argv[0] is an absolute path inside the jail
  std::vector<std::pair<std::string, std::string>> environment;  // beside PATH, HOME, LANG, TMPDIR
  std::vector<GuestFile> files;                                  // made in /work before the start
  std::vector<ReadOnlyBind> binds;                               // beside /usr and what it needs
  std::string_view stdin_bytes;                                  // outlives the call
  StdinPace stdin_pace = StdinPace::kAtOnce;
  Limits limits;
  std::vector<std::string> fetch;  // regular files to bring back, relative to /work
};

// InvalidArgument: limits, paths, files, arguments or binds that are not as described above.
Status CheckGuestProgram(const GuestProgram& program, const Limits& ceiling);

}  // namespace longhaul::sandbox
