// SPDX-License-Identifier: Apache-2.0
#include "tools/run_plan.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>

#include "model/cost_model.h"
#include "model/inference_pass.h"
#include "rollout/cache_plan.h"

namespace longhaul::tools {
namespace {

constexpr double kMiB = 1 << 20;
// A generated task as a line, in the text of its file and as it is kept: an estimate.
constexpr int64_t kGeneratedTaskBytes = 1024;
// Pages of libraries touched later, gRPC and its threads, the matrix library, samples: measured
// on runs of 0.5 and 1M parameters.
constexpr int64_t kServicesBytes = int64_t{24} << 20;

// Measured with one and two threads of computation: 20 to 22 threads, with 8 MiB of stack and
// malloc's 64 MiB heap each, beside 200 MiB of program and libraries.
constexpr int64_t kThreads = 24;
constexpr int64_t kThreadAddressBytes = int64_t{72} << 20;
constexpr int64_t kLibraryAddressBytes = int64_t{200} << 20;

int64_t SumBytes(const std::vector<model::MemoryLine>& plan) {
  int64_t sum = 0;
  for (const model::MemoryLine& line : plan) sum += line.bytes;
  return sum;
}

// "VmRSS:" of this process before a run allocates anything: program and libraries.
int64_t ProgramBytes() {
  std::ifstream file("/proc/self/status");
  std::string word;
  while (file >> word) {
    int64_t kib = 0;
    if (word == "VmRSS:" && file >> kib) return kib * 1024;
  }
  return 0;
}

int64_t GeneratedTasks(const RunConfig& config) {
  int64_t tasks = 0;
  for (const reward::GeneratorConfig& generator : config.generate) tasks += generator.count;
  return tasks;
}

}  // namespace

model::MemoryLine GeneratedTasksMemory(int64_t count) {
  return {"generated tasks", count * kGeneratedTaskBytes};
}

std::vector<model::MemoryLine> PlanAround(const model::MemoryLine& program,
                                          const RunConfig& config) {
  return {program,
          GeneratedTasksMemory(GeneratedTasks(config)),
          {"services and matrix library", kServicesBytes}};
}

std::vector<model::MemoryLine> PlanRunMemory(const LoadedRun& run) {
  const int64_t parameters = run.model_config.NumParameters() * 4;
  return {{"parameters, fp32", parameters},
          {"gradients, fp32", parameters},
          {"AdamW moments, fp32", 2 * parameters},
          {"packed weights", run.config->model.precision == "bf16" ? parameters / 2 : parameters},
          GeneratedTasksMemory(GeneratedTasks(*run.config))};
}

std::vector<std::string> DescribeMemory(const std::vector<model::MemoryLine>& plan) {
  std::vector<std::string> lines = {
      fmt::format("memory plan: {:.1f} MiB", static_cast<double>(SumBytes(plan)) / kMiB)};
  for (const model::MemoryLine& line : plan) {
    if (line.bytes > 0)
      lines.push_back(fmt::format("  {:<36} {:>9.2f} MiB", line.purpose,
                                  static_cast<double>(line.bytes) / kMiB));
  }
  return lines;
}

std::vector<std::string> DescribeRun(const LoadedRun& run) {
  const RunConfig& config = *run.config;
  const model::ModelConfig& model = run.model_config;
  const double context = static_cast<double>(config.trainer.max_window()) / 2;
  std::vector<std::string> lines;
  lines.push_back(
      fmt::format("run {} in {}, seed {}", config.run.name, run.run_dir, config.run.seed));
  lines.push_back(fmt::format(
      "model {}: {} parameters, {} active a token, {} layers ({} lightning, {} softmax)",
      model.model_type, model.NumParameters(), model.NumActiveParameters(), model.num_hidden_layers,
      std::count(model.attention.begin(), model.attention.end(), model::AttentionKind::kLightning),
      std::count(model.attention.begin(), model.attention.end(), model::AttentionKind::kSoftmax)));
  lines.push_back(fmt::format(
      "arithmetic: {:.3g} FLOP a generated token, {:.3g} a trained token (context {:.0f})",
      model::ForwardFlopsPerToken(model, context), model::TrainingFlopsPerToken(model, context),
      context));
  for (const std::string& line : trainer::DescribeAlgorithm(config.trainer)) lines.push_back(line);
  for (const std::string& line : trainer::Warnings(config.trainer))
    lines.push_back("note: " + line);
  const reward::FormatTerm& format = config.reward.router.format;
  if (format.weight == 0 && !(format.spec.layout.empty() && format.spec.pattern.empty()))
    lines.push_back("note: reward.format.weight is 0: nothing is added for the form");
  return lines;
}

model::MemoryLine ProgramMemory() { return {"program and libraries", ProgramBytes()}; }

namespace {

// A limit of the address space counts what is reserved, and each thread reserves far more than it
// touches. gRPC starts threads as it likes and falls silent where it cannot, so this is asked
// before.
Status CheckAddressSpace(int64_t needed) {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return OkStatus();
  const int64_t allowed = static_cast<int64_t>(limit.rlim_cur);
  const int64_t reserved = needed + kLibraryAddressBytes + kThreads * kThreadAddressBytes;
  if (reserved <= allowed) return OkStatus();
  return ResourceExhausted(
      "the limit of address space (ulimit -v) is {:.2f} GiB; this takes {:.2f} GiB of memory and "
      "reserves {:.2f} GiB in all, most of it for the stacks and heaps of {} threads. Raise it, or "
      "limit resident memory by a control group",
      static_cast<double>(allowed) / kMiB / 1024, static_cast<double>(needed) / kMiB / 1024,
      static_cast<double>(reserved) / kMiB / 1024, kThreads);
}

}  // namespace

Status CheckMemory(const std::vector<model::MemoryLine>& plan) {
  const int64_t available = rollout::AvailableMemoryBytes();
  const int64_t needed = SumBytes(plan);
  RETURN_IF_ERROR(CheckAddressSpace(needed));
  if (needed <= available) return OkStatus();
  std::string lines;
  for (const std::string& line : DescribeMemory(plan)) lines += "\n  " + line;
  return ResourceExhausted(
      "this needs at least {:.1f} GiB, {:.1f} GiB are free on this machine: take a smaller model "
      "or data set, or a machine with more memory{}",
      static_cast<double>(needed) / kMiB / 1024, static_cast<double>(available) / kMiB / 1024,
      lines);
}

}  // namespace longhaul::tools
