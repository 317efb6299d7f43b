// SPDX-License-Identifier: Apache-2.0
#include "sandbox/launch_plan.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <iterator>

#include "common/check.h"
#include "common/file.h"
#include "sandbox/init/plan.h"

namespace longhaul::sandbox {
namespace {

constexpr int64_t kPageBytes = 4096;
// Names of the root itself: directories, mount points, links.
constexpr int64_t kRootInodes = 256;
constexpr int64_t kFilesMin = 1024, kFilesMax = 262'144, kBytesPerFile = 16'384;
constexpr int64_t kStackMin = 8 << 20, kStackMax = 256 << 20;
constexpr uint64_t kProcessMargin = 16;
constexpr uint64_t kOpenFilesJudge = 256, kOpenFilesWorkspace = 1024;

template <typename T>
void AppendStruct(std::string& plan, const T& value) {
  plan.append(reinterpret_cast<const char*>(&value), sizeof(value));
}
void AppendString(std::string& plan, const std::string& text) {
  plan.append(text.c_str(), text.size() + 1);
}

void AppendTree(std::string& plan, const HostTree& tree) {
  using Kind = HostTree::Kind;
  AppendStruct(plan, TreeEntry{tree.kind == Kind::kDevice || tree.kind == Kind::kDevices,
                               tree.kind == Kind::kDirectory || tree.kind == Kind::kDevices});
  AppendString(plan, tree.host_path);
  AppendString(plan, tree.guest_path);
}

std::vector<std::string> Environment(const GuestProgram& program) {
  std::vector<std::pair<std::string, std::string>> variables = {
      {"PATH", "/usr/local/bin:/usr/bin:/bin"},
      {"HOME", "/work"},
      {"LANG", "C.UTF-8"},
      {"TMPDIR", "/tmp"}};
  for (const auto& [name, value] : program.environment) {
    const auto same = [&name = name](const auto& variable) { return variable.first == name; };
    std::erase_if(variables, same);
    variables.emplace_back(name, value);
  }
  std::vector<std::string> lines;
  for (const auto& [name, value] : variables) lines.push_back(name + "=" + value);
  return lines;
}

// Second lines of defence, and what a cgroup does not limit. CPU: of one process; the parent's
// clock is for all of them, so this one is later.
void SetResourceLimits(const LaunchPlanArgs& args, PlanHeader& header) {
  const GuestProgram& program = args.program;
  const Limits& limits = program.limits;
  const uint64_t cpu = static_cast<uint64_t>((limits.cpu_time_ms + 999) / 1000 + 1);
  const uint64_t file = static_cast<uint64_t>(limits.file_bytes);
  const uint64_t processes = args.process_limit == LaunchPlanArgs::ProcessLimit::kExact
                                 ? static_cast<uint64_t>(limits.processes) + 1  // PID 1
                                 : static_cast<uint64_t>(limits.processes) * 2 + kProcessMargin;
  const uint64_t stack =
      static_cast<uint64_t>(std::min(kStackMax, std::max(limits.memory_bytes / 2, kStackMin)));
  const uint64_t open_files =
      program.profile == Profile::kJudge ? kOpenFilesJudge : kOpenFilesWorkspace;
  // A program may ask for as much stack as its memory limit holds, or for no limit, and contest
  // programs do.
  const uint64_t stack_hard = RLIM_INFINITY;
  const ResourceLimit values[] = {{RLIMIT_CORE, 0, 0},
                                  {RLIMIT_CPU, cpu, cpu + 1},
                                  {RLIMIT_FSIZE, file, file},
                                  {RLIMIT_NOFILE, open_files, open_files},
                                  {RLIMIT_STACK, stack, stack_hard},
                                  {RLIMIT_NPROC, processes, processes},
                                  {RLIMIT_MEMLOCK, 0, 0},
                                  {RLIMIT_MSGQUEUE, 0, 0},
                                  {RLIMIT_SIGPENDING, 256, 256},
                                  {RLIMIT_NICE, 0, 0},
                                  {RLIMIT_RTPRIO, 0, 0}};
  static_assert(std::size(values) <= kResourceLimitMax);
  std::copy(std::begin(values), std::end(values), header.limits);
  header.limit_count = std::size(values);
}

}  // namespace

std::string BuildLaunchPlan(const LaunchPlanArgs& args) {
  const GuestProgram& program = args.program;
  PlanHeader header{};
  header.flags = args.flags;
  header.entry_count = static_cast<uint32_t>(args.cgroup_entry_fds);
  const int64_t bytes = program.limits.file_bytes;
  header.files_bytes_max =
      static_cast<uint64_t>((bytes + kPageBytes - 1) / kPageBytes * kPageBytes);
  header.files_count_max =
      static_cast<uint64_t>(kRootInodes + std::clamp(bytes / kBytesPerFile, kFilesMin, kFilesMax));
  SetResourceLimits(args, header);

  std::string plan(sizeof(header), '\0');
  for (const sock_filter& instruction : args.filter) AppendStruct(plan, instruction);
  header.filter_length = static_cast<uint32_t>(args.filter.size());
  for (const HostTree& tree : args.layout.trees) AppendTree(plan, tree);
  for (const ReadOnlyBind& bind : program.binds) {
    AppendTree(plan, {bind.host_path, bind.guest_path.substr(1),
                      DirectoryExists(bind.host_path) ? HostTree::Kind::kDirectory
                                                      : HostTree::Kind::kFile});
  }
  header.tree_count = static_cast<uint32_t>(args.layout.trees.size() + program.binds.size());
  for (const Symlink& link : args.layout.symlinks) {
    AppendString(plan, link.target);
    AppendString(plan, link.path);
  }
  header.symlink_count = static_cast<uint32_t>(args.layout.symlinks.size());
  for (const GuestFile& file : program.files) {
    AppendStruct(plan, FileEntry{file.content.size(), static_cast<uint32_t>(file.mode & 0777)});
    AppendString(plan, file.path);
  }
  header.file_count = static_cast<uint32_t>(program.files.size());
  for (const std::string& argument : program.argv) AppendString(plan, argument);
  header.argument_count = static_cast<uint32_t>(program.argv.size());
  const std::vector<std::string> environment = Environment(program);
  for (const std::string& line : environment) AppendString(plan, line);
  header.environment_count = static_cast<uint32_t>(environment.size());

  header.plan_bytes = plan.size() - sizeof(header);
  plan.replace(0, sizeof(header), reinterpret_cast<const char*>(&header), sizeof(header));
  return plan;
}

}  // namespace longhaul::sandbox
