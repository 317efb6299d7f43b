// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/probe.h"

#include "kernels/cpu/simd.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {

double FmaProbe(int64_t steps, float* sink) {
  constexpr int kChains = 12;
  Vec acc[kChains];
  for (int i = 0; i < kChains; ++i) acc[i] = Set1(static_cast<float>(i));
  const Vec scale = Set1(0.999f), step = Set1(0.001f);
  for (int64_t s = 0; s < steps; ++s) {
    for (int i = 0; i < kChains; ++i) acc[i] = Fma(acc[i], scale, step);
  }
  for (int i = 1; i < kChains; ++i) acc[0] = Add(acc[0], acc[i]);
  *sink = SumLanes(acc[0]);
  return 2.0 * kChains * kLanes * static_cast<double>(steps);
}

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
