// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace longhaul::kernels::cpu {

// `steps` rounds of independent fused multiply-adds on registers; gives the FLOP done and stores a
// value that depends on all of them.
namespace avx2 {
double FmaProbe(int64_t steps, float* sink);
}
namespace avx512 {
double FmaProbe(int64_t steps, float* sink);
}

}  // namespace longhaul::kernels::cpu
