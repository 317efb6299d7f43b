// SPDX-License-Identifier: Apache-2.0
#include "sandbox/jail.h"

#include <absl/cleanup/cleanup.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "common/check.h"
#include "common/file.h"
#include "sandbox/host_probe.h"
#include "sandbox/run_monitor.h"
#include "sandbox/slots.h"

namespace longhaul::sandbox {
namespace {

constexpr int kSlotsMax = 16'384;
constexpr std::chrono::seconds kStartTime(30);
// For the partner of a conversation to see that its input has ended.
constexpr std::chrono::milliseconds kPartnerGrace(200);

int SlotCount(const JailOptions& options) {
  return options.slots > 0 ? options.slots
                           : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// Files asked for, one line of `detail` for each that cannot be had.
void Fetch(const GuestProgram& program, Guest& guest, GuestResult& result) {
  if (program.fetch.empty()) return;
  int64_t room = program.limits.file_bytes;
  for (const std::string& path : program.fetch) {
    StatusOr<GuestFileContent> content = guest.work().Read(path, room);
    std::string why;
    if (!content.ok()) {
      why = Message(content.status());
    } else if (content->truncated) {
      why = "too large";
    } else {
      room -= static_cast<int64_t>(content->bytes.size());
      result.files[path] = std::move(content->bytes);
      continue;
    }
    if (!result.detail.empty()) result.detail += "; ";
    result.detail += fmt::format("file {} was not fetched: {}", path, why);
  }
}

// A pipe each way.
Status Connect(ConversationEnds& a, ConversationEnds& b) {
  for (const auto& [writer, reader] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0) return ErrnoStatus(errno, "making", "a pipe");
    reader->stdin = FileDescriptor(fds[0]);
    writer->reply = FileDescriptor(fds[1]);
  }
  return OkStatus();
}

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "ok";
    case Outcome::kRuntimeError:
      return "runtime_error";
    case Outcome::kTimeLimit:
      return "time_limit";
    case Outcome::kMemoryLimit:
      return "memory_limit";
    case Outcome::kOutputLimit:
      return "output_limit";
    case Outcome::kSecurityViolation:
      return "security_violation";
    case Outcome::kInternalError:
      return "internal_error";
  }
  return "?";
}

struct Jail::Impl {
  Impl(Host host_value, const JailOptions& options, int slot_count)
      : host(std::move(host_value)), ceiling(options.ceiling), slots(slot_count) {}

  StatusOr<std::unique_ptr<Guest>> Launch(const GuestProgram& program, LaunchKind kind,
                                          const RunContext& context,
                                          ConversationEnds* conversation = nullptr) {
    RETURN_IF_ERROR(CheckGuestProgram(program, ceiling));
    ASSIGN_OR_RETURN(const int slot, slots.Take(context));
    absl::Cleanup give_back = [this, slot] { slots.Give(slot); };
    const auto deadline = std::min(context.deadline, std::chrono::steady_clock::now() + kStartTime);
    ASSIGN_OR_RETURN(std::unique_ptr<GuestParts> parts,
                     host.launcher->Launch({.program = program,
                                            .conversation = conversation,
                                            .kind = kind,
                                            .slot = slot,
                                            .deadline = deadline}));
    std::move(give_back).Cancel();
    return std::make_unique<Guest>(std::move(parts), [this, slot] { slots.Give(slot); });
  }

  // To its end.
  StatusOr<GuestResult> Watch(Guest& guest, const GuestProgram& program,
                              const RunContext& context) {
    ASSIGN_OR_RETURN(GuestResult result,
                     WatchRun(guest, {.program = program,
                                      .context = context,
                                      .watch_interval = host.cgroups->watch_interval()}));
    if (guest.has_work()) Fetch(program, guest, result);
    return result;
  }

  Host host;
  const Limits ceiling;
  Slots slots;
};

Jail::Jail(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Jail::~Jail() { CHECK_EQ(impl_->slots.in_use(), 0) << "a guest outlives its jail"; }

Protections ProbeProtections(const JailOptions& options) {
  StatusOr<Host> host = ProbeHost(options, SlotCount(options));
  if (host.ok()) return std::move(host->protections);
  Protections none;
  for (const std::string& name : ProtectionFloor().required) {
    none.items.push_back({name, false, Message(host.status())});
  }
  return none;
}

StatusOr<std::unique_ptr<Jail>> Jail::Create(const JailOptions& options) {
  const int slots = SlotCount(options);
  if (slots > kSlotsMax) {
    return InvalidArgument("{} slots; a jail has at most {}", slots, kSlotsMax);
  }
  ASSIGN_OR_RETURN(Host host, ProbeHost(options, slots));
  RETURN_IF_ERROR(options.floor.Check(host.protections));
  return std::unique_ptr<Jail>(new Jail(std::make_unique<Impl>(std::move(host), options, slots)));
}

StatusOr<GuestResult> Jail::Run(const GuestProgram& program, const RunContext& context) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Guest> guest,
                   impl_->Launch(program, LaunchKind::kRun, context));
  return impl_->Watch(*guest, program, context);
}

StatusOr<ConversationResult> Jail::Converse(const GuestProgram& leader, const GuestProgram& partner,
                                            const RunContext& context) {
  if (slots() < 2) return FailedPrecondition("two programs that talk need a jail of two slots");
  ConversationEnds ends, partner_ends;
  RETURN_IF_ERROR(Connect(ends, partner_ends));
  ASSIGN_OR_RETURN(const std::unique_ptr<Guest> second,
                   impl_->Launch(partner, LaunchKind::kRun, context, &partner_ends));
  ASSIGN_OR_RETURN(const std::unique_ptr<Guest> first,
                   impl_->Launch(leader, LaunchKind::kRun, context, &ends));
  using Clock = std::chrono::steady_clock;
  std::atomic<Clock::time_point> end = Clock::time_point::max();
  RunContext until_end = context;
  until_end.cancelled = [&] { return Clock::now() > end.load() || context.cancelled(); };
  StatusOr<GuestResult> other = Cancelled("the leader has ended");
  std::jthread watcher([&] { other = impl_->Watch(*second, partner, until_end); });
  StatusOr<GuestResult> result = impl_->Watch(*first, leader, context);
  end = Clock::now() + kPartnerGrace;
  watcher.join();
  RETURN_IF_ERROR(result.status());
  ConversationResult conversation = {*std::move(result), std::nullopt};
  if (other.ok()) {
    conversation.partner = *std::move(other);
  } else if (other.status().code() != StatusCode::kCancelled) {
    return other.status();
  }
  return conversation;
}

StatusOr<std::unique_ptr<Guest>> Jail::Start(const GuestProgram& program,
                                             const RunContext& context) {
  ASSIGN_OR_RETURN(std::unique_ptr<Guest> guest,
                   impl_->Launch(program, LaunchKind::kCommands, context));
  if (!guest->has_work()) {
    return ResourceExhausted("the memory limit of {} bytes is too small to start a program",
                             program.limits.memory_bytes);
  }
  return guest;
}

const Protections& Jail::protections() const { return impl_->host.protections; }
int Jail::slots() const { return impl_->slots.count(); }

}  // namespace longhaul::sandbox
