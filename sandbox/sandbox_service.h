// SPDX-License-Identifier: Apache-2.0
//
// The Sandbox service of proto/sandbox.proto: checks requests, and hands them to the executor and
// the sessions. Thread-safe.
#pragma once

#include <memory>

#include "common/status.h"
#include "proto/authorized_call.h"
#include "proto/sandbox.grpc.pb.h"
#include "sandbox/executor.h"
#include "sandbox/sandbox_config.h"
#include "sandbox/session_table.h"

namespace longhaul::sandbox {

class SandboxService final : public proto::Sandbox::StreamedUnaryService {
 public:
  // Probes the host and its compilers and interpreters. FailedPrecondition: protections are below
  // the floor. InvalidArgument: the configuration.
  static StatusOr<std::unique_ptr<SandboxService>> Create(const SandboxConfig& config,
                                                          CallToken token = {});

  grpc::Status StreamedExecute(
      grpc::ServerContext* context,
      UnaryCall<proto::ExecuteRequest, proto::ExecuteReply>* call) override {
    return Answer(context, call, &SandboxService::Execute);
  }
  grpc::Status StreamedConverse(
      grpc::ServerContext* context,
      UnaryCall<proto::ConverseRequest, proto::ConverseReply>* call) override {
    return Answer(context, call, &SandboxService::Converse);
  }
  grpc::Status StreamedOpenSession(
      grpc::ServerContext* context,
      UnaryCall<proto::OpenSessionRequest, proto::OpenSessionReply>* call) override {
    return Answer(context, call, &SandboxService::OpenSession);
  }
  grpc::Status StreamedRunCommand(
      grpc::ServerContext* context,
      UnaryCall<proto::RunCommandRequest, proto::RunCommandReply>* call) override {
    return Answer(context, call, &SandboxService::RunCommand);
  }
  grpc::Status StreamedReadFile(
      grpc::ServerContext* context,
      UnaryCall<proto::ReadFileRequest, proto::ReadFileReply>* call) override {
    return Answer(context, call, &SandboxService::ReadFile);
  }
  grpc::Status StreamedWriteFiles(
      grpc::ServerContext* context,
      UnaryCall<proto::WriteFilesRequest, proto::WriteFilesReply>* call) override {
    return Answer(context, call, &SandboxService::WriteFiles);
  }
  grpc::Status StreamedDiff(grpc::ServerContext* context,
                            UnaryCall<proto::DiffRequest, proto::DiffReply>* call) override {
    return Answer(context, call, &SandboxService::Diff);
  }
  grpc::Status StreamedCloseSession(
      grpc::ServerContext* context,
      UnaryCall<proto::CloseSessionRequest, proto::CloseSessionReply>* call) override {
    return Answer(context, call, &SandboxService::CloseSession);
  }
  grpc::Status StreamedProtections(
      grpc::ServerContext* context,
      UnaryCall<proto::ProtectionsRequest, proto::ProtectionsReply>* call) override {
    return Answer(context, call, &SandboxService::Protections);
  }

  const sandbox::Protections& protections() const { return jail_->protections(); }
  const Executor& executor() const { return *executor_; }
  const SessionTable& sessions() const { return *sessions_; }

 private:
  SandboxService(const SandboxConfig& config, CallToken token)
      : config_(config), token_(std::move(token)) {}

  template <typename Request, typename Reply>
  grpc::Status Answer(grpc::ServerContext* context, UnaryCall<Request, Reply>* call,
                      grpc::Status (SandboxService::*method)(grpc::ServerContext*, const Request*,
                                                             Reply*)) {
    return AnswerAuthorized(token_, context, call, [&](const Request& request, Reply& reply) {
      return (this->*method)(context, &request, &reply);
    });
  }
  // The methods, of callers that have shown the token.
  grpc::Status Execute(grpc::ServerContext* context, const proto::ExecuteRequest* request,
                       proto::ExecuteReply* reply) override;
  grpc::Status Converse(grpc::ServerContext* context, const proto::ConverseRequest* request,
                        proto::ConverseReply* reply) override;
  grpc::Status OpenSession(grpc::ServerContext* context, const proto::OpenSessionRequest* request,
                           proto::OpenSessionReply* reply) override;
  grpc::Status RunCommand(grpc::ServerContext* context, const proto::RunCommandRequest* request,
                          proto::RunCommandReply* reply) override;
  grpc::Status ReadFile(grpc::ServerContext* context, const proto::ReadFileRequest* request,
                        proto::ReadFileReply* reply) override;
  grpc::Status WriteFiles(grpc::ServerContext* context, const proto::WriteFilesRequest* request,
                          proto::WriteFilesReply* reply) override;
  grpc::Status Diff(grpc::ServerContext* context, const proto::DiffRequest* request,
                    proto::DiffReply* reply) override;
  grpc::Status CloseSession(grpc::ServerContext* context, const proto::CloseSessionRequest* request,
                            proto::CloseSessionReply* reply) override;
  grpc::Status Protections(grpc::ServerContext* context, const proto::ProtectionsRequest* request,
                           proto::ProtectionsReply* reply) override;

  const SandboxConfig config_;
  const CallToken token_;
  std::unique_ptr<Jail> jail_;  // goes last
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<SessionTable> sessions_;
};

// What the configuration asks of a jail: slots for runs and sessions, ceilings and the floor.
JailOptions MakeJailOptions(const SandboxConfig& config);

}  // namespace longhaul::sandbox
