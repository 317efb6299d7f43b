// SPDX-License-Identifier: Apache-2.0
#include "tools/local_scoring.h"

#include <utility>

#include "reward/code/code_scorer.h"
#include "reward/genrm/endpoint_client.h"
#include "reward/genrm/genrm_scorers.h"
#include "tools/engine_judge.h"
#include "tools/service_config.h"

namespace longhaul::tools {
namespace {

// Keeps the sandbox for as long as the scorer that asks for it.
reward::SandboxSource OpenLater(const SandboxSection& section) {
  auto access = std::make_shared<std::unique_ptr<SandboxAccess>>();
  return [section, access]() -> StatusOr<std::shared_ptr<grpc::Channel>> {
    StatusOr<std::unique_ptr<SandboxAccess>> opened = SandboxAccess::Open(section);
    if (!opened.ok()) {
      const bool token = opened.status().code() == StatusCode::kUnauthenticated;
      return token ? Annotate(opened.status(), "sandbox.token_file") : opened.status();
    }
    *access = *std::move(opened);
    return (*access)->channel();
  };
}

}  // namespace

StatusOr<std::unique_ptr<reward::genrm::Judge>> MakeJudge(const reward::genrm::GenrmConfig& config,
                                                          int threads) {
  if (config.endpoint.empty() == config.model_path.empty()) {
    return InvalidArgument("reward.genrm: give either endpoint or model_path, not {}",
                           config.endpoint.empty() ? "neither" : "both");
  }
  std::unique_ptr<reward::genrm::JudgeClient> client;
  if (!config.endpoint.empty()) {
    ASSIGN_OR_RETURN(client, reward::genrm::EndpointClient::Create(config));
  } else {
    ASSIGN_OR_RETURN(client, EngineJudge::Create(config, threads));
  }
  RETURN_IF_ERROR(client->CheckReachable());
  return reward::genrm::Judge::Create(config, std::move(client));
}

void ForEachRewardPath(
    const std::string& prefix, reward::RewardConfig& config,
    const std::function<void(const std::string& key, std::string& path)>& visit) {
  const auto visit_prompts = [&](const std::string& key, std::string& prompts) {
    if (prompts != "default" && prompts != "strict") visit(prefix + key, prompts);
  };
  reward::genrm::GenrmConfig& genrm = config.genrm;
  visit(prefix + "genrm.model_path", genrm.model_path);
  visit(prefix + "genrm.api_key_file", genrm.api_key_file);
  visit(prefix + "genrm.calibration", genrm.calibration);
  visit_prompts("genrm.prompts", genrm.prompts);
  for (size_t i = 0; i < genrm.recalibrations.size(); ++i) {
    visit_prompts(fmt::format("genrm.recalibrations.{}.prompts", i),
                  genrm.recalibrations[i].prompts);
  }
}

Status CheckFormat(const Config& source, const std::string& prefix,
                   const reward::FormatTerm& format) {
  if (format.weight == 0) return OkStatus();
  const Status status = reward::ResponseFormat::Create(format.spec).status();
  return status.ok() ? status : source.Error(prefix + "format", "{}", Message(status));
}

StatusOr<ScoringConfig> ReadScoringConfig(const std::string& file,
                                          const std::vector<std::string>& settings) {
  ASSIGN_OR_RETURN(const Config source, LoadServiceConfig("reward", file, settings));
  ScoringConfig config;
  RETURN_IF_ERROR(source.Read(config));
  RETURN_IF_ERROR(CheckFormat(source, "", config.reward.format));
  RETURN_IF_ERROR(CheckSandbox(source, "sandbox.", config.sandbox.local));
  const auto resolve = [&](const std::string& key, std::string& path) {
    path = ResolvePath(source, file, key, path);
  };
  ForEachRewardPath("", config.reward, resolve);
  ForEachSandboxPath("sandbox.", config.sandbox, resolve);
  return config;
}

StatusOr<LocalScorers> MakeLocalScorers(const reward::RewardConfig& config,
                                        const SandboxSection& sandbox, int threads) {
  LocalScorers scorers = {.judge = nullptr, .registry = reward::ScorerRegistry::BuiltIn()};
  scorers.registry.Add(
      std::make_unique<reward::CodeScorer>(OpenLater(sandbox), reward::CodeScorerConfig()));
  if (!config.genrm.enabled()) return scorers;
  ASSIGN_OR_RETURN(scorers.judge, MakeJudge(config.genrm, threads));
  for (auto& scorer : reward::genrm::MakeScorers(*scorers.judge)) {
    scorers.registry.Add(std::move(scorer));
  }
  return scorers;
}

StatusOr<std::unique_ptr<LocalScoring>> LocalScoring::Create(const Args& args) {
  std::unique_ptr<LocalScoring> scoring(new LocalScoring());
  ASSIGN_OR_RETURN(LocalScorers scorers,
                   MakeLocalScorers(*args.config, args.sandbox, args.threads));
  scoring->judge_ = std::move(scorers.judge);
  ASSIGN_OR_RETURN(auto router, reward::Router::Create(*args.config, std::move(scorers.registry)));
  scoring->service_ = std::make_unique<reward::RewardService>(
      reward::RewardService::Args{.router = std::move(router),
                                  .max_concurrent_requests = args.config->max_concurrent_requests,
                                  .judges = scoring->judge_.get(),
                                  .token = args.token});
  return scoring;
}

std::vector<model::MemoryLine> LocalScoring::memory_plan() const {
  if (judge_ == nullptr) return {};
  const auto* engine = dynamic_cast<const EngineJudge*>(&judge_->client());
  return engine == nullptr ? std::vector<model::MemoryLine>() : engine->memory_plan();
}

}  // namespace longhaul::tools
