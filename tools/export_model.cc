// SPDX-License-Identifier: Apache-2.0
#include "tools/export_model.h"

#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "common/file.h"
#include "common/random.h"
#include "model/export.h"
#include "model/training_pass.h"
#include "model/weights.h"

namespace longhaul::tools {
namespace {

constexpr int64_t kProbeTokens = 96;
constexpr int64_t kFreeSpaceMargin = int64_t{64} << 20;

// Log-probs of a fixed pseudo-random text, all in fp32.
StatusOr<std::vector<float>> ProbeLogprobs(kernels::Stream& stream,
                                           const model::ModelConfig& config,
                                           const model::Parameters& parameters) {
  const int64_t length = std::min(kProbeTokens, config.max_position_embeddings);
  std::vector<int32_t> tokens(static_cast<size_t>(length));
  RandomSequence random(RandomKey(0, RandomStream::kTest), 0);
  for (int32_t& token : tokens)
    token = static_cast<int32_t>(random.Below(static_cast<uint64_t>(config.vocab_size)));
  model::TokenBatch batch;
  batch.AddTargets(batch.AddSegment(tokens, -1), 1);

  const model::WeightsOptions options{.use = model::WeightsUse::kInference};
  model::Weights weights(config, options);
  weights.Pack(stream, parameters, 0);
  ASSIGN_OR_RETURN(const auto pass, model::TrainingPass::Create(config, options,
                                                                {.max_tokens = batch.num_tokens(),
                                                                 .max_targets = batch.num_targets(),
                                                                 .max_segments = 1}));
  pass->Forward(stream, weights, batch);
  std::vector<float> logprobs(batch.targets.size()), entropy(batch.targets.size());
  pass->Logprobs(stream, 1.0f, logprobs, entropy);
  return logprobs;
}

// bf16 keeps 8 bits of every weight.
double AllowedDifference(DType dtype) { return dtype == DType::kF32 ? 0.0 : 0.5; }

Status Write(const std::string& dir, const ExportArgs& args) {
  RETURN_IF_ERROR(CreateDirectories(dir));
  RETURN_IF_ERROR(model::SaveModel(dir, *args.config, *args.parameters, {.dtype = args.dtype}));
  if (args.tokenizer != nullptr) RETURN_IF_ERROR(args.tokenizer->Save(dir));
  return SyncDirectory(dir);
}

StatusOr<ExportReport> Verify(kernels::Stream& stream, const std::string& dir,
                              const ExportArgs& args) {
  ASSIGN_OR_RETURN(const model::ModelConfig config, model::ModelConfig::Load(dir));
  ASSIGN_OR_RETURN(const model::Parameters parameters, model::Parameters::Load(config, dir));
  if (args.tokenizer != nullptr) RETURN_IF_ERROR(Tokenizer::Load(dir).status());
  ASSIGN_OR_RETURN(const std::vector<float> expected,
                   ProbeLogprobs(stream, *args.config, *args.parameters));
  ASSIGN_OR_RETURN(const std::vector<float> found, ProbeLogprobs(stream, config, parameters));
  ExportReport report{.probe_tokens = static_cast<int64_t>(expected.size())};
  for (size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::fabs(static_cast<double>(expected[i]) - found[i]);
    if (!(difference <= report.max_logprob_difference)) report.max_logprob_difference = difference;
  }
  if (report.max_logprob_difference <= AllowedDifference(args.dtype)) return report;
  return DataLoss("{}: the model read back differs from the one written by {} in log-prob", dir,
                  report.max_logprob_difference);
}

}  // namespace

StatusOr<ExportReport> ExportModel(kernels::Stream& stream, const ExportArgs& args) {
  if (FileExists(args.out_dir)) return AlreadyExists("{} is a file", args.out_dir);
  if (DirectoryExists(args.out_dir) && args.existing == ExistingExport::kRefuse) {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(args.out_dir));
    if (!names.empty())
      return AlreadyExists("{} exists and is not empty: nothing was written", args.out_dir);
  }
  const int64_t needed = args.parameters->numel() * SizeOf(args.dtype) + kFreeSpaceMargin;
  ASSIGN_OR_RETURN(const int64_t free, FreeSpace(args.out_dir));
  if (free < needed) {
    return ResourceExhausted("{}: the export needs {} MiB, {} MiB are free", args.out_dir,
                             needed >> 20, free >> 20);
  }
  std::string out = args.out_dir;
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  const std::string aside = fmt::format("{}.tmp-{}", out, getpid());
  RETURN_IF_ERROR(RemoveTree(aside));
  StatusOr<ExportReport> report = [&]() -> StatusOr<ExportReport> {
    RETURN_IF_ERROR(Annotate(Write(aside, args), "exporting to " + out));
    return Verify(stream, aside, args);
  }();
  if (report.ok()) {
    const Status removed = RemoveTree(out);
    if (!removed.ok()) {
      report = removed;
    } else if (std::rename(aside.c_str(), out.c_str()) != 0) {
      report = ErrnoStatus(errno, "renaming to", out);
    }
  }
  if (!report.ok()) {
    (void)RemoveTree(aside).ok();
    return report.status();
  }
  RETURN_IF_ERROR(SyncDirectory(ParentDirectory(out)));
  return report;
}

}  // namespace longhaul::tools
