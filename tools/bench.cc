// SPDX-License-Identifier: Apache-2.0
//
// longhaul bench: how fast the kernels are, as a share of what this machine can do, measured in the
// same run.
#include <cstdio>

#include "kernels/benchmark.h"
#include "tools/command.h"

namespace longhaul::tools {
namespace {

struct Options {
  std::string filter;
  int threads = 0;
};

StatusOr<Outcome> Bench(const Options& options) {
  const int threads = options.threads > 0 ? options.threads : AvailableCpus();
  const std::vector<kernels::BenchmarkResult> results =
      kernels::RunKernelBenchmarks(options.filter, threads);
  if (results.empty()) return NotFound("no benchmark has '{}' in its name", options.filter);
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
  return Outcome::kDone;
}

}  // namespace

void AddBench(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("bench", "Time the kernels against this machine's ceiling");
  command->footer("Example:\n  longhaul bench lightning --threads 2");
  command->add_option("FILTER", options->filter, "Only kernels whose name holds this");
  command->add_option("--threads", options->threads, "Threads (0: all)")
      ->check(CLI::Range(0, 1024));
  command->callback([options, &chosen] { chosen = [options] { return Bench(*options); }; });
}

}  // namespace longhaul::tools
