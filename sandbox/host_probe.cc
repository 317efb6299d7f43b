// SPDX-License-Identifier: Apache-2.0
#include "sandbox/host_probe.h"

#include <poll.h>
#include <unistd.h>

#include <map>
#include <sstream>

namespace longhaul::sandbox {
namespace {

constexpr std::chrono::seconds kSelfCheckTime(10);
// Found by the self check; the rest is known from how the jail was started.
constexpr std::string_view kChecked[] = {
    kUserNamespace, kPidNamespace, kMountNamespace, kNetworkNamespace, kUtsNamespace,
    kPrivateRoot,   kPrivateProc,  kNoCapabilities, kNoNewPrivileges,  kSystemCallFilter};

StatusOr<std::unique_ptr<CgroupBackend>> ChooseCgroups(CgroupChoice choice,
                                                       const std::string& instance) {
  switch (choice) {
    case CgroupChoice::kV2:
      return MakeCgroupV2(instance);
    case CgroupChoice::kV1:
      return MakeCgroupV1(instance);
    case CgroupChoice::kNone:
      return MakeNoCgroup("not wanted: configured as 'none'");
    case CgroupChoice::kProbe:
      break;
  }
  StatusOr<std::unique_ptr<CgroupBackend>> v2 = MakeCgroupV2(instance);
  if (v2.ok()) return v2;
  StatusOr<std::unique_ptr<CgroupBackend>> v1 = MakeCgroupV1(instance);
  if (v1.ok()) return v1;
  return MakeNoCgroup(fmt::format("v2: {}; v1: {}", Message(v2.status()), Message(v1.status())));
}

// What the self check wrote, by name.
StatusOr<std::map<std::string, std::string>> RunSelfCheck(const Launcher& launcher) {
  GuestProgram program;
  program.argv = {"/self-check"};
  const auto deadline = std::chrono::steady_clock::now() + kSelfCheckTime;
  ASSIGN_OR_RETURN(
      std::unique_ptr<GuestParts> parts,
      launcher.Launch(
          {.program = program, .kind = LaunchKind::kSelfCheck, .slot = 0, .deadline = deadline}));
  Guest guest(std::move(parts), nullptr);
  pollfd gone = {guest.pidfd(), POLLIN, 0};
  constexpr int kMillisecondsPerSecond = 1000;
  if (poll(&gone, 1, static_cast<int>(kSelfCheckTime.count()) * kMillisecondsPerSecond) <= 0) {
    return Internal("the self check of the jail does not end");
  }
  const GuestExit exit = guest.Wait();
  char bytes[8192];
  const ssize_t size = read(guest.reply_fd(), bytes, sizeof(bytes));
  if (!exit.reported || exit.exit_code != 0 || exit.signal != 0 || size <= 0) {
    return Internal("the self check of the jail ended with exit code {}, signal {}, error {}",
                    exit.exit_code, exit.signal, exit.exec_error);
  }
  std::map<std::string, std::string> seen;
  std::istringstream lines(std::string(bytes, static_cast<size_t>(size)));
  for (std::string line; std::getline(lines, line);) {
    const size_t tab = line.find('\t');
    if (tab != line.npos) seen[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return seen;
}

// Some containers cover parts of /proc, and then the kernel lets nobody mount a new one.
StatusOr<std::map<std::string, std::string>> CheckWithOrWithoutProc(Launcher& launcher) {
  StatusOr<std::map<std::string, std::string>> seen = RunSelfCheck(launcher);
  if (seen.ok() || Message(seen.status()).find("mounting proc") == std::string::npos) return seen;
  launcher.set_mount_proc(false);
  StatusOr<std::map<std::string, std::string>> without = RunSelfCheck(launcher);
  if (!without.ok()) return seen.status();
  (*without)[std::string(kPrivateProc)] =
      "/proc cannot be mounted here (parts of the host's are covered, as containers do): programs "
      "run "
      "without one; in docker: --security-opt systempaths=unconfined";
  return without;
}

void AddKnown(const Host& host, const UserMapping& users, bool proc, Protections& protections) {
  const auto add = [&](std::string_view name, bool active, std::string detail) {
    protections.items.push_back({std::string(name), active, std::move(detail)});
  };
  const bool cgroup = host.cgroups->name() != "none";
  const std::string how = host.cgroups->detail();
  add(kIpcNamespace, true, "fresh for each run");
  add(kCgroupNamespace, true, "fresh for each run");
  add(kDistinctUser, users.distinct, users.detail);
  add(kCgroup, cgroup, how);
  const std::string watched = fmt::format(
      "by a watchdog every {} ms, which a guest may pass for that long, because there is no cgroup",
      host.cgroups->watch_interval().count());
  add(kMemoryLimit, cgroup || proc,
      cgroup ? how
      : proc ? watched
             : "neither a cgroup nor the guest's /proc to watch");
  add(kProcessLimit, true, cgroup ? how : "RLIMIT_NPROC in the guest's user namespace");
  add(kCpuTimeLimit, true, cgroup ? how : proc ? watched : "RLIMIT_CPU of each process");
}

Protections Observe(const Host& host, const UserMapping& users) {
  Protections protections;
  const StatusOr<std::map<std::string, std::string>> seen = CheckWithOrWithoutProc(*host.launcher);
  for (std::string_view name : kChecked) {
    Protection item{std::string(name), false, ""};
    if (!seen.ok()) {
      item.detail = Message(seen.status());
    } else if (const auto found = seen->find(item.name); found == seen->end()) {
      item.detail = "the self check did not say";
    } else {
      item.active = found->second == "ok";
      item.detail = item.active ? "seen to hold in a jail of this host" : found->second;
    }
    protections.items.push_back(std::move(item));
  }
  const Protection* proc = protections.Find(kPrivateProc);
  AddKnown(host, users, proc->active, protections);
  if (!seen.ok()) {
    for (Protection& item : protections.items) {
      item.active = false;
      item.detail = Message(seen.status());
    }
  }
  return protections;
}

}  // namespace

StatusOr<Host> ProbeHost(const JailOptions& options, int slots) {
  ASSIGN_OR_RETURN(
      StateDirectory opened,
      StateDirectory::Open(options.state_dir.empty() ? DefaultStateRoot() : options.state_dir));
  auto state = std::make_unique<StateDirectory>(std::move(opened));
  ASSIGN_OR_RETURN(const UserMapping users, ChooseUserMapping(slots));
  ASSIGN_OR_RETURN(std::unique_ptr<CgroupBackend> cgroups,
                   ChooseCgroups(options.cgroup, state->instance()));
  ASSIGN_OR_RETURN(std::unique_ptr<Launcher> launcher,
                   Launcher::Create({state.get(), users, cgroups.get(), slots}));
  Host host{std::move(state), std::move(cgroups), std::move(launcher), {}};
  host.protections = Observe(host, users);
  return host;
}

}  // namespace longhaul::sandbox
