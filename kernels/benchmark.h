// SPDX-License-Identifier: Apache-2.0
//
// Times the kernels and says what share of the machine they use. Ceilings are measured in the same
// run, because machines are shared and noisy.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/dtype.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

// What bounds a kernel, and so what its share is of.
enum class BenchmarkBound { kFp32Flop, kBf16Flop, kBandwidth };

struct BenchmarkResult {
  std::string name;
  std::string shape;
  DType dtype = DType::kF32;
  double seconds = 0;  // median of the timed calls
  double flop = 0;
  double bytes = 0;  // that must move at least once
  BenchmarkBound bound = BenchmarkBound::kBandwidth;
  double ceiling = 0;  // measured in this run: FLOP/s or bytes/s
  double share = 0;    // of the ceiling; above 1 where data stays in a cache
};

// A benchmark: `prepare` allocates what is needed and returns the call to be timed.
struct BenchmarkCase {
  std::string name;
  std::string shape;
  DType dtype = DType::kF32;
  double flop = 0;
  double bytes = 0;
  BenchmarkBound bound = BenchmarkBound::kBandwidth;
  std::function<std::function<void(Stream&)>()> prepare;
};

struct Ceilings {
  double fp32_flop = 0;  // FLOP/s of fused multiply-adds on registers, all threads
  double bf16_flop = 0;  // FLOP/s of the matrix library on a large bf16 product
  double bandwidth = 0;  // bytes/s read and written by a large copy
};
Ceilings MeasureCeilings(Stream& stream);

// The cases of each op, in kernels/benchmark_<op>.cc.
std::vector<BenchmarkCase> MatmulBenchmarks();
std::vector<BenchmarkCase> RowOpBenchmarks();
std::vector<BenchmarkCase> SequenceOpBenchmarks();

// Every case whose name holds `filter` (all when empty), on `threads` threads.
std::vector<BenchmarkResult> RunKernelBenchmarks(std::string_view filter, int threads);

}  // namespace longhaul::kernels
