// SPDX-License-Identifier: Apache-2.0
#include "sandbox/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>
#include <system_error>

#include "common/check.h"
#include "common/file.h"
#include "sandbox/init/plan.h"
#include "sandbox/init_image.h"
#include "sandbox/launch_plan.h"

namespace longhaul::sandbox {
namespace {

struct Pipe {
  FileDescriptor read, write;
};

StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return ErrnoStatus(errno, "making", "a pipe");
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void SetNonBlocking(const FileDescriptor& fd) { fcntl(fd.get(), F_SETFL, O_NONBLOCK); }

// The guest's ends, until it has them.
struct GuestEnds {
  FileDescriptor stdin, stdout, stderr, reply, control;

  // As plan.h numbers them.
  std::array<int, kInitFdCount> ForInit(const FileDescriptor& image, const Cgroup& cgroup) const {
    std::array<int, kInitFdCount> fds = {stdin.get(), stdout.get(),  stderr.get(),
                                         reply.get(), control.get(), image.get()};
    const std::span<const int> entries = cgroup.entry_fds();
    CHECK_LE(entries.size(), static_cast<size_t>(kEntryFdMax));
    std::fill(std::copy(entries.begin(), entries.end(), fds.begin() + kEntryFd), fds.end(), -1);
    return fds;
  }
};

// So that the guest can open them by name (/dev/stdin, /proc/self/fd/1), which asks for the rights
// of their owner. A service that may map users but not change owners does without.
Status GiveTo(uid_t user, const GuestEnds& ends) {
  for (const FileDescriptor* fd : {&ends.stdin, &ends.stdout, &ends.stderr}) {
    if (fchown(fd->get(), user, user) < 0 && errno != EPERM) {
      return ErrnoStatus(errno, "giving the guest", "its pipes");
    }
  }
  return OkStatus();
}

// The standard input and descriptor 3, unless another guest is at their other ends.
Status MakeInputAndReply(GuestParts& parts, GuestEnds& ends) {
  ASSIGN_OR_RETURN(Pipe in, MakePipe());
  ASSIGN_OR_RETURN(Pipe reply, MakePipe());
  ends.stdin = std::move(in.read);
  parts.stdin = std::move(in.write);
  parts.reply = std::move(reply.read);
  ends.reply = std::move(reply.write);
  SetNonBlocking(parts.stdin);
  SetNonBlocking(parts.reply);
  return OkStatus();
}

Status MakePipes(GuestParts& parts, GuestEnds& ends) {
  ASSIGN_OR_RETURN(Pipe out, MakePipe());
  ASSIGN_OR_RETURN(Pipe err, MakePipe());
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0) {
    return ErrnoStatus(errno, "making", "a socket pair");
  }
  parts.control = FileDescriptor(sockets[0]);
  ends.control = FileDescriptor(sockets[1]);
  parts.stdout = std::move(out.read);
  ends.stdout = std::move(out.write);
  parts.stderr = std::move(err.read);
  ends.stderr = std::move(err.write);
  for (const FileDescriptor* fd : {&parts.control, &parts.stdout, &parts.stderr}) {
    SetNonBlocking(*fd);
  }
  return OkStatus();
}

// What the guest said instead of being ready.
Status StartError(const InitMessage& message) {
  const std::string why = std::generic_category().message(message.value);
  if (message.value == ENOSPC) {
    return InvalidArgument("the files given do not fit into the limit file_bytes ({})",
                           message.step);
  }
  if (message.value == ENOENT) {
    return Unavailable(
        "starting a guest: {} was removed meanwhile; what is the service's own is made again for "
        "the next one",
        message.step);
  }
  return Internal("starting a guest: {}: {}", message.step, why);
}

}  // namespace

StatusOr<std::unique_ptr<Launcher>> Launcher::Create(const Options& options) {
  std::unique_ptr<Launcher> launcher(new Launcher(options));
  ASSIGN_OR_RETURN(launcher->image_, OpenInitImage());
  ASSIGN_OR_RETURN(launcher->layout_, LayoutKeeper::Create(options.state));
  const HiddenMemory hidden =
      options.cgroups->name() == "none" ? HiddenMemory::kDenied : HiddenMemory::kCharged;
  launcher->judge_filter_ = BuildSystemCallFilter(FilterProfile::kJudge, hidden);
  launcher->workspace_filter_ = BuildSystemCallFilter(FilterProfile::kWorkspace, hidden);
  launcher->networks_ = NetworkPool::Create();
  return launcher;
}

uint32_t Launcher::Flags(const LaunchArgs& args) const {
  uint32_t flags = 0;
  if (options_.users.distinct) flags |= kDropGroups;
  if (args.kind == LaunchKind::kRun) flags |= kDieWithThread;
  if (args.kind == LaunchKind::kCommands) flags |= kCommands;
  if (args.kind == LaunchKind::kSelfCheck) flags |= kSelfCheck;
  if (mount_proc_) flags |= kMountProc;
  if (args.program.profile == Profile::kWorkspace) flags |= kLoopbackUp;
  return flags;
}

