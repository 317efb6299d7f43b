// SPDX-License-Identifier: Apache-2.0
#include "tools/model_bundle.h"

#include "common/file.h"

namespace longhaul::tools {

Status CheckHoldsModel(const std::string& dir) {
  if (!DirectoryExists(dir)) return NotFound("{}: no such model directory", dir);
  if (FileExists(JoinPath(dir, "config.json"))) return OkStatus();
  if (DirectoryExists(JoinPath(dir, "checkpoints"))) {
    return InvalidArgument(
        "{}: is the directory of a run: give its export or one of the step-N directories of its "
        "checkpoints",
        dir);
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir));
  std::string latest;
  for (const std::string& name : names) {
    if (name.starts_with("step-")) latest = name;
  }
  if (latest.empty()) return NotFound("{}: no model directory: it has no config.json", dir);
  return InvalidArgument("{}: holds checkpoints: give one of its step-N directories, such as {}",
                         dir, JoinPath(dir, latest));
}

StatusOr<ModelBundle> LoadModelBundle(const std::string& dir, const BundleOptions& options) {
  RETURN_IF_ERROR(CheckHoldsModel(dir));
  ModelBundle bundle;
  bundle.dir = dir;
  ASSIGN_OR_RETURN(bundle.config, model::ModelConfig::Load(dir));
  StatusOr<std::unique_ptr<Tokenizer>> tokenizer = Tokenizer::Load(dir);
  if (tokenizer.ok()) {
    bundle.tokenizer = std::move(*tokenizer);
    RETURN_IF_ERROR(CheckTokenizerFits(*bundle.tokenizer, bundle.config));
  } else if (options.tokenizer == TokenizerNeed::kRequired ||
             !absl::IsNotFound(tokenizer.status())) {
    return tokenizer.status();
  }
  ASSIGN_OR_RETURN(bundle.parameters, model::Parameters::Load(bundle.config, dir));
  bundle.pool =
      std::make_unique<ThreadPool>(options.threads > 0 ? options.threads : AvailableCpus());
  bundle.stream = std::make_unique<kernels::Stream>(bundle.pool.get());
  bundle.weights = std::make_unique<model::Weights>(bundle.config, options.weights);
  bundle.weights->Pack(*bundle.stream, bundle.parameters, 0);
  return bundle;
}

Status CheckTokenizerFits(const Tokenizer& tokenizer, const model::ModelConfig& config) {
  if (tokenizer.vocab_size() <= config.vocab_size) return OkStatus();
  return InvalidArgument(
      "the tokenizer has ids up to {} but the model's vocab_size is {}: they do not belong "
      "together; for a new model give its config.json a vocab_size of {} or more",
      tokenizer.vocab_size() - 1, config.vocab_size, tokenizer.vocab_size());
}

StatusOr<model::Precision> ParsePrecision(const std::string& name) {
  if (name == "fp32") return model::Precision::kFp32;
  if (name == "bf16") return model::Precision::kBf16;
  return InvalidArgument("unknown precision '{}': use fp32 or bf16", name);
}

}  // namespace longhaul::tools
