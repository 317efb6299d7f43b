// SPDX-License-Identifier: Apache-2.0
//
// longhaul reward-server: the scorers as a service for runs elsewhere.
#include <cstdio>

#include "common/logging.h"
#include "tools/command.h"
#include "tools/local_scoring.h"
#include "tools/metrics_endpoint.h"
#include "tools/server_listener.h"
#include "tools/stop_signals.h"

namespace longhaul::tools {
namespace {

struct Options {
  ListenOptions listen;
  std::string config;
  std::string metrics;
  std::vector<std::string> settings;
  int threads = 0;
};

std::vector<ServerMetric> Metrics(LocalScoring& scoring) {
  const reward::ServiceCounts& counts = scoring.service().counts();
  const auto number = [](const std::atomic<int64_t>& count) {
    return static_cast<double>(count.load());
  };
  std::vector<ServerMetric> metrics = {
      {"longhaul_reward_requests_total", "Score calls taken.", number(counts.requests)},
      {"longhaul_reward_items_total", "Rollouts in them.", number(counts.items)},
      {"longhaul_reward_unscorable_total", "Rollouts answered unscorable.",
       number(counts.unscorable)},
      {"longhaul_reward_open_requests", "Score calls not answered yet.", number(counts.open)}};
  if (scoring.judge() == nullptr) return metrics;
  metrics.push_back({"longhaul_judge_level", "Recalibrations applied.",
                     static_cast<double>(scoring.judge()->State().level())});
  for (const auto& [name, value] : scoring.judge()->client().Counters()) {
    metrics.push_back({fmt::format("longhaul_judge_{}_total", name),
                       "Of the client of the judge's endpoint.", static_cast<double>(value)});
  }
  return metrics;
}

StatusOr<Outcome> Serve(const Options& options) {
  StopSignals stop;
  ASSIGN_OR_RETURN(const ScoringConfig config, ReadScoringConfig(options.config, options.settings));
  ASSIGN_OR_RETURN(CallToken token, ReadCallToken(options.listen.token));
  ASSIGN_OR_RETURN(const auto scoring, LocalScoring::Create({.config = &config.reward,
                                                             .sandbox = config.sandbox,
                                                             .token = std::move(token),
                                                             .threads = options.threads}));
  if (scoring->judge() != nullptr) {
    LogInfo("judge {}: {}", scoring->judge()->client().name(),
            scoring->judge()->State().description());
  }
  std::unique_ptr<MetricsEndpoint> metrics;
  if (!options.metrics.empty()) {
    ASSIGN_OR_RETURN(metrics,
                     MetricsEndpoint::Start(options.metrics, [&] { return Metrics(*scoring); }));
    fmt::print("metrics on http://{}/metrics\n", metrics->address());
  }
  ASSIGN_OR_RETURN(const auto listener,
                   ServerListener::Start(options.listen, {&scoring->service()}));
  fmt::print("reward server on {}\n", listener->address());
  std::fflush(stdout);
  stop.Wait();
  LogInfo("stopping");
  return Outcome::kDone;
}

}  // namespace

void AddRewardServer(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("reward-server", "Score rollouts for runs elsewhere");
  command->footer(
      "Example:\n"
      "  longhaul reward-server --listen 127.0.0.1:7300 --metrics 127.0.0.1:9300 "
      "genrm.endpoint=http://127.0.0.1:8000/v1 genrm.model=judge\n"
      "  longhaul reward-server --listen 0.0.0.0:7300 --token-file token "
      "--tls-certificate cert.pem --tls-key key.pem --config reward.yaml\n"
      "A run reaches it with reward.address, reward.token_file and reward.tls_ca. The settings are "
      "format, overlong, max_concurrent_requests and genrm of a run's section `reward`, and "
      "section `sandbox` (docs/judges.md). SIGTERM ends it in order.");
  AddListenOptions(*command, options->listen);
  command->add_option("--metrics", options->metrics, "host:port for /metrics and /healthz");
  command->add_option("--config", options->config, "YAML with settings");
  command->add_option("--threads", options->threads, "Of a judge in this process; 0: all")
      ->check(CLI::Range(0, 1024));
  command->add_option("SETTINGS", options->settings, "key=value, over the file");
  command->callback([options, &chosen] { chosen = [options] { return Serve(*options); }; });
}

}  // namespace longhaul::tools
