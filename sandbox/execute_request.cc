// SPDX-License-Identifier: Apache-2.0
#include "sandbox/execute_request.h"

#include "sandbox/guest_path_set.h"
#include "sandbox/requested_limits.h"

namespace longhaul::sandbox {
namespace {

constexpr int kMaxArguments = 1024;
constexpr size_t kMaxArgumentBytes = 64 << 10;  // the system's limit for one is 128 KiB

int64_t SizeOf(const google::protobuf::RepeatedPtrField<proto::ExecutionFile>& files) {
  int64_t size = 0;
  for (const proto::ExecutionFile& file : files)
    size += static_cast<int64_t>(file.path().size() + file.content().size());
  return size;
}

// What the request brings, against what a request may bring.
Status CheckSizes(const proto::ExecuteRequest& request, const RequestLimits& limits) {
  const proto::ExecutionProgram& program = request.program();
  if (static_cast<int64_t>(program.source().size()) > limits.source_bytes) {
    return InvalidArgument("the source has {} bytes; at most {}", program.source().size(),
                           limits.source_bytes);
  }
  if (request.runs_size() == 0) return InvalidArgument("the request has no runs");
  if (request.runs_size() > limits.runs) {
    return InvalidArgument("the request has {} runs; at most {}: send several", request.runs_size(),
                           limits.runs);
  }
  int64_t files = program.files_size();
  int64_t payload = SizeOf(program.files());
  for (const proto::ExecutionRun& run : request.runs()) {
    files += run.files_size() + run.fetch_size();
    payload += SizeOf(run.files()) + static_cast<int64_t>(run.stdin().size());
  }
  if (files > limits.files)
    return InvalidArgument("the request names {} files; at most {}", files, limits.files);
  if (payload > limits.payload_bytes) {
    return InvalidArgument("stdin and files of the request have {} bytes; at most {}", payload,
                           limits.payload_bytes);
  }
  return OkStatus();
}

StatusOr<std::vector<std::string>> ParseArguments(const proto::ExecutionRun& run) {
  if (run.arguments_size() > kMaxArguments)
    return InvalidArgument("{} arguments; at most {}", run.arguments_size(), kMaxArguments);
  size_t size = 0;
  for (const std::string& argument : run.arguments()) {
    if (argument.find('\0') != argument.npos)
      return InvalidArgument("an argument holds a NUL, which no program can be given");
    size += argument.size() + 1;
  }
  if (size > kMaxArgumentBytes)
    return InvalidArgument("the arguments have {} bytes; at most {}", size, kMaxArgumentBytes);
  return std::vector<std::string>(run.arguments().begin(), run.arguments().end());
}

StatusOr<std::vector<std::string>> ParseFetch(const proto::ExecutionRun& run) {
  GuestPathSet distinct;
  for (const std::string& path : run.fetch())
    RETURN_IF_ERROR(Annotate(distinct.Add(path), "fetch"));
  return std::vector<std::string>(run.fetch().begin(), run.fetch().end());
}

StatusOr<Program> ParseProgram(const proto::ExecutionProgram& message, const SandboxConfig& config,
                               GuestPathSet& paths) {
  Program program;
  ASSIGN_OR_RETURN(program.language, FindLanguage(message.language()));
  program.source = message.source();
  RETURN_IF_ERROR(paths.Add(program.language->source_file));
  ASSIGN_OR_RETURN(program.files, ParseFiles(message.files(), paths));
  ASSIGN_OR_RETURN(program.compile_limits,
                   ResolveLimits(message.compile_limits(),
                                 {.defaults = &config.compile_limits, .ceiling = &config.ceiling},
                                 "program.compile_limits"));
  return program;
}

struct RunRules {
  const SandboxConfig* config;
  const GuestPathSet* program_paths;
};

StatusOr<ProgramRun> ParseRun(const proto::ExecutionRun& message, const RunRules& rules) {
  ProgramRun run;
  run.stdin_bytes = message.stdin();
  if (message.paced()) run.stdin_pace = StdinPace::kByReply;
  ASSIGN_OR_RETURN(run.arguments, ParseArguments(message));
  GuestPathSet paths(rules.program_paths);
  ASSIGN_OR_RETURN(run.files, ParseFiles(message.files(), paths));
  ASSIGN_OR_RETURN(run.fetch, ParseFetch(message));
  ASSIGN_OR_RETURN(run.limits, ResolveLimits(message.limits(),
                                             {.defaults = &rules.config->limits,
                                              .ceiling = &rules.config->ceiling},
                                             "limits"));
  return run;
}

StatusOr<ExecutionJob> ParseSide(const proto::ExecuteRequest& request, const SandboxConfig& config,
                                 std::string_view side) {
  StatusOr<ExecutionJob> job = ParseExecuteRequest(request, config);
  if (!job.ok()) return Annotate(job.status(), side);
  if (job->runs.size() != 1) {
    return InvalidArgument("{}: a conversation has one run of each side, not {}", side,
                           job->runs.size());
  }
  const bool paced = job->runs[0].stdin_pace != StdinPace::kAtOnce;
  if (paced || !job->runs[0].stdin_bytes.empty()) {
    return InvalidArgument("{}: runs[0].{}: standard input comes from the other side here", side,
                           paced ? "paced" : "stdin");
  }
  return job;
}

}  // namespace

StatusOr<std::vector<GuestFile>> ParseFiles(
    const google::protobuf::RepeatedPtrField<proto::ExecutionFile>& files, GuestPathSet& paths) {
  std::vector<GuestFile> parsed;
  parsed.reserve(static_cast<size_t>(files.size()));
  for (const proto::ExecutionFile& file : files) {
    RETURN_IF_ERROR(paths.Add(file.path()));
    parsed.push_back(
        {.path = file.path(), .content = file.content(), .mode = file.executable() ? 0755 : 0644});
  }
  return parsed;
}

StatusOr<ExecutionJob> ParseExecuteRequest(const proto::ExecuteRequest& request,
                                           const SandboxConfig& config) {
  RETURN_IF_ERROR(CheckSizes(request, config.requests));
  ExecutionJob job;
  GuestPathSet paths;
  ASSIGN_OR_RETURN(job.program, ParseProgram(request.program(), config, paths));
  const RunRules rules = {.config = &config, .program_paths = &paths};
  for (int i = 0; i < request.runs_size(); ++i) {
    StatusOr<ProgramRun> run = ParseRun(request.runs(i), rules);
    if (!run.ok()) return Annotate(run.status(), fmt::format("runs[{}]", i));
    job.runs.push_back(*std::move(run));
  }
  job.stop_after_failure = request.stop_after_failure();
  return job;
}

StatusOr<ConversationJob> ParseConverseRequest(const proto::ConverseRequest& request,
                                               const SandboxConfig& config) {
  ASSIGN_OR_RETURN(ExecutionJob leader, ParseSide(request.leader(), config, "leader"));
  ASSIGN_OR_RETURN(ExecutionJob partner, ParseSide(request.partner(), config, "partner"));
  return ConversationJob{std::move(leader), std::move(partner)};
}

}  // namespace longhaul::sandbox
