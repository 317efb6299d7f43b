// SPDX-License-Identifier: Apache-2.0
#include "kernels/router.h"

#include <vector>

#include "kernels/cpu/isa.h"
#include "kernels/cpu/router.h"
#include "kernels/row_loop.h"

namespace longhaul::kernels {
namespace {

// The k most probable of n in order, lower index first among equals. NaN never wins; where only
// NaN is left the choice is expert 0, so that ids stay in range and the NaN shows in the weights.
void ChooseTop(const float* probs, int64_t n, int64_t k, int32_t* ids) {
  float last = 0;
  int32_t last_id = -1;
  for (int64_t c = 0; c < k; ++c) {
    int32_t best = -1;
    for (int32_t e = 0; e < n; ++e) {
      const bool after = c == 0 || probs[e] < last || (probs[e] == last && e > last_id);
      if (after && probs[e] >= 0 && (best < 0 || probs[e] > probs[best])) best = e;
    }
    ids[c] = best < 0 ? 0 : best;
    last = probs[ids[c]];
    last_id = ids[c];
  }
}

float SumChosen(const float* probs, const int32_t* ids, int64_t k) {
  float sum = 0;
  for (int64_t c = 0; c < k; ++c) sum += probs[ids[c]];
  return sum;
}

// The constant part of the load-balance gradient: d loss / d probability of expert e.
std::vector<float> BalanceGradient(const RouterBackwardArgs& args) {
  const int64_t tokens = args.probs.dim(0), experts = args.probs.dim(1);
  const int64_t top_k = args.expert_ids.dim(1);
  std::vector<float> gradient(static_cast<size_t>(experts), 0.0f);
  if (args.aux_loss_coef == 0.0f || tokens == 0) return gradient;
  std::vector<int64_t> slots(static_cast<size_t>(experts), 0);
  const int32_t* ids = args.expert_ids.as<int32_t>();
  for (int64_t i = 0; i < tokens * top_k; ++i) ++slots[static_cast<size_t>(ids[i])];
  const double n = static_cast<double>(tokens);
  for (int64_t e = 0; e < experts; ++e) {
    const double share = static_cast<double>(slots[e]) / (n * static_cast<double>(top_k));
    gradient[e] = static_cast<float>(args.aux_loss_coef * static_cast<double>(experts) * share / n);
  }
  return gradient;
}

// Adds the gradient of the weights of one token to the gradient of its probabilities.
void AddWeightGradient(const RouterBackwardArgs& args, int64_t t, float* dprobs) {
  const int64_t experts = args.probs.dim(1), k = args.expert_ids.dim(1);
  const float* probs = args.probs.as<float>() + t * experts;
  const int32_t* ids = args.expert_ids.as<int32_t>() + t * k;
  const float* dweights = args.dweights.as<float>() + t * k;
  if (args.weights_rule == TopKWeights::kPlain) {
    for (int64_t c = 0; c < k; ++c) dprobs[ids[c]] += dweights[c];
    return;
  }
  // w_c = p_c / S: dp_c = (dw_c - sum_j dw_j w_j) / S
  const float sum = SumChosen(probs, ids, k);
  float mean = 0;
  for (int64_t c = 0; c < k; ++c) mean += dweights[c] * (probs[ids[c]] / sum);
  for (int64_t c = 0; c < k; ++c) dprobs[ids[c]] += (dweights[c] - mean) / sum;
}

}  // namespace

void Router(Stream& stream, const RouterArgs& args) {
  static const auto softmax = cpu::Pick(cpu::avx2::SoftmaxRows, cpu::avx512::SoftmaxRows);
  const int64_t tokens = args.logits.dim(0), experts = args.logits.dim(1);
  const int64_t k = args.expert_ids.dim(1);
  CHECK(k >= 1 && k <= experts) << k << " of " << experts << " experts";
  CHECK_EQ(args.probs.shape, args.logits.shape);
  CHECK_EQ(args.expert_ids.shape, (Shape{tokens, k}));
  CHECK_EQ(args.weights.shape, (Shape{tokens, k}));
  const float* logits = args.logits.as<float>();
  float* probs = args.probs.as<float>();
  float* weights = args.weights.as<float>();
  int32_t* ids = args.expert_ids.as<int32_t>();
  ForRows(stream, tokens, experts * (k + 4), [&](int64_t begin, int64_t end) {
    softmax({logits + begin * experts, end - begin, experts, probs + begin * experts});
    for (int64_t t = begin; t < end; ++t) {
      const float* p = probs + t * experts;
      ChooseTop(p, experts, k, ids + t * k);
      const bool plain = args.weights_rule == TopKWeights::kPlain;
      const float sum = plain ? 1.0f : SumChosen(p, ids + t * k, k);
      for (int64_t c = 0; c < k; ++c) weights[t * k + c] = p[ids[t * k + c]] / sum;
    }
  });
}

void RouterBackward(Stream& stream, const RouterBackwardArgs& args) {
  static const auto softmax =
      cpu::Pick(cpu::avx2::SoftmaxBackwardRows, cpu::avx512::SoftmaxBackwardRows);
  const int64_t tokens = args.probs.dim(0), experts = args.probs.dim(1);
  CHECK_EQ(args.dlogits.shape, args.probs.shape);
  CHECK_EQ(args.expert_ids.dim(0), tokens);
  CHECK_EQ(args.dweights.shape, args.expert_ids.shape);
  const std::vector<float> balance = BalanceGradient(args);
  float* dlogits = args.dlogits.as<float>();
  ForRows(stream, tokens, experts * 4, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      float* dprobs = dlogits + t * experts;
      for (int64_t e = 0; e < experts; ++e) dprobs[e] = balance[static_cast<size_t>(e)];
      AddWeightGradient(args, t, dprobs);
    }
    softmax({args.probs.as<float>() + begin * experts, end - begin, experts,
             dlogits + begin * experts});
  });
}

}  // namespace longhaul::kernels
