// SPDX-License-Identifier: Apache-2.0
//
// RunConfig: a whole run as one YAML. Each folder declares its own sections; here they are put
// together, and what concerns more than one of them is resolved: paths, the run directory, the
// model a run starts from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config.h"
#include "common/status.h"
#include "model/model_config.h"
#include "model/training_pass.h"
#include "model/weights.h"
#include "reward/generators/generator_config.h"
#include "reward/reward_config.h"
#include "rollout/rollout_config.h"
#include "tools/sandbox_channel.h"
#include "tools/service_channel.h"
#include "trainer/trainer_config.h"

namespace longhaul::tools {

// What names that become files or directories are made of.
inline constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

struct RunSection {
  std::string name;
  uint64_t seed = 1;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("name", name,
            {.required = true, .not_empty = true, .doc = "names the run directory runs/<name>"});
    v.Field("seed", seed, {.doc = "of initial weights, data order and sampling"});
  }
};

struct OutputSection {
  std::optional<std::string> dir;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("dir", dir,
            {.not_empty = true,
             .doc = "run directory, from the working directory; default: runs/<run.name>"});
  }
};

// A model made from nothing: random weights for a config.json, and a tokenizer of single
// characters.
struct ModelInit {
  std::string config;
  std::string tokenizer_alphabet;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("config", config,
            {.required = true, .not_empty = true, .doc = "directory with a config.json"});
    v.Field("tokenizer_alphabet", tokenizer_alphabet,
            {.required = true,
             .not_empty = true,
             .doc = "every character is a token, after <pad>, <eos> and <unk>"});
  }
};

struct ModelSection {
  std::optional<std::string> path;
  std::optional<ModelInit> init;
  std::string precision = "fp32";
  std::string head_inputs = "fp32";
  std::string recompute = "none";

  template <typename V>
  void VisitFields(V& v) {
    v.Field("path", path, {.doc = "a Hugging Face model directory; or give init"});
    v.Field("init", init, {.doc = "a new model with random weights"});
    v.Field("precision", precision,
            {.one_of = {"fp32", "bf16"}, .doc = "of weights and activations"});
    v.Field("head_inputs", head_inputs,
            {.one_of = {"fp32", "bf16"}, .doc = "of the LM head's product; sums are fp32"});
    v.Field("recompute", recompute,
            {.one_of = {"none", "layer"}, .doc = "layer: activations are computed twice"});
  }

  model::WeightsOptions weights_options() const;
  model::Recompute recompute_mode() const;
};

// Section `rollout`: the trainer's fields, then the engine's.
struct RolloutSection {
  trainer::StepConfig* step = nullptr;
  rollout::EngineConfig engine;

  template <typename V>
  void VisitFields(V& v) {
    step->VisitFields(v);
    v.Field("engine", engine, {.doc = "how generation is batched"});
  }
};

// Section `reward`: where the service is, its own fields, then the trainer's limits.
struct RewardSection {
  trainer::RewardLimits* limits = nullptr;
  ServiceAddress service;
  double deadline_s = 600;
  reward::RewardConfig router;

  template <typename V>
  void VisitFields(V& v) {
    service.VisitFields(v);
    v.Field("deadline_s", deadline_s,
            {.above = 0,
             .max = 1e7,
             .doc = "from a rollout's end to its score, a slow scorer's turn included"});
    router.VisitFields(v);
    limits->VisitFields(v);
  }
};

struct ExportSection {
  bool at_end = true;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("at_end", at_end, {.doc = "write <run directory>/export when the run is done"});
  }
};

struct RunConfig {
  RunSection run;
  OutputSection output;
  int threads = 0;
  ModelSection model;
  trainer::TrainerConfig trainer;
  RolloutSection rollout;
  RewardSection reward;
  SandboxSection sandbox;
  std::vector<reward::GeneratorConfig> generate;  // data sets made before the run, by name
  ExportSection export_section;

  RunConfig() {
    rollout.step = &trainer.rollout;
    reward.limits = &trainer.reward;
  }
  RunConfig(const RunConfig&) = delete;
  RunConfig& operator=(const RunConfig&) = delete;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("run", run, {.required = true, .doc = "which run this is"});
    v.Field("output", output, {.doc = "where the run writes"});
    v.Field("threads", threads, {.min = 0, .max = 1024, .doc = "0: all cores"});
    v.Field("model", model, {.doc = "what is trained"});
    v.Field("generate", generate,
            {.doc = "data sets made at start, into <run directory>/data/<name>.jsonl"});
    v.Field("rollout", rollout, {.doc = "what a step generates"});
    v.Field("reward", reward, {.doc = "how responses are scored"});
    v.Field("sandbox", sandbox, {.doc = "where the programs of programming tasks run"});
    trainer.VisitFields(v);
    v.Field("export", export_section, {.doc = "the trained model as a Hugging Face directory"});
  }
};

struct LoadedRun {
  Config source;
  std::unique_ptr<RunConfig> config;
  model::ModelConfig model_config;
  std::string run_dir;
  std::string config_text;  // resolved, as config.yaml and checkpoints keep it; a run file itself
};

// Reads, resolves and checks a run's YAML. Relative paths of what it reads start from the YAML's
// own directory; those of `overrides`, and directories it writes, from the working directory.
StatusOr<LoadedRun> LoadRun(const std::string& path, const std::vector<std::string>& overrides);

}  // namespace longhaul::tools
