// SPDX-License-Identifier: Apache-2.0
#include "tools/sandbox_channel.h"

#include <grpcpp/grpcpp.h>

#include <chrono>

#include "proto/grpc_status.h"
#include "proto/sandbox.grpc.pb.h"
#include "sandbox/config_fault.h"
#include "sandbox/sandbox_service.h"

namespace longhaul::tools {
namespace {

// A connection says nothing of the token, nor of what kind of server it is. Without a call here the
// first program would find out, in a run perhaps after a day.
Status CheckCallable(const std::shared_ptr<grpc::Channel>& channel, const ServiceAddress& service) {
  constexpr std::chrono::seconds kDeadline(60);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  proto::ProtectionsReply reply;
  const grpc::Status status = proto::Sandbox::NewStub(channel)->Protections(&context, {}, &reply);
  const std::string where = "sandbox server " + service.address;
  if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    return FailedPrecondition("{}: it is no sandbox server", where);
  }
  return Annotate(FromGrpcStatus(status), where);
}

}  // namespace

struct SandboxAccess::Impl {
  std::unique_ptr<sandbox::SandboxService> service;  // null: at an address
  std::unique_ptr<grpc::Server> server;
  std::shared_ptr<grpc::Channel> channel;
};

Status CheckSandbox(const Config& source, const std::string& prefix,
                    const sandbox::SandboxConfig& config) {
  const std::optional<sandbox::ConfigFault> fault = sandbox::FindFault(config);
  return fault ? source.Error(prefix + fault->key, "{}", fault->what) : OkStatus();
}

void ForEachSandboxPath(
    const std::string& prefix, SandboxSection& section,
    const std::function<void(const std::string& key, std::string& path)>& visit) {
  visit(prefix + "token_file", section.service.token.file);
  visit(prefix + "tls_ca", section.service.tls_ca);
  visit(prefix + "state_dir", section.local.state_dir);
  visit(prefix + "cache_dir", section.local.cache_dir);
}

SandboxAccess::SandboxAccess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SandboxAccess::~SandboxAccess() {
  if (impl_->server) impl_->server->Shutdown(std::chrono::system_clock::now());
}

StatusOr<std::unique_ptr<SandboxAccess>> SandboxAccess::Open(const SandboxSection& section) {
  auto impl = std::make_unique<Impl>();
  if (!section.service.address.empty()) {
    ASSIGN_OR_RETURN(impl->channel, ConnectTo(section.service, "sandbox server"));
    RETURN_IF_ERROR(CheckCallable(impl->channel, section.service));
    return std::unique_ptr<SandboxAccess>(new SandboxAccess(std::move(impl)));
  }
  ASSIGN_OR_RETURN(impl->service, sandbox::SandboxService::Create(section.local));
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(-1);
  builder.RegisterService(impl->service.get());
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr) return Internal("the in-process sandbox server did not start");
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  impl->channel = impl->server->InProcessChannel(arguments);
  return std::unique_ptr<SandboxAccess>(new SandboxAccess(std::move(impl)));
}

std::shared_ptr<grpc::Channel> SandboxAccess::channel() const { return impl_->channel; }

}  // namespace longhaul::tools
