// SPDX-License-Identifier: Apache-2.0
//
// longhaul sandbox probe: which protections and languages there are.
#include <grpcpp/grpcpp.h>

#include "proto/grpc_status.h"
#include "proto/sandbox.grpc.pb.h"
#include "sandbox/jail.h"
#include "sandbox/sandbox_service.h"
#include "tools/sandbox_command.h"
#include "tools/service_channel.h"

namespace longhaul::tools {
namespace {

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

}  // namespace

void AddSandboxProbe(CLI::App& sandbox, Action& chosen) {
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

}  // namespace longhaul::tools
