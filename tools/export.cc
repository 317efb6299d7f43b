// SPDX-License-Identifier: Apache-2.0
//
// longhaul export: a checkpoint as a model directory that Transformers and vLLM load.
#include "tools/command.h"
#include "tools/export_model.h"
#include "tools/model_bundle.h"

namespace longhaul::tools {
namespace {

struct Options {
  std::string model_dir;
  std::string out_dir;
  std::string dtype = "fp32";
};

StatusOr<Outcome> Export(const Options& options) {
  ASSIGN_OR_RETURN(
      ModelBundle bundle,
      LoadModelBundle(options.model_dir, {.weights = {.use = model::WeightsUse::kInference},
                                          .tokenizer = TokenizerNeed::kOptional}));
  ASSIGN_OR_RETURN(
      const ExportReport report,
      ExportModel(*bundle.stream, {.config = &bundle.config,
                                   .parameters = &bundle.parameters,
                                   .tokenizer = bundle.tokenizer.get(),
                                   .out_dir = options.out_dir,
                                   .dtype = options.dtype == "bf16" ? DType::kBF16 : DType::kF32}));
  fmt::print(
      "wrote {} ({}, {} parameters); read back: largest log-prob difference {} over {} tokens\n",
      options.out_dir, options.dtype, bundle.parameters.numel(), report.max_logprob_difference,
      report.probe_tokens);
  if (options.dtype == "bf16") {
    fmt::print("bf16 rounds the weights: a difference of up to {} is allowed\n",
               report.allowed_difference);
  }
  if (!bundle.tokenizer)
    fmt::print("{} has no tokenizer, so none was written\n", options.model_dir);
  return Outcome::kDone;
}

}  // namespace

void AddExport(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("export", "Write a model directory and verify it");
  command->footer(
      "Example:\n  longhaul export runs/quickstart/checkpoints/step-00002075 models/mine --dtype "
      "bf16");
  command->add_option("CHECKPOINT", options->model_dir, "Checkpoint or model directory")
      ->required();
  command->add_option("OUT_DIR", options->out_dir, "Directory to write; must not exist or be empty")
      ->required();
  command->add_option("--dtype", options->dtype, "Of the weights; bf16 rounds them")
      ->check(CLI::IsMember({"fp32", "bf16"}))
      ->capture_default_str();
  command->callback([options, &chosen] { chosen = [options] { return Export(*options); }; });
}

}  // namespace longhaul::tools
