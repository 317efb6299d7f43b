// SPDX-License-Identifier: Apache-2.0
//
// longhaul sandbox probe and longhaul sandbox run: the sandbox for a person at a terminal.
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
#include "sandbox/jail.h"
#include "sandbox/sandbox_service.h"
#include "tools/command.h"
#include "tools/sandbox_channel.h"

namespace longhaul::tools {
namespace {

// --address and what goes with it.
void AddServiceOptions(CLI::App& command, ServiceAddress& service) {
  command.add_option("--address", service.address,
                     "A sandbox server, host:port or unix:/path; default: this machine");
  command.add_option("--token-file", service.token.file, "File with the server's token");
  command.add_option("--token-env", service.token.env, "Environment variable with the token");
  command.add_option("--tls-ca", service.tls_ca, "PEM file of the server's authority");
}

StatusOr<proto::ProtectionsReply> AskServer(const ServiceAddress& service) {
  ASSIGN_OR_RETURN(const auto channel, ConnectTo(service, "sandbox server"));
  grpc::ClientContext context;
  proto::ProtectionsReply reply;
  const grpc::Status status = proto::Sandbox::NewStub(channel)->Protections(&context, {}, &reply);
  if (!status.ok()) return FromGrpcStatus(status);
  return reply;
}

void PrintProtections(const proto::ProtectionsReply& reply) {
  for (const proto::Protection& protection : reply.protections()) {
    fmt::print("{:<20} {:<4} {}\n", protection.name(), protection.active() ? "yes" : "NO",
               protection.detail());
  }
  for (const proto::LanguageSupport& language : reply.languages()) {
    fmt::print("{:<20} {:<4} {}\n", "language " + language.name(),
               language.available() ? "yes" : "NO",
               language.version().empty() ? language.detail()
                                          : language.version() + ", " + language.detail());
  }
}

StatusOr<Outcome> ProbeServer(const ServiceAddress& service) {
  ASSIGN_OR_RETURN(const proto::ProtectionsReply reply, AskServer(service));
  PrintProtections(reply);
  fmt::print("{} runs at a time\n", reply.slots());
  return Outcome::kDone;
}

// Below the floor there is no service to ask for its languages.
StatusOr<Outcome> ProbeHere() {
  const sandbox::SandboxConfig config;
  const sandbox::JailOptions options = sandbox::MakeJailOptions(config);
  const sandbox::Protections protections = sandbox::ProbeProtections(options);
  proto::ProtectionsReply reply;
  for (const sandbox::Protection& protection : protections.items) {
    proto::Protection* item = reply.add_protections();
    item->set_name(protection.name);
    item->set_active(protection.active);
    item->set_detail(protection.detail);
  }
  const Status floor = options.floor.Check(protections);
  if (floor.ok()) {
    ASSIGN_OR_RETURN(const auto jail, sandbox::Jail::Create(options));
    ASSIGN_OR_RETURN(const auto toolchains, sandbox::Toolchains::Find(*jail));
    for (const sandbox::Toolchain& toolchain : toolchains.all()) {
      proto::LanguageSupport* language = reply.add_languages();
      language->set_name(toolchain.language->name);
      language->set_available(toolchain.available());
      language->set_version(toolchain.version);
      language->set_detail(toolchain.Detail());
    }
  }
  PrintProtections(reply);
  RETURN_IF_ERROR(floor);
  fmt::print("Untrusted programs may run here.\n");
  return Outcome::kDone;
}

struct RunOptions {
  SandboxSection sandbox;
  std::string file;
  std::string language;
  std::string stdin_file;
  std::vector<std::string> arguments;
  std::vector<std::string> files;
  std::vector<std::string> fetch;
  int64_t cpu_time_ms = 0;
  int64_t wall_time_ms = 0;
  int64_t memory_bytes = 0;
  int64_t output_bytes = 0;
  int32_t processes = 0;
  int64_t file_bytes = 0;
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

// How much of something a request may still carry.
struct Room {
  std::string_view of;
  int64_t bytes;

