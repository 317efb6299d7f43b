// SPDX-License-Identifier: Apache-2.0
#include "sandbox/jail.h"

#include <absl/cleanup/cleanup.h>

#include <algorithm>
#include <thread>

#include "common/check.h"
#include "sandbox/host_probe.h"
#include "sandbox/run_monitor.h"
#include "sandbox/slots.h"

namespace longhaul::sandbox {
namespace {

constexpr int kSlotsMax = 1024;
constexpr std::chrono::seconds kStartTime(30);

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
                                          const RunContext& context) {
    RETURN_IF_ERROR(CheckGuestProgram(program, ceiling));
    ASSIGN_OR_RETURN(const int slot, slots.Take(context));
    absl::Cleanup give_back = [this, slot] { slots.Give(slot); };
    const auto deadline = std::min(context.deadline, std::chrono::steady_clock::now() + kStartTime);
    ASSIGN_OR_RETURN(std::unique_ptr<GuestParts> parts,
                     host.launcher->Launch(
                         {.program = program, .kind = kind, .slot = slot, .deadline = deadline}));
    std::move(give_back).Cancel();
    return std::make_unique<Guest>(std::move(parts), [this, slot] { slots.Give(slot); });
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
  ASSIGN_OR_RETURN(GuestResult result,
                   WatchRun(*guest, {.program = program,
                                     .context = context,
                                     .watch_interval = impl_->host.cgroups->watch_interval()}));
  if (guest->has_work()) Fetch(program, *guest, result);
  return result;
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