StatusOr<std::unique_ptr<GuestParts>> Launcher::Launch(const LaunchArgs& args) const {
  auto parts = std::make_unique<GuestParts>();
  const Limits& limits = args.program.limits;
  ASSIGN_OR_RETURN(const std::shared_ptr<const HostLayout> layout, layout_->Get());
  ASSIGN_OR_RETURN(parts->cgroup,
                   options_.cgroups->Make({limits.memory_bytes, limits.processes + 1}));
  const bool judge = args.program.profile == Profile::kJudge;
  std::string plan =
      BuildLaunchPlan({.program = args.program,
                       .layout = *layout,
                       .filter = judge ? judge_filter_ : workspace_filter_,
                       .flags = Flags(args),
                       .cgroup_entry_fds = parts->cgroup->entry_fds().size(),
                       .process_limit = options_.cgroups->name() == "none"
                                            ? LaunchPlanArgs::ProcessLimit::kExact
                                            : LaunchPlanArgs::ProcessLimit::kAboveCgroup});
  {
    // A workspace has sockets and a loopback: its namespace is of its own.
    if (judge && networks_ != nullptr) parts->network = networks_->Take();
    GuestEnds ends;
    RETURN_IF_ERROR(MakePipes(*parts, ends));
    if (args.conversation == nullptr) {
      RETURN_IF_ERROR(MakeInputAndReply(*parts, ends));
    } else {
      ends.stdin = std::move(args.conversation->stdin);
      ends.reply = std::move(args.conversation->reply);
    }
    const UserMapping& users = options_.users;
    if (users.distinct) RETURN_IF_ERROR(GiveTo(users.UidOf(args.slot), ends));
    ASSIGN_OR_RETURN(ClonedInit init,
                     CloneInit({.descriptors = ends.ForInit(image_, *parts->cgroup),
                                .network_fd = parts->network.fd(),
                                .cgroup_fd = parts->cgroup->birth_fd()}));
    parts->pid = init.pid;
    parts->pidfd = std::move(init.pidfd);
  }
  Status status = Prepare(args, plan, *parts);
  if (status.ok()) return parts;
  Guest guest(std::move(parts), nullptr);  // kills it and waits
  return status;
}

Status Launcher::Prepare(const LaunchArgs& args, const std::string& plan, GuestParts& parts) const {
  RETURN_IF_ERROR(WriteUserMapping(parts.pid, options_.users, args.slot));
  parts.uid = options_.users.UidOf(args.slot);
  parts.gid = options_.users.distinct ? parts.uid : getegid();
  RETURN_IF_ERROR(parts.cgroup->LimitMemory());
  const ControlSocket control(parts.control.get(), args.deadline);
  Status sent = control.Send(plan);
  for (const GuestFile& file : args.program.files) {
    if (sent.ok()) sent = control.Send(file.content);
  }
  // A guest that failed says why before it goes, so that it does not listen is no error yet.
  if (!sent.ok() && sent.code() != StatusCode::kUnavailable) return sent;
  if (args.kind == LaunchKind::kRun && options_.cgroups->name() != "none") return OkStatus();
  ASSIGN_OR_RETURN(ControlReply reply, control.Receive());
  parts.Hear(std::move(reply));
  RETURN_IF_ERROR(parts.start_error);
  if (parts.started.has_value()) {
    parts.cgroup->Watch(parts.proc.get(), parts.work->fd());
    return OkStatus();
  }
  if (parts.cgroup->Usage().oom_kills > 0) return OkStatus();
  return Internal("starting a guest: PID 1 was killed before it was ready");
}

bool GuestParts::Hear(ControlReply reply) {
  const InitMessage& message = reply.message;
  switch (message.kind) {
    case InitMessage::kReady:
      started = std::chrono::steady_clock::time_point(std::chrono::nanoseconds(message.time_ns));
      proc = std::move(reply.proc);
      work.emplace(std::move(reply.work), uid, gid);
      return true;
    case InitMessage::kFailed:
      start_error = StartError(message);
      return true;
    case InitMessage::kNotExecuted:
      exit = {.reported = true, .exit_code = 127, .exec_error = message.value};
      exit.others_ended = message.others_ended != 0;
      return true;
    case InitMessage::kExited:
      exit = {.reported = true, .run = message.run != 0, .state_kept = message.state_kept != 0};
      exit.others_ended = message.others_ended != 0;
      memory_bytes = message.memory_bytes;
      if (WIFSIGNALED(message.value)) {
        exit.signal = WTERMSIG(message.value);
      } else {
        exit.exit_code = WEXITSTATUS(message.value);
      }
      return true;
  }
  return false;
}

}  // namespace longhaul::sandbox