  Status Check(const std::string& path, int64_t size) const {
    if (size <= bytes) return OkStatus();
    return InvalidArgument("{} has {} bytes; the sandbox takes at most {} of {}", path, size, bytes,
                           of);
  }
};

// A server's limits are its own to say; no message holds more than 2 GiB.
Room SourceRoom(const SandboxSection& section) {
  const bool here = section.service.address.empty();
  return {"source", here ? section.local.requests.source_bytes : INT32_MAX};
}
Room PayloadRoom(const SandboxSection& section) {
  const bool here = section.service.address.empty();
  return {"input and files", here ? section.local.requests.payload_bytes : INT32_MAX};
}

// Looks at the size first, so that no file is read in vain.
StatusOr<std::string> ReadInto(Room& room, const std::string& path) {
  ASSIGN_OR_RETURN(const int64_t size, FileSize(path));
  if (!DirectoryExists(path)) RETURN_IF_ERROR(room.Check(path, size));
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
  RETURN_IF_ERROR(room.Check(path, static_cast<int64_t>(bytes.size())));
  room.bytes -= static_cast<int64_t>(bytes.size());
  return bytes;
}

StatusOr<std::string> ReadStdin(Room& room, const std::string& path) {
  if (path.empty()) return std::string();
  if (path != "-") return ReadInto(room, path);
  std::string bytes;
  char buffer[1 << 16];
  while (const size_t count = std::fread(buffer, 1, sizeof(buffer), stdin)) {
    bytes.append(buffer, count);
    if (static_cast<int64_t>(bytes.size()) <= room.bytes) continue;
    return InvalidArgument(
        "this command's input is longer than the {} bytes of {} that the sandbox takes", room.bytes,
        room.of);
  }
  return bytes;
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

StatusOr<proto::ExecuteRequest> MakeRequest(const RunOptions& options) {
  proto::ExecuteRequest request;
  proto::ExecutionProgram& program = *request.mutable_program();
  ASSIGN_OR_RETURN(*program.mutable_language(), LanguageOf(options));
  Room source = SourceRoom(options.sandbox), payload = PayloadRoom(options.sandbox);
  ASSIGN_OR_RETURN(*program.mutable_source(), ReadInto(source, options.file));
  for (const std::string& path : options.files) {
    proto::ExecutionFile* file = program.add_files();
    file->set_path(BaseName(path));
    ASSIGN_OR_RETURN(*file->mutable_content(), ReadInto(payload, path));
  }
  proto::ExecutionRun& run = *request.add_runs();
  ASSIGN_OR_RETURN(*run.mutable_stdin(), ReadStdin(payload, options.stdin_file));
  for (const std::string& argument : options.arguments) run.add_arguments(argument);
  for (const std::string& path : options.fetch) run.add_fetch(path);
  proto::ExecutionLimits& limits = *run.mutable_limits();
  limits.set_cpu_time_ms(options.cpu_time_ms);
  limits.set_wall_time_ms(options.wall_time_ms);
  limits.set_memory_bytes(options.memory_bytes);
  limits.set_output_bytes(options.output_bytes);
  limits.set_processes(options.processes);
  limits.set_file_bytes(options.file_bytes);
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
  if (execution.signal() != 0) {
    line += fmt::format(", signal {}", execution.signal());
  } else if (execution.exit_code() != 0) {
    line += fmt::format(", exit code {}", execution.exit_code());
  }
  line += fmt::format(", {} ms CPU, {} ms, {:.1f} MiB", execution.cpu_time_ms(),
                      execution.wall_time_ms(),
                      static_cast<double>(execution.memory_bytes()) / (1 << 20));
  if (execution.stdout_truncated() || execution.stderr_truncated()) line += ", output truncated";
  if (!execution.detail().empty()) line += ": " + execution.detail();
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

void AddLimitOptions(CLI::App& command, RunOptions& options) {
  command.add_option("--cpu-time-ms", options.cpu_time_ms, "Of all processes together");
  command.add_option("--wall-time-ms", options.wall_time_ms, "From start to end");
  command.add_option("--memory-bytes", options.memory_bytes, "With files in memory");
  command.add_option("--output-bytes", options.output_bytes, "Of stdout and stderr each");
  command.add_option("--processes", options.processes, "And threads");
  command.add_option("--file-bytes", options.file_bytes, "Everything written");
}

void AddProbe(CLI::App& sandbox, Action& chosen) {
  auto service = std::make_shared<ServiceAddress>();
  CLI::App* command =
      sandbox.add_subcommand("probe", "Which protections untrusted programs would run under");
  command->footer(
      "Example:\n  longhaul sandbox probe\nExit code 1: too few of them to run anything.");
  AddServiceOptions(*command, *service);
  command->callback([service, &chosen] {
    chosen = [service] { return service->address.empty() ? ProbeHere() : ProbeServer(*service); };
  });
}

void AddRun(CLI::App& sandbox, Action& chosen) {
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
  AddLimitOptions(*command, *options);
  AddServiceOptions(*command, options->sandbox.service);
  command->callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace

void AddSandbox(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("sandbox", "Untrusted programs on this machine");
  command->footer("Example:\n  longhaul sandbox probe\n  longhaul sandbox run solution.py");
  command->require_subcommand(1);
  AddProbe(*command, chosen);
  AddRun(*command, chosen);
}

}  // namespace longhaul::tools
