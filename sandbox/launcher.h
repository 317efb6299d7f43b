// SPDX-License-Identifier: Apache-2.0
//
// Starts guests: pipes, cgroup, clone into fresh namespaces, ids, plan. The child shares this
// process's memory until it is PID 1's own program (as with vfork), so a start costs the same
// however large this process is, and nothing of its memory is ever in the guest.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/file_descriptor.h"
#include "sandbox/cgroup/cgroup.h"
#include "sandbox/clone_init.h"
#include "sandbox/control_socket.h"
#include "sandbox/guest.h"
#include "sandbox/guest_program.h"
#include "sandbox/layout_keeper.h"
#include "sandbox/network_pool.h"
#include "sandbox/system_call_filter.h"
#include "sandbox/user_mapping.h"
#include "sandbox/work_directory.h"

namespace longhaul::sandbox {

// What Guest holds. What PID 1 says is heard when somebody asks.
struct GuestParts {
  pid_t pid = -1;  // of PID 1, as this host sees it
  FileDescriptor pidfd, control;
  FileDescriptor stdin, stdout, stderr, reply;
  FileDescriptor proc;
  std::optional<WorkDirectory> work;  // empty: it went before it could build its root
  std::unique_ptr<Cgroup> cgroup;
  NetworkPool::Lease network;

  // About to execute the program.
  std::optional<std::chrono::steady_clock::time_point> started;
  Status start_error;  // why it never was
  bool gone = false;
  GuestExit exit;
  int64_t memory_bytes = 0;  // peak of the largest process, of a guest that reported
  GuestUsage usage;          // once gone
  uid_t uid = 0;             // as this host sees the guest's user, and its group
  gid_t gid = 0;

  // Takes in a message of PID 1; false when it was none.
  bool Hear(ControlReply reply);
};

// kRun: the program, once. kCommands: the program as often as asked. kSelfCheck: PID 1's own check
// of the finished jail.
enum class LaunchKind { kRun, kCommands, kSelfCheck };

// Pipe ends that a guest of a conversation gets in the place of the jail's own.
struct ConversationEnds {
  FileDescriptor stdin, reply;
};

struct LaunchArgs {
  const GuestProgram& program;               // checked
  ConversationEnds* conversation = nullptr;  // emptied
  LaunchKind kind = LaunchKind::kRun;
  int slot = 0;
  std::chrono::steady_clock::time_point deadline;  // of the start
};

// Thread-safe.
class Launcher {
 public:
  struct Options {
    StateDirectory* state = nullptr;  // outlives this
    UserMapping users;
    CgroupBackend* cgroups = nullptr;  // outlives this
    int slots = 1;
  };
  static StatusOr<std::unique_ptr<Launcher>> Create(const Options& options);

  // Returns when the guest has been told everything, and if `kind` or the way it is watched ask for
  // it, when it has its root and its limits and is about to execute the program. A guest that ran
  // out of memory before that is returned too.
  StatusOr<std::unique_ptr<GuestParts>> Launch(const LaunchArgs& args) const;

  // Whether /proc can be mounted here; found out by the first self check.
  void set_mount_proc(bool mount_proc) { mount_proc_ = mount_proc; }

 private:
  explicit Launcher(const Options& options) : options_(options) {}
  uint32_t Flags(const LaunchArgs& args) const;
  // From the clone to readiness.
  Status Prepare(const LaunchArgs& args, const std::string& plan, GuestParts& parts) const;

  const Options options_;
  FileDescriptor image_;
  std::unique_ptr<LayoutKeeper> layout_;
  std::vector<sock_filter> judge_filter_, workspace_filter_;
  std::unique_ptr<NetworkPool> networks_;  // null: not to be had here
  bool mount_proc_ = true;
};

}  // namespace longhaul::sandbox
