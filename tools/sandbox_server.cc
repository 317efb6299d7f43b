// SPDX-License-Identifier: Apache-2.0
//
// longhaul sandbox-server: the sandbox as a service for runs elsewhere.
#include <cstdio>

#include "common/logging.h"
#include "sandbox/sandbox_service.h"
#include "tools/command.h"
#include "tools/sandbox_channel.h"
#include "tools/server_listener.h"
#include "tools/service_config.h"
#include "tools/stop_signals.h"

namespace longhaul::tools {
namespace {

struct Options {
  ListenOptions listen;
  std::string config;
  std::vector<std::string> settings;
};

StatusOr<sandbox::SandboxConfig> ReadSandboxConfig(const Options& options) {
  ASSIGN_OR_RETURN(const Config source,
                   LoadServiceConfig("sandbox", options.config, options.settings));
  sandbox::SandboxConfig config;
  RETURN_IF_ERROR(source.Read(config));
  RETURN_IF_ERROR(CheckSandbox(source, "", config));
  config.state_dir = ResolvePath(source, options.config, "state_dir", config.state_dir);
  config.cache_dir = ResolvePath(source, options.config, "cache_dir", config.cache_dir);
  return config;
}

void Describe(const sandbox::SandboxService& service) {
  for (const sandbox::Protection& protection : service.protections().items) {
    if (!protection.active) LogWarning("without {}: {}", protection.name, protection.detail);
  }
  for (const sandbox::Toolchain& toolchain : service.executor().toolchains().all()) {
    if (toolchain.available()) {
      LogInfo("{}: {} ({})", toolchain.language->name, toolchain.version, toolchain.path);
    } else {
      LogWarning("no {}: {}", toolchain.language->name, toolchain.Detail());
    }
  }
}

StatusOr<Outcome> Serve(const Options& options) {
  StopSignals stop;
  ASSIGN_OR_RETURN(const sandbox::SandboxConfig config, ReadSandboxConfig(options));
  ASSIGN_OR_RETURN(CallToken token, ReadCallToken(options.listen.token));
  ASSIGN_OR_RETURN(const auto service, sandbox::SandboxService::Create(config, std::move(token)));
  Describe(*service);
  ASSIGN_OR_RETURN(const auto listener, ServerListener::Start(options.listen, {service.get()}));
  fmt::print("sandbox server on {}, {} runs at a time\n", listener->address(),
             service->executor().slots());
  std::fflush(stdout);
  stop.Wait();
  LogInfo("stopping");
  return Outcome::kDone;
}

}  // namespace

void AddSandboxServer(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("sandbox-server", "Run programs for training runs elsewhere");
  command->footer(
      "Example:\n"
      "  longhaul sandbox-server --listen unix:/tmp/sandbox.sock slots=8\n"
      "  longhaul sandbox-server --listen 0.0.0.0:7400 --token-file token "
      "--tls-certificate cert.pem --tls-key key.pem\n"
      "A run reaches it with sandbox.address, sandbox.token_file and sandbox.tls_ca. SIGTERM ends "
      "it in order. docs/sandbox.md lists the settings.");
  AddListenOptions(*command, options->listen);
  command->add_option("--config", options->config, "YAML with settings");
  command->add_option("SETTINGS", options->settings, "key=value, over the file");
  command->callback([options, &chosen] { chosen = [options] { return Serve(*options); }; });
}

}  // namespace longhaul::tools
