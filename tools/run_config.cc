// SPDX-License-Identifier: Apache-2.0
#include "tools/run_config.h"

#include <filesystem>
#include <functional>

#include "common/file.h"
#include "tools/changed_keys.h"
#include "tools/local_scoring.h"
#include "tools/model_bundle.h"
#include "tools/sandbox_channel.h"
#include "tools/service_config.h"

namespace longhaul::tools {
namespace {

using PathVisitor = std::function<void(const std::string& key, std::string& path)>;

// The files and directories a run reads, each with its key.
void ForEachInputPath(RunConfig& config, const PathVisitor& visit) {
  if (config.model.path) visit("model.path", *config.model.path);
  if (config.model.init) visit("model.init.config", config.model.init->config);
  visit("reward.token_file", config.reward.service.token.file);
  visit("reward.tls_ca", config.reward.service.tls_ca);
  std::vector<trainer::DataSource>& train = config.trainer.data.train;
  for (size_t i = 0; i < train.size(); ++i)
    visit(fmt::format("data.train.{}.path", i), train[i].path);
  if (config.trainer.sft) {
    std::vector<trainer::DataSource>& sft = config.trainer.sft->data;
    for (size_t i = 0; i < sft.size(); ++i) visit(fmt::format("sft.data.{}.path", i), sft[i].path);
  }
  std::vector<trainer::EvalSetConfig>& sets = config.trainer.eval.sets;
  for (size_t i = 0; i < sets.size(); ++i) visit(fmt::format("eval.sets.{}.path", i), sets[i].path);
  ForEachRewardPath("reward.", config.reward.router, visit);
  ForEachSandboxPath("sandbox.", config.sandbox, visit);
}

// The configuration with every path from the root, so that it means the same wherever it is read.
StatusOr<std::string> TextOf(const Config& source, const std::string& file) {
  RunConfig config;
  RETURN_IF_ERROR(source.Read(config));
  const auto from_root = [](std::string& path) {
    std::error_code error;
    if (!path.empty()) path = std::filesystem::absolute(path, error).lexically_normal().string();
  };
  ForEachInputPath(config, [&](const std::string& key, std::string& path) {
    path = ResolvePath(source, file, key, path);
    from_root(path);
  });
  if (config.output.dir) from_root(*config.output.dir);
  if (config.trainer.checkpoint.dir) from_root(*config.trainer.checkpoint.dir);
  return PrintConfig(config);
}

StatusOr<std::string> ModelConfigDir(const LoadedRun& run) {
  const ModelSection& model = run.config->model;
  if (model.path.has_value() == model.init.has_value()) {
    return run.source.Error("model",
                            "give either path (a model directory) or init (a new model), not {}",
                            model.path ? "both" : "neither");
  }
  const std::string& dir = model.path ? *model.path : model.init->config;
  const std::string key = model.path ? "model.path" : "model.init.config";
  if (!DirectoryExists(dir)) return run.source.Error(key, "no such directory: {}", dir);
  const Status holds_model = CheckHoldsModel(dir);
  if (!holds_model.ok()) return run.source.Error(key, "{}", Message(holds_model));
  return dir;
}

// The penalty's buffer against every window that training generates under.
Status CheckOverlongWindows(const LoadedRun& run) {
  const RunConfig& config = *run.config;
  std::vector<int64_t> windows;
  for (const trainer::LengthStage& stage : config.trainer.curriculum.length.stages)
    windows.push_back(stage.max_response_length);
  if (windows.empty()) windows.push_back(config.trainer.rollout.max_response_length);
  for (int64_t window : windows) {
    const Status status = reward::CheckOverlongWindow(config.reward.router.overlong, window);
    if (!status.ok())
      return run.source.Error("reward.overlong.buffer_length", "{}", Message(status));
  }
  return OkStatus();
}

Status CheckEngine(const LoadedRun& run) {
  const rollout::EngineConfig& engine = run.config->rollout.engine;
  if (engine.max_num_batched_tokens >= engine.max_num_seqs) return OkStatus();
  return run.source.Error("rollout.engine.max_num_batched_tokens",
                          "{} rows of a pass are too few for max_num_seqs {}: each sequence needs "
                          "one",
                          engine.max_num_batched_tokens, engine.max_num_seqs);
}

// What scores is the server then, by its own settings.
Status CheckNothingIsOfTheServer(const LoadedRun& run) {
  const RunConfig& config = *run.config;
  if (config.reward.service.address.empty()) return OkStatus();
  std::vector<std::string> keys;
  for (const std::string& key : ChangedKeys(config.reward.router)) keys.push_back("reward." + key);
  for (const std::string& key : ChangedKeys(config.sandbox)) keys.push_back("sandbox." + key);
  std::vector<std::string> errors;
  for (const std::string& key : keys) {
    errors.push_back(Message(
        run.source.Error(key, "has no effect with reward.address: give it to the reward server")));
  }
  return errors.empty() ? OkStatus() : InvalidArgument("{}", fmt::join(errors, "\n"));
}

// It names a directory and stands in log lines.
Status CheckRunName(const LoadedRun& run) {
  const std::string& name = run.config->run.name;
  if (name.find_first_not_of(kNameCharacters) == std::string::npos && name != "." && name != "..")
    return OkStatus();
  return run.source.Error("run.name", "names a directory: letters, digits, . _ - only");
}

}  // namespace

model::WeightsOptions ModelSection::weights_options() const {
  return {
      .precision = precision == "bf16" ? model::Precision::kBf16 : model::Precision::kFp32,
      .head_inputs = head_inputs == "bf16" ? model::HeadInputs::kBf16 : model::HeadInputs::kFp32,
      .use = model::WeightsUse::kTraining};
}

model::Recompute ModelSection::recompute_mode() const {
  return recompute == "layer" ? model::Recompute::kLayer : model::Recompute::kNone;
}

StatusOr<LoadedRun> LoadRun(const std::string& path, const std::vector<std::string>& overrides) {
  ASSIGN_OR_RETURN(Config source, Config::Load(path, overrides));
  LoadedRun run{.source = std::move(source),
                .config = std::make_unique<RunConfig>(),
                .model_config = {},
                .run_dir = {},
                .config_text = {}};
  RETURN_IF_ERROR(run.source.Read(*run.config));
  RETURN_IF_ERROR(CheckRunName(run));
  RETURN_IF_ERROR(CheckNothingIsOfTheServer(run));
  RunConfig& config = *run.config;
  ForEachInputPath(config, [&](const std::string& key, std::string& input) {
    input = ResolvePath(run.source, path, key, input);
  });
  ASSIGN_OR_RETURN(const std::string model_dir, ModelConfigDir(run));
  ASSIGN_OR_RETURN(run.model_config, model::ModelConfig::Load(model_dir));
  RETURN_IF_ERROR(trainer::Validate(config.trainer, run.source, run.model_config));
  RETURN_IF_ERROR(CheckOverlongWindows(run));
  RETURN_IF_ERROR(CheckEngine(run));
  RETURN_IF_ERROR(CheckFormat(run.source, "reward.", config.reward.router.format));
  RETURN_IF_ERROR(CheckSandbox(run.source, "sandbox.", run.config->sandbox.local));
  run.run_dir = config.output.dir ? *config.output.dir : JoinPath("runs", config.run.name);
  ASSIGN_OR_RETURN(run.config_text, TextOf(run.source, path));
  return run;
}

}  // namespace longhaul::tools
