// SPDX-License-Identifier: Apache-2.0
//
// longhaul bench: how fast the kernels are, as a share of what this machine can do, measured in the
// same run; and how much a training step on a token tree saves.
#include <cstdio>

#include "kernels/benchmark.h"
#include "model/benchmark.h"
#include "tools/command.h"

namespace longhaul::tools {
namespace {

struct Options {
  std::string filter;
  int threads = 0;
};

void PrintKernels(const std::vector<kernels::BenchmarkResult>& results, int threads) {
  fmt::print("{:<28} {:<30} {:<5} {:>11} {:>10} {:>9} {:>7}\n", "kernel", "shape", "dtype", "us",
             "GFLOP/s", "GB/s", "share");
  for (const kernels::BenchmarkResult& r : results) {
    fmt::print("{:<28} {:<30} {:<5} {:>11.1f} {:>10.1f} {:>9.2f} {:>6.1f}%\n", r.name, r.shape,
               DTypeName(r.dtype), r.seconds * 1e6, r.flop / r.seconds * 1e-9,
               r.bytes / r.seconds * 1e-9, r.share * 100);
  }
  fmt::print(
      "{} threads; share: of the fp32 or bf16 FLOP/s or of the memory bandwidth measured in this "
      "run\n",
      threads);
}

void PrintTrees(const std::vector<model::TreeBenchmarkResult>& results, int threads) {
  fmt::print("{:<20} {:<16} {:>12} {:>12} {:>8} {:>20}\n", "training step", "tokens", "tree s",
             "in full s", "faster", "gradient difference");
  for (const model::TreeBenchmarkResult& r : results) {
    fmt::print("{:<20} {:<16} {:>12.4f} {:>12.4f} {:>7.2f}x {:>20.2e}\n", r.name, r.shape,
               r.tree_seconds, r.full_seconds, r.full_seconds / r.tree_seconds,
               r.gradient_difference);
  }
  fmt::print("{} threads; forward, log-probs and backward, fp32\n", threads);
}

StatusOr<Outcome> Bench(const Options& options) {
  const int threads = options.threads > 0 ? options.threads : AvailableCpus();
  const std::vector<kernels::BenchmarkResult> kernels =
      kernels::RunKernelBenchmarks(options.filter, threads);
  if (!kernels.empty()) PrintKernels(kernels, threads);
  const std::vector<model::TreeBenchmarkResult> trees =
      model::RunTreeBenchmarks(options.filter, threads);
  if (!trees.empty()) PrintTrees(trees, threads);
  if (kernels.empty() && trees.empty()) {
    return NotFound("no benchmark has '{}' in its name", options.filter);
  }
  return Outcome::kDone;
}

}  // namespace

void AddBench(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "bench", "Time the kernels against this machine's ceiling, and training on token trees");
  command->footer("Example:\n  longhaul bench lightning --threads 2\n  longhaul bench tree");
  command->add_option("FILTER", options->filter, "Only what has this in its name");
  command->add_option("--threads", options->threads, "Threads (0: all)")
      ->check(CLI::Range(0, 1024));
  command->callback([options, &chosen] { chosen = [options] { return Bench(*options); }; });
}

}  // namespace longhaul::tools
