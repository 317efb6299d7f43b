// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/logit_block.h"

#include "kernels/cpu/simd.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

constexpr int kStatLanes = 16;
constexpr int kStatVectors = kStatLanes / kLanes;

struct Sums {
  Vec sum[kStatVectors];
  Vec weighted[kStatVectors];
};

// exp(-200) is 0, and a finite bound keeps 0 * -inf out of the weighted sum.
inline void AddColumns(Vec x, Vec max, int64_t lanes, int v, Sums* sums) {
  const Vec change = Max(Set1(-200.0f), Sub(x, max));
  const Vec e = KeepFirst(Exp(change), lanes, Zero());
  sums->sum[v] = Add(sums->sum[v], e);
  sums->weighted[v] = Fma(KeepFirst(change, lanes, Zero()), e, sums->weighted[v]);
}

float Fold(Vec (&x)[kStatVectors]) {
  if constexpr (kStatVectors == 2) x[0] = Add(x[0], x[kStatVectors - 1]);
  return SumLanes(x[0]);
}

float BlockMax(const float* logits, int64_t n, Vec scale) {
  const Vec lowest = Set1(-__builtin_inff());
  Vec max = lowest;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) max = Max(Mul(Load(logits + i), scale), max);
  if (i < n) max = Max(KeepFirst(Mul(LoadPartial(logits + i, n - i), scale), n - i, lowest), max);
  return MaxLanes(max);
}

}  // namespace

LogitBlockStats LogitStats(const float* logits, int64_t n, float inverse_temperature) {
  const Vec scale = Set1(inverse_temperature);
  LogitBlockStats stats;
  stats.max = BlockMax(logits, n, scale);
  const Vec max = Set1(stats.max);
  Sums sums;
  for (int v = 0; v < kStatVectors; ++v) sums.sum[v] = sums.weighted[v] = Zero();
  int64_t i = 0;
  for (; i + kStatLanes <= n; i += kStatLanes) {
    for (int v = 0; v < kStatVectors; ++v) {
      AddColumns(Mul(Load(logits + i + v * kLanes), scale), max, kLanes, v, &sums);
    }
  }
  for (int v = 0; v < kStatVectors; ++v) {
    const int64_t left = n - i - v * kLanes;
    if (left <= 0) break;
    AddColumns(Mul(LoadPartial(logits + i + v * kLanes, left), scale), max, left, v, &sums);
  }
  stats.sum = Fold(sums.sum);
  stats.weighted = Fold(sums.weighted);
  return stats;
}

void LogitGradient(const LogitGradientArgs& args) {
  const Vec scale = Set1(args.inverse_temperature), lse = Set1(args.lse);
  const Vec entropy = Set1(args.entropy), negative = Set1(-args.inverse_temperature);
  const Vec dlogprob = Set1(args.dlogprob), dentropy = Set1(args.dentropy);
  for (int64_t i = 0; i < args.n; i += kLanes) {
    const int64_t left = args.n - i;
    const Vec logprob = Sub(Mul(LoadPartial(args.logits + i, left), scale), lse);
    const Vec factor = Fma(dentropy, Add(logprob, entropy), dlogprob);
    StorePartial(args.logits + i, Mul(negative, Mul(Exp(logprob), factor)), left);
  }
}

void LogitWeights(const LogitWeightsArgs& args) {
  const Vec scale = Set1(args.inverse_temperature), max = Set1(args.max);
  for (int64_t i = 0; i < args.n; i += kLanes) {
    const int64_t left = args.n - i;
    const Vec x = Mul(LoadPartial(args.logits + i, left), scale);
    StorePartial(args.weights + i, Exp(Sub(x, max)), left);
  }
}

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
