// SPDX-License-Identifier: Apache-2.0
#include "sandbox/sandbox_service.h"

#include <algorithm>

#include "common/thread_pool.h"
#include "proto/grpc_status.h"
#include "sandbox/execute_reply.h"
#include "sandbox/execute_request.h"
#include "sandbox/session_request.h"

namespace longhaul::sandbox {
namespace {

RunContext ContextOf(const grpc::ServerContext* context) {
  RunContext run;
  const auto deadline = context->deadline();
  if (deadline != std::chrono::system_clock::time_point::max()) {
    run.deadline = std::chrono::steady_clock::now() +
                   std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                       deadline - std::chrono::system_clock::now());
  }
  run.cancelled = [context] { return context->IsCancelled(); };
  return run;
}

Limits Largest(const Limits& a, const Limits& b) {
  return {.cpu_time_ms = std::max(a.cpu_time_ms, b.cpu_time_ms),
          .wall_time_ms = std::max(a.wall_time_ms, b.wall_time_ms),
          .memory_bytes = std::max(a.memory_bytes, b.memory_bytes),
          .output_bytes = std::max(a.output_bytes, b.output_bytes),
          .processes = std::max(a.processes, b.processes),
          .file_bytes = std::max(a.file_bytes, b.file_bytes)};
}

int RunSlots(const SandboxConfig& config) {
  return config.slots > 0 ? config.slots : AvailableCpus();
}

}  // namespace

JailOptions MakeJailOptions(const SandboxConfig& config) {
  JailOptions options;
  // A conversation has two guests; a session may run diff beside its shell.
  options.slots = 2 * RunSlots(config) + 2 * config.sessions.max_sessions;
  options.state_dir = config.state_dir;
  options.ceiling = Largest(Largest(config.ceiling, config.sessions.ceiling),
                            Largest(Compiler::HeaderLimits(), kDefaultCeiling));
  for (const std::string& name : config.required_protections)
    options.floor.required.push_back(name);
  return options;
}

StatusOr<std::unique_ptr<SandboxService>> SandboxService::Create(const SandboxConfig& config,
                                                                 CallToken token) {
  RETURN_IF_ERROR(Validate(config));
  std::unique_ptr<SandboxService> service(new SandboxService(config, std::move(token)));
  ASSIGN_OR_RETURN(service->jail_, Jail::Create(MakeJailOptions(config)));
  ASSIGN_OR_RETURN(service->executor_, Executor::Create(config, service->jail_.get()));
  service->sessions_ = std::make_unique<SessionTable>(config.sessions, service->jail_.get());
  return service;
}

grpc::Status SandboxService::Execute(grpc::ServerContext* context,
                                     const proto::ExecuteRequest* request,
                                     proto::ExecuteReply* reply) {
  const StatusOr<ExecutionJob> job = ParseExecuteRequest(*request, config_);
  if (!job.ok()) return ToGrpcStatus(job.status());
  StatusOr<ExecutionReport> report = executor_->Execute(*job, ContextOf(context));
  if (!report.ok()) return ToGrpcStatus(report.status());
  FillExecuteReply(*std::move(report), *job, *reply);
  return grpc::Status::OK;
}

grpc::Status SandboxService::Converse(grpc::ServerContext* context,
                                      const proto::ConverseRequest* request,
                                      proto::ConverseReply* reply) {
  const StatusOr<ConversationJob> job = ParseConverseRequest(*request, config_);
  if (!job.ok()) return ToGrpcStatus(job.status());
  StatusOr<ConversationReport> report = executor_->Converse(*job, ContextOf(context));
  if (!report.ok()) return ToGrpcStatus(report.status());
  FillExecuteReply(std::move(report->leader), job->leader, *reply->mutable_leader());
  FillExecuteReply(std::move(report->partner), job->partner, *reply->mutable_partner());
  return grpc::Status::OK;
}

grpc::Status SandboxService::OpenSession(grpc::ServerContext* context,
                                         const proto::OpenSessionRequest* request,
                                         proto::OpenSessionReply* reply) {
  StatusOr<SessionRequest> session = ParseOpenSession(*request, config_);
  if (!session.ok()) return ToGrpcStatus(session.status());
  const StatusOr<std::string> name = sessions_->Open(*std::move(session), ContextOf(context));
  if (!name.ok()) return ToGrpcStatus(name.status());
  reply->set_session(*name);
  return grpc::Status::OK;
}

