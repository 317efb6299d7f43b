// SPDX-License-Identifier: Apache-2.0
#include "tools/export_model.h"

#include <stdio.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <filesystem>
#include <vector>

#include "common/checkpoint/checkpoint_dir.h"
#include "common/checkpoint/manifest.h"
#include "common/file.h"
#include "common/random.h"
#include "model/export.h"
#include "model/training_pass.h"
#include "model/weights.h"

namespace longhaul::tools {
namespace {

namespace fs = std::filesystem;

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

// What is there, so that the next export to this place knows it again.
Status WriteManifest(const std::string& dir) {
  Manifest manifest;
  manifest.metadata.Set("content", "export");
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir));
  for (const std::string& name : names) {
    if (name == ".lock") continue;
    ASSIGN_OR_RETURN(ManifestFile file, DescribeFile(dir, name));
    manifest.files.push_back(std::move(file));
  }
  return WriteFileAtomic(JoinPath(dir, std::string(kManifestName)), ManifestText(manifest));
}

Status Write(const std::string& dir, const ExportArgs& args) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir));
  for (const std::string& name : names) {  // of an export that was killed
    if (name != ".lock") RETURN_IF_ERROR(RemoveTree(JoinPath(dir, name)));
  }
  RETURN_IF_ERROR(model::SaveModel(dir, *args.config, *args.parameters, {.dtype = args.dtype}));
  if (args.tokenizer != nullptr) RETURN_IF_ERROR(args.tokenizer->Save(dir));
  RETURN_IF_ERROR(WriteManifest(dir));
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
  ExportReport report{.probe_tokens = static_cast<int64_t>(expected.size()),
                      .allowed_difference = AllowedDifference(args.dtype)};
  for (size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::fabs(static_cast<double>(expected[i]) - found[i]);
    if (!(difference <= report.max_logprob_difference)) report.max_logprob_difference = difference;
  }
  if (report.max_logprob_difference <= report.allowed_difference) return report;
  return DataLoss("{}: the model read back differs from the one written by {} in log-prob", dir,
                  report.max_logprob_difference);
}

// The directory to write, links followed: one to a directory elsewhere stays a link. By the name
// that was given wherever that means the same, for the messages.
StatusOr<std::string> Destination(const std::string& out_dir) {
  if (out_dir.empty()) return InvalidArgument("the directory to export to has an empty name");
  std::error_code error;
  const fs::path absolute = fs::absolute(out_dir, error);
  fs::path given = fs::path(out_dir).lexically_normal();
  if (!given.has_filename()) given = given.parent_path();  // "a/" is "a"
  if (fs::is_symlink(fs::symlink_status(given, error)) && !fs::exists(given, error)) {
    return NotFound("{} is a link to {}, which is not there", out_dir,
                    fs::read_symlink(given, error).string());
  }
  fs::path real = fs::weakly_canonical(absolute, error);
  if (error) return ErrnoStatus(error.value(), "exporting to", out_dir);
  if (!real.has_filename()) real = real.parent_path();
  return (real.filename() == given.filename() && real == fs::absolute(given, error) ? given : real)
      .string();
}

bool IsMountPoint(const std::string& dir) {
  struct stat own, above;
  return stat(dir.c_str(), &own) == 0 && stat((dir + "/..").c_str(), &above) == 0 &&
         (own.st_dev != above.st_dev || own.st_ino == above.st_ino);
}

// Every file of it is as an export wrote it.
Status CheckIsExport(const std::string& out, const std::vector<std::string>& names) {
  constexpr std::string_view kAdvice =
      "move it away and give the command again, or write a checkpoint elsewhere with `longhaul "
      "export`";
  const StatusOr<CheckpointReader> written = CheckpointReader::Open(out);
  if (!written.ok()) {
    return FailedPrecondition("{} is not what an export wrote, and is not replaced ({}): {}", out,
                              Message(written.status()), kAdvice);
  }
  for (const std::string& name : names) {
    if (name == kManifestName || written->Has(name)) continue;
    return AlreadyExists("{} holds {}, which no export wrote, and is not replaced: {}", out, name,
                         kAdvice);
  }
  return OkStatus();
}

Status CheckPlace(const std::string& out, ExistingExport existing) {
  if (FileExists(out)) return AlreadyExists("{} is a file", out);
  if (!DirectoryExists(out)) return OkStatus();
  if (IsMountPoint(out)) {
    return FailedPrecondition(
        "{} is a mount point, which cannot be replaced: give a directory in it", out);
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(out));
  if (names.empty()) return OkStatus();
  if (existing == ExistingExport::kReplace) return CheckIsExport(out, names);
  return AlreadyExists("{} exists and is not empty: nothing was written", out);
}

// What an export that was killed left is written over; anything else stands in the way.
Status CheckAside(const std::string& aside) {
  if (!DirectoryExists(aside) || FileExists(JoinPath(aside, ".lock"))) return OkStatus();
  return AlreadyExists("{}: is in the way of an export, which writes there first; move it away",
                       aside);
}

Status CheckFreeSpace(const std::string& out, const ExportArgs& args) {
  const int64_t needed = args.parameters->numel() * SizeOf(args.dtype) + kFreeSpaceMargin;
  ASSIGN_OR_RETURN(const int64_t free, FreeSpace(out));
  if (free >= needed) return OkStatus();
  return ResourceExhausted("{}: the export needs {} MiB, {} MiB are free", out, needed >> 20,
                           free >> 20);
}

// rename() replaces an empty directory and no other, so an export that must not replace anything
// takes nobody's files away, whenever they came.
Status Publish(const std::string& aside, const std::string& out, ExistingExport existing) {
  RETURN_IF_ERROR(CheckPlace(out, existing));  // much may have come since the export began
  RETURN_IF_ERROR(RemoveTree(JoinPath(aside, ".lock")));
  if (existing == ExistingExport::kReplace) return ReplaceDirectory(aside, out);
  if (std::rename(aside.c_str(), out.c_str()) != 0) return ErrnoStatus(errno, "renaming to", out);
  return SyncDirectory(ParentDirectory(out));
}

}  // namespace

Status CheckExportPlace(const std::string& out_dir, ExistingExport existing) {
  ASSIGN_OR_RETURN(const std::string out, Destination(out_dir));
  RETURN_IF_ERROR(CheckAside(out + ".tmp-export"));
  return CheckPlace(out, existing);
}

StatusOr<ExportReport> ExportModel(kernels::Stream& stream, const ExportArgs& args) {
  ASSIGN_OR_RETURN(const std::string out, Destination(args.out_dir));
  const std::string aside = out + ".tmp-export";
  RETURN_IF_ERROR(CheckAside(aside));
  RETURN_IF_ERROR(CheckPlace(out, args.existing));  // before anything is made beside it
  RETURN_IF_ERROR(CheckFreeSpace(out, args));
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Acquire(aside));
  StatusOr<ExportReport> report = [&]() -> StatusOr<ExportReport> {
    RETURN_IF_ERROR(Annotate(Write(aside, args), "exporting to " + out));
    ASSIGN_OR_RETURN(ExportReport verified, Verify(stream, aside, args));
    RETURN_IF_ERROR(Publish(aside, out, args.existing));
    return verified;
  }();
  if (!report.ok()) RemoveTree(aside).IgnoreError();
  return report;
}

}  // namespace longhaul::tools
