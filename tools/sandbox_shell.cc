// SPDX-License-Identifier: Apache-2.0
//
// longhaul sandbox shell: a session of the workspace profile, command by command.
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "common/file.h"
#include "proto/grpc_status.h"
#include "proto/sandbox.grpc.pb.h"
#include "tools/request_room.h"
#include "tools/sandbox_channel.h"
#include "tools/sandbox_command.h"

namespace longhaul::tools {
namespace {

namespace fs = std::filesystem;

struct ShellOptions {
  SandboxSection sandbox;
  std::string directory;
  std::vector<std::string> commands;
  std::string diff;
  GuestLimits limits;
  int64_t command_wall_time_ms = 0;
};

// The regular files below a directory, in the order of their paths. A link is no file of its own.
StatusOr<std::vector<fs::path>> FilesBelow(const std::string& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != fs::end(entry); entry.increment(error)) {
    if (entry->is_symlink(error)) {
      fmt::print(stderr, "left out, a symbolic link: {}\n", entry->path().string());
    } else if (entry->is_regular_file(error)) {
      files.push_back(entry->path());
    }
  }
  if (error) return InvalidArgument("--dir: {}: {}", directory, error.message());
  std::sort(files.begin(), files.end());
  return files;
}

StatusOr<proto::OpenSessionRequest> MakeOpening(const ShellOptions& options) {
  proto::OpenSessionRequest request;
  *request.mutable_limits() = options.limits.ToProto();
  if (options.directory.empty()) return request;
  RequestRoom room = RequestRoom::ForPayload(options.sandbox);
  ASSIGN_OR_RETURN(const std::vector<fs::path> files, FilesBelow(options.directory));
  for (const fs::path& path : files) {
    proto::ExecutionFile* file = request.add_files();
    file->set_path(path.lexically_relative(options.directory).string());
    ASSIGN_OR_RETURN(*file->mutable_content(), room.ReadInto(path.string()));
    std::error_code error;
    const fs::perms mode = fs::status(path, error).permissions();
    file->set_executable((mode & fs::perms::owner_exec) != fs::perms::none);
  }
  return request;
}

// A session that is closed at the end.
class Session {
 public:
  static StatusOr<std::unique_ptr<Session>> Open(const ShellOptions& options) {
    ASSIGN_OR_RETURN(const proto::OpenSessionRequest request, MakeOpening(options));
    std::unique_ptr<Session> session(new Session());
    ASSIGN_OR_RETURN(session->access_, SandboxAccess::Open(options.sandbox));
    session->stub_ = proto::Sandbox::NewStub(session->access_->channel());
    grpc::ClientContext context;
    proto::OpenSessionReply reply;
    RETURN_IF_ERROR(FromGrpcStatus(session->stub_->OpenSession(&context, request, &reply)));
    session->id_ = reply.session();
    return session;
  }
  ~Session() {
    if (id_.empty()) return;
    proto::CloseSessionRequest request;
    request.set_session(id_);
    grpc::ClientContext context;
    proto::CloseSessionReply reply;
    stub_->CloseSession(&context, request, &reply);
  }

  StatusOr<proto::RunCommandReply> Run(const std::string& command, int64_t wall_time_ms) {
    proto::RunCommandRequest request;
    request.set_session(id_);
    request.set_command(command);
    request.set_wall_time_ms(wall_time_ms);
    grpc::ClientContext context;
    proto::RunCommandReply reply;
    RETURN_IF_ERROR(FromGrpcStatus(stub_->RunCommand(&context, request, &reply)));
    if (reply.ended()) id_.clear();
    return reply;
  }

  StatusOr<proto::DiffReply> Diff() {
    proto::DiffRequest request;
    request.set_session(id_);
    grpc::ClientContext context;
    proto::DiffReply reply;
    RETURN_IF_ERROR(FromGrpcStatus(stub_->Diff(&context, request, &reply)));
    return reply;
  }

 private:
  Session() = default;

  std::unique_ptr<SandboxAccess> access_;
  std::unique_ptr<proto::Sandbox::Stub> stub_;
  std::string id_;  // empty: not opened, or ended by itself
};

// The next command: of the options, or a line of standard input. False: there is none.
bool NextCommand(const ShellOptions& options, size_t number, std::string& command) {
  if (!options.commands.empty()) {
    if (number >= options.commands.size()) return false;
    command = options.commands[number];
    return true;
  }
  if (isatty(STDIN_FILENO)) {
    std::fputs("sandbox$ ", stderr);
    std::fflush(stderr);
  }
  return static_cast<bool>(std::getline(std::cin, command));
}

void Print(const proto::RunCommandReply& reply) {
  std::fwrite(reply.output().data(), 1, reply.output().size(), stdout);
  std::fflush(stdout);
  std::string line;
  if (reply.truncated()) line += "output truncated; ";
  if (reply.timed_out()) line += fmt::format("time limit after {} ms; ", reply.wall_time_ms());
  if (reply.ended()) line += "the session ended; ";
  if (reply.exit_code() != 0) line += fmt::format("exit code {}; ", reply.exit_code());
  if (!reply.detail().empty()) line += reply.detail() + "; ";
  if (!line.empty()) fmt::print(stderr, "{}\n", line.substr(0, line.size() - 2));
}

Status WriteDiff(Session& session, const std::string& path) {
  ASSIGN_OR_RETURN(const proto::DiffReply diff, session.Diff());
  if (diff.truncated())
    fmt::print(stderr, "the diff does not hold every change: {}\n", diff.detail());
  return WriteFileAtomic(path, diff.unified_diff());
}

StatusOr<Outcome> Shell(const ShellOptions& options) {
  ASSIGN_OR_RETURN(const auto session, Session::Open(options));
  bool well = true;
  std::string command;
  for (size_t number = 0; NextCommand(options, number, command); ++number) {
    ASSIGN_OR_RETURN(const proto::RunCommandReply reply,
                     session->Run(command, options.command_wall_time_ms));
    Print(reply);
    well = reply.exit_code() == 0 && !reply.timed_out();
    if (reply.ended()) return Outcome::kProgramFailed;
  }
  if (!options.diff.empty()) RETURN_IF_ERROR(WriteDiff(*session, options.diff));
  return well ? Outcome::kDone : Outcome::kProgramFailed;
}

}  // namespace

void AddSandboxShell(CLI::App& sandbox, Action& chosen) {
  auto options = std::make_shared<ShellOptions>();
  options->sandbox.local.slots = 1;
  options->sandbox.local.sessions.max_sessions = 1;
  CLI::App* command = sandbox.add_subcommand("shell", "A lasting shell in the sandbox");
  command->footer(
      "Example:\n"
      "  longhaul sandbox shell --dir repository --command 'make test' --diff changes.patch\n"
      "Without --command each line of standard input is a command. Variables, functions and the "
      "working directory last from one to the next. Exit codes: 0 the last command ended well, 3 "
      "it did not, or the session ended; 1 the session could not be held, 2 usage.");
  command->add_option("--dir", options->directory, "Its files are there at the start, as copies");
  command->add_option("--command", options->commands, "Bash; may be given several times")
      ->allow_extra_args(false);
  command->add_option("--diff", options->diff,
                      "A file for what changed below the working directory, for `git apply`");
  command->add_option("--command-wall-time-ms", options->command_wall_time_ms, "Of each command");
  options->limits.AddOptions(*command);
  AddServiceOptions(*command, options->sandbox.service);
  command->callback([options, &chosen] { chosen = [options] { return Shell(*options); }; });
}

}  // namespace longhaul::tools