grpc::Status SandboxService::RunCommand(grpc::ServerContext* context,
                                        const proto::RunCommandRequest* request,
                                        proto::RunCommandReply* reply) {
  const StatusOr<int64_t> wall_time_ms = CommandWallTime(request->wall_time_ms(), config_.sessions);
  if (!wall_time_ms.ok()) return ToGrpcStatus(wall_time_ms.status());
  const auto session = sessions_->Find(request->session());
  if (!session.ok()) return ToGrpcStatus(session.status());
  StatusOr<CommandResult> result =
      (*session)->RunCommand(request->command(), *wall_time_ms, ContextOf(context));
  if (!result.ok()) return ToGrpcStatus(result.status());
  reply->set_output(std::move(result->output));
  reply->set_truncated(result->truncated);
  reply->set_exit_code(result->exit_code);
  reply->set_timed_out(result->timed_out);
  reply->set_ended(result->ended);
  reply->set_wall_time_ms(result->wall_time_ms);
  reply->set_detail(std::move(result->detail));
  return grpc::Status::OK;
}

grpc::Status SandboxService::ReadFile(grpc::ServerContext*, const proto::ReadFileRequest* request,
                                      proto::ReadFileReply* reply) {
  const auto session = sessions_->Find(request->session());
  if (!session.ok()) return ToGrpcStatus(session.status());
  const StatusOr<int64_t> bytes_max =
      ReadFileBytes(request->max_bytes(), {(*session)->limits(), config_.requests});
  if (!bytes_max.ok()) return ToGrpcStatus(bytes_max.status());
  StatusOr<GuestFileContent> content = (*session)->ReadFile(request->path(), *bytes_max);
  if (!content.ok()) return ToGrpcStatus(content.status());
  reply->set_content(std::move(content->bytes));
  reply->set_truncated(content->truncated);
  return grpc::Status::OK;
}

grpc::Status SandboxService::WriteFiles(grpc::ServerContext*,
                                        const proto::WriteFilesRequest* request,
                                        proto::WriteFilesReply*) {
  const auto session = sessions_->Find(request->session());
  if (!session.ok()) return ToGrpcStatus(session.status());
  const StatusOr<std::vector<GuestFile>> files =
      ParseSessionFiles(request->files(), config_.requests);
  if (!files.ok()) return ToGrpcStatus(files.status());
  return ToGrpcStatus((*session)->WriteFiles(*files));
}

grpc::Status SandboxService::Diff(grpc::ServerContext* context, const proto::DiffRequest* request,
                                  proto::DiffReply* reply) {
  const auto session = sessions_->Find(request->session());
  if (!session.ok()) return ToGrpcStatus(session.status());
  const RunContext run = ContextOf(context);
  StatusOr<FileDiff> diff = (*session)->Diff(run);
  if (!diff.ok()) return ToGrpcStatus(diff.status());
  reply->set_unified_diff(std::move(diff->unified_diff));
  reply->set_truncated(!diff->left_out.empty());
  reply->set_detail(diff->left_out.ToString());
  return grpc::Status::OK;
}

grpc::Status SandboxService::CloseSession(grpc::ServerContext*,
                                          const proto::CloseSessionRequest* request,
                                          proto::CloseSessionReply*) {
  return ToGrpcStatus(sessions_->Close(request->session()));
}

grpc::Status SandboxService::Protections(grpc::ServerContext*, const proto::ProtectionsRequest*,
                                         proto::ProtectionsReply* reply) {
  for (const Protection& protection : protections().items) {
    proto::Protection* item = reply->add_protections();
    item->set_name(protection.name);
    item->set_active(protection.active);
    item->set_detail(protection.detail);
  }
  for (const Toolchain& toolchain : executor_->toolchains().all()) {
    proto::LanguageSupport* language = reply->add_languages();
    language->set_name(toolchain.language->name);
    language->set_available(toolchain.available());
    language->set_version(toolchain.version);
    language->set_detail(toolchain.Detail());
  }
  reply->set_slots(executor_->slots());
  return grpc::Status::OK;
}

}  // namespace longhaul::sandbox
