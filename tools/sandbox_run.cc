// SPDX-License-Identifier: Apache-2.0
//
// longhaul sandbox run: one program, with what it printed and how it ended.
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>

#include "common/file.h"
#include "proto/grpc_status.h"
#include "proto/sandbox.grpc.pb.h"
#include "sandbox/guest_path_set.h"
#include "tools/request_room.h"
#include "tools/sandbox_channel.h"
#include "tools/sandbox_command.h"

namespace longhaul::tools {
namespace {

struct RunOptions {
  SandboxSection sandbox;
  std::string file;
  std::string language;
  std::string stdin_file;
  std::vector<std::string> arguments;
  std::vector<std::string> files;
  std::vector<std::string> fetch;
  GuestLimits limits;
};

StatusOr<std::string> LanguageOf(const RunOptions& options) {
  if (!options.language.empty()) return options.language;
  static const std::map<std::string, std::string, std::less<>> kLanguages = {
      {"cc", "cpp"}, {"cpp", "cpp"}, {"cxx", "cpp"}, {"py", "python"}};
  const size_t dot = options.file.rfind('.');
  const auto known =
      dot == options.file.npos ? kLanguages.end() : kLanguages.find(options.file.substr(dot + 1));
  if (known == kLanguages.end())
    return InvalidArgument("{}: give its language with --lang cpp or --lang python", options.file);
  return known->second;
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

StatusOr<proto::ExecuteRequest> MakeRequest(const RunOptions& options) {
  proto::ExecuteRequest request;
  proto::ExecutionProgram& program = *request.mutable_program();
  ASSIGN_OR_RETURN(*program.mutable_language(), LanguageOf(options));
  RequestRoom source = RequestRoom::ForSource(options.sandbox);
  RequestRoom payload = RequestRoom::ForPayload(options.sandbox);
  ASSIGN_OR_RETURN(*program.mutable_source(), source.ReadInto(options.file));
  for (const std::string& path : options.files) {
    proto::ExecutionFile* file = program.add_files();
    file->set_path(BaseName(path));
    ASSIGN_OR_RETURN(*file->mutable_content(), payload.ReadInto(path));
  }
  proto::ExecutionRun& run = *request.add_runs();
  if (options.stdin_file == "-") {
    ASSIGN_OR_RETURN(*run.mutable_stdin(), payload.ReadStandardInput());
  } else if (!options.stdin_file.empty()) {
    ASSIGN_OR_RETURN(*run.mutable_stdin(), payload.ReadInto(options.stdin_file));
  }
  for (const std::string& argument : options.arguments) run.add_arguments(argument);
  for (const std::string& path : options.fetch) run.add_fetch(path);
  *run.mutable_limits() = options.limits.ToProto();
  return request;
}

// What was executed, and what it is called when it failed by itself.
struct Phase {
  std::string_view name, failure;
};
constexpr Phase kCompilation = {"compilation", "compile error"};
constexpr Phase kProgram = {"program", "runtime error"};

std::string_view OutcomeWords(proto::ExecutionOutcome outcome, const Phase& phase) {
  switch (outcome) {
    case proto::EXECUTION_OUTCOME_OK:
      return "ok";
    case proto::EXECUTION_OUTCOME_RUNTIME_ERROR:
      return phase.failure;
    case proto::EXECUTION_OUTCOME_TIME_LIMIT:
      return "time limit";
    case proto::EXECUTION_OUTCOME_MEMORY_LIMIT:
      return "memory limit";
    case proto::EXECUTION_OUTCOME_OUTPUT_LIMIT:
      return "output limit";
    case proto::EXECUTION_OUTCOME_SECURITY_VIOLATION:
      return "security violation";
    default:
      return "internal error";
  }
}

void Write(std::FILE* stream, const std::string& bytes) {
  std::fwrite(bytes.data(), 1, bytes.size(), stream);
  std::fflush(stream);
}

// What was written, then one line about how it ended.
void PrintExecution(const proto::Execution& execution, const Phase& phase) {
  Write(stdout, execution.stdout());
  Write(stderr, execution.stderr());
  std::string line = fmt::format("{}: {}", phase.name, OutcomeWords(execution.outcome(), phase));
  if (!execution.detail().empty()) {
    line += ", " + execution.detail();
  } else if (execution.signal() != 0) {
    line += fmt::format(", signal {}", execution.signal());
  } else if (execution.exit_code() != 0) {
    line += fmt::format(", exit code {}", execution.exit_code());
  }
  line += fmt::format(", {} ms CPU, {} ms, {:.1f} MiB", execution.cpu_time_ms(),
                      execution.wall_time_ms(),
                      static_cast<double>(execution.memory_bytes()) / (1 << 20));
  if (execution.stdout_truncated() || execution.stderr_truncated()) line += ", output truncated";
  fmt::print(stderr, "{}\n", line);
}

// Whether fetched files can be written below the working directory, asked before anything runs:
// nothing that is there is replaced.
Status CheckFetch(const std::vector<std::string>& paths) {
  sandbox::GuestPathSet distinct;
  for (const std::string& path : paths) {
    RETURN_IF_ERROR(Annotate(distinct.Add(path), "--fetch"));
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(path, error)))
      return AlreadyExists("--fetch: {} exists here: nothing was run", path);
    for (std::string parent = ParentDirectory(path); !parent.empty() && parent != ".";
         parent = ParentDirectory(parent)) {
      if (std::filesystem::exists(std::filesystem::symlink_status(parent, error)) &&
          !DirectoryExists(parent)) {
        return AlreadyExists("--fetch: {} exists here and is no directory: nothing was run",
                             parent);
      }
    }
  }
  return OkStatus();
}

Status WriteFetched(const proto::Execution& run, const std::vector<std::string>& asked) {
  for (const proto::ExecutionFile& file : run.files()) {
    if (std::find(asked.begin(), asked.end(), file.path()) == asked.end())
      return Internal("the sandbox sent a file that was not asked for: {}", file.path());
    RETURN_IF_ERROR(CreateDirectories(ParentDirectory(file.path())));
    RETURN_IF_ERROR(WriteFileAtomic(file.path(), file.content()));
    fmt::print(stderr, "fetched {}\n", file.path());
  }
  return OkStatus();
}

StatusOr<Outcome> Run(const RunOptions& options) {
  RETURN_IF_ERROR(CheckFetch(options.fetch));
  ASSIGN_OR_RETURN(const proto::ExecuteRequest request, MakeRequest(options));
  ASSIGN_OR_RETURN(const auto access, SandboxAccess::Open(options.sandbox));
  grpc::ClientContext context;
  proto::ExecuteReply reply;
  const grpc::Status status =
      proto::Sandbox::NewStub(access->channel())->Execute(&context, request, &reply);
  if (!status.ok()) return FromGrpcStatus(status);
  if (reply.has_compile() && !reply.compile_cached()) PrintExecution(reply.compile(), kCompilation);
  if (reply.runs_size() == 0) return Outcome::kProgramFailed;
  const proto::Execution& run = reply.runs(0);
  PrintExecution(run, kProgram);
  RETURN_IF_ERROR(WriteFetched(run, options.fetch));
  if (run.outcome() == proto::EXECUTION_OUTCOME_INTERNAL_ERROR)
    return Internal("the sandbox could not run it: {}", run.detail());
  return run.outcome() == proto::EXECUTION_OUTCOME_OK ? Outcome::kDone : Outcome::kProgramFailed;
}

}  // namespace

void AddSandboxRun(CLI::App& sandbox, Action& chosen) {
  auto options = std::make_shared<RunOptions>();
  options->sandbox.local.slots = 1;
  options->sandbox.local.sessions.max_sessions = 0;
  CLI::App* command = sandbox.add_subcommand("run", "Run one program in the sandbox");
  command->footer(
      "Example:\n  longhaul sandbox run solution.cc --stdin input.txt --wall-time-ms 2000\n"
      "Exit codes: 0 the program ended well, 3 it did not (compile error, crash, limit), 1 it "
      "could not be run, 2 usage. A limit of 0 is the default.");
  command->add_option("FILE", options->file, "Source file")->required();
  command->add_option("--lang", options->language, "cpp or python; default: by the file's name");
  command->add_option("--stdin", options->stdin_file, "File for its input; - for this command's");
  command->add_option("--arg", options->arguments, "An argument; may be given several times");
  command->add_option("--file", options->files, "A file beside it; may be given several times");
  command->add_option(
      "--fetch", options->fetch,
      "A file it writes, to bring back to the same path below this directory, where "
      "no such file may be; may be given several times");
  options->limits.AddOptions(*command);
  AddServiceOptions(*command, options->sandbox.service);
  command->callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace longhaul::tools
