// SPDX-License-Identifier: Apache-2.0
//
// Prints the kernel benchmarks as a table: bench_kernels [part of a name] [threads]
#include <cstdio>
#include <cstdlib>
#include <string>

#include "common/thread_pool.h"
#include "kernels/benchmark.h"

int main(int argc, char** argv) {
  const std::string filter = argc > 1 ? argv[1] : "";
  const int threads = argc > 2 ? std::atoi(argv[2]) : longhaul::AvailableCpus();
  if (threads < 1) {
    std::fprintf(stderr, "threads must be at least 1, not %s\n", argv[2]);
    return 1;
  }
  std::printf("%-28s %-18s %-5s %12s %10s %10s %7s\n", "op", "shape", "dtype", "us", "GFLOP/s",
              "GB/s", "share");
  for (const auto& r : longhaul::kernels::RunKernelBenchmarks(filter, threads)) {
    std::printf("%-28s %-18s %-5s %12.2f %10.1f %10.1f %6.1f%%\n", r.name.c_str(), r.shape.c_str(),
                std::string(longhaul::DTypeName(r.dtype)).c_str(), r.seconds * 1e6,
                r.flop / r.seconds * 1e-9, r.bytes / r.seconds * 1e-9, r.share * 100);
  }
  return 0;
}
