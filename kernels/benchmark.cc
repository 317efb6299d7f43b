// SPDX-License-Identifier: Apache-2.0
#include "kernels/benchmark.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "common/thread_pool.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/probe.h"
#include "kernels/matmul.h"
#include "kernels/residual.h"
#include "kernels/tensor.h"

namespace longhaul::kernels {
namespace {

constexpr double kMinSeconds = 0.15;
constexpr int kMinCalls = 5;
constexpr int kMaxCalls = 5000;
constexpr int64_t kProbeSize = 1024;
constexpr int64_t kCopyElements = 32 << 20;

// Median of the calls that fit in kMinSeconds, after one that warms up.
double MedianSeconds(Stream& stream, const std::function<void(Stream&)>& call) {
  using Clock = std::chrono::steady_clock;
  call(stream);
  std::vector<double> seconds;
  double total = 0;
  while (static_cast<int>(seconds.size()) < kMinCalls ||
         (total < kMinSeconds && static_cast<int>(seconds.size()) < kMaxCalls)) {
    const auto start = Clock::now();
    call(stream);
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    total += seconds.back();
  }
  std::nth_element(seconds.begin(), seconds.begin() + seconds.size() / 2, seconds.end());
  return seconds[seconds.size() / 2];
}

double Fp32Ceiling(Stream& stream) {
  const auto probe = cpu::Pick(cpu::avx2::FmaProbe, cpu::avx512::FmaProbe);
  constexpr int64_t kSteps = 200000;
  std::vector<double> flop(static_cast<size_t>(stream.pool().num_threads()));
  std::vector<float> sink(flop.size());
  const double seconds = MedianSeconds(stream, [&](Stream& s) {
    s.pool().ForEach(static_cast<int64_t>(flop.size()),
                     [&](int64_t i) { flop[i] = probe(kSteps, &sink[i]); });
  });
  double total = 0;
  for (double f : flop) total += f;
  return total / seconds;
}

double Bf16Ceiling(Stream& stream) {
  PackedWeight weight(kProbeSize, kProbeSize, DType::kBF16, PackFor::kForward);
  const Tensor source({kProbeSize, kProbeSize}, DType::kBF16);
  weight.Pack(stream, source.view());
  Tensor y({kProbeSize, kProbeSize}, DType::kF32);
  const double seconds = MedianSeconds(stream, [&](Stream& s) {
    Linear(s, {source.view(), &weight, {}, y.mutable_view()});
  });
  return 2.0 * kProbeSize * kProbeSize * kProbeSize / seconds;
}

double BandwidthCeiling(Stream& stream) {
  const Tensor from({kCopyElements}, DType::kF32);
  Tensor to({kCopyElements}, DType::kF32);
  const double seconds = MedianSeconds(stream, [&](Stream& s) {
    AddScaled(s, {from.view(), 1.0f, {}, 1.0f, to.mutable_view()});
  });
  return static_cast<double>(from.bytes() + to.bytes()) / seconds;
}

double CeilingOf(const Ceilings& ceilings, BenchmarkBound bound) {
  switch (bound) {
    case BenchmarkBound::kFp32Flop:
      return ceilings.fp32_flop;
    case BenchmarkBound::kBf16Flop:
      return ceilings.bf16_flop;
    case BenchmarkBound::kBandwidth:
      return ceilings.bandwidth;
  }
  return 0;
}

BenchmarkResult RunCase(Stream& stream, const BenchmarkCase& c, const Ceilings& ceilings) {
  BenchmarkResult result{c.name, c.shape, c.dtype, 0, c.flop, c.bytes, c.bound, 0, 0};
  result.seconds = MedianSeconds(stream, c.prepare());
  result.ceiling = CeilingOf(ceilings, c.bound);
  const double done = c.bound == BenchmarkBound::kBandwidth ? c.bytes : c.flop;
  result.share = done / result.seconds / result.ceiling;
  return result;
}

}  // namespace

Ceilings MeasureCeilings(Stream& stream) {
  return {Fp32Ceiling(stream), Bf16Ceiling(stream), BandwidthCeiling(stream)};
}

std::vector<BenchmarkResult> RunKernelBenchmarks(std::string_view filter, int threads) {
  ThreadPool pool(threads);
  Stream stream(&pool);
  std::vector<BenchmarkCase> cases = MatmulBenchmarks();
  for (auto* more : {RowOpBenchmarks, SequenceOpBenchmarks}) {
    for (BenchmarkCase& c : more()) cases.push_back(std::move(c));
  }
  std::erase_if(cases,
                [&](const BenchmarkCase& c) { return c.name.find(filter) == std::string::npos; });
  std::vector<BenchmarkResult> results;
  if (cases.empty()) return results;
  const Ceilings ceilings = MeasureCeilings(stream);
  for (const BenchmarkCase& c : cases) results.push_back(RunCase(stream, c, ceilings));
  return results;
}

}  // namespace longhaul::kernels
