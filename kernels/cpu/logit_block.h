// SPDX-License-Identifier: Apache-2.0
//
// Reductions over one block of a row of logits. x = logit * inverse_temperature.
#pragma once

#include <cstdint>

namespace longhaul::kernels::cpu {

struct LogitBlockStats {
  float max = 0;       // of x; NaNs do not count here, they show in sum
  float sum = 0;       // of exp(x - max)
  float weighted = 0;  // of (x - max) exp(x - max)
};

struct LogitGradientArgs {
  float* logits = nullptr;  // in: logits; out: gradient, without the term of the target
  int64_t n = 0;
  float inverse_temperature = 1;
  float lse = 0;
  float entropy = 0;
  float dlogprob = 0;
  float dentropy = 0;
};

struct LogitWeightsArgs {
  const float* logits = nullptr;
  int64_t n = 0;
  float inverse_temperature = 1;
  float max = 0;             // of x
  float* weights = nullptr;  // [n] exp(x - max)
};

// Lane i of 16 takes the columns i, i + 16, ...; then halves are folded.
namespace avx2 {
LogitBlockStats LogitStats(const float* logits, int64_t n, float inverse_temperature);
// logits[v] = -inverse_temperature p_v (dlogprob + dentropy (x_v - lse + entropy))
void LogitGradient(const LogitGradientArgs& args);
void LogitWeights(const LogitWeightsArgs& args);
}  // namespace avx2
namespace avx512 {
LogitBlockStats LogitStats(const float* logits, int64_t n, float inverse_temperature);
void LogitGradient(const LogitGradientArgs& args);
void LogitWeights(const LogitWeightsArgs& args);
}  // namespace avx512

}  // namespace longhaul::kernels::cpu
