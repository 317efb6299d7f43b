// SPDX-License-Identifier: Apache-2.0
//
// The router of a mixture of experts: softmax over the experts in fp32, the top k by probability
// (ties: lower index first), optionally renormalised to sum 1.
#pragma once

#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

enum class TopKWeights { kRenormalised, kPlain };

struct RouterArgs {
  TensorView logits;  // [num_tokens, num_experts] fp32
  TopKWeights weights_rule = TopKWeights::kRenormalised;
  MutableTensorView probs;       // [num_tokens, num_experts] fp32, kept for the backward
  MutableTensorView expert_ids;  // [num_tokens, top_k] int32, most probable first
  MutableTensorView weights;     // [num_tokens, top_k] fp32
};
void Router(Stream& stream, const RouterArgs& args);

// Gradient of the loss through the weights, plus aux_loss_coef times the gradient of the
// load-balance loss
//   num_experts * sum_e f_e P_e,   f_e = share of the slots sent to e, P_e = mean probability of e
// over the tokens given (Switch Transformer, arXiv 2101.03961, eq. 4; f is a constant; an even
// router has loss 1 for every top_k).
struct RouterBackwardArgs {
  TensorView probs;       // [num_tokens, num_experts] fp32
  TensorView expert_ids;  // [num_tokens, top_k] int32
  TensorView dweights;    // [num_tokens, top_k] fp32
  TopKWeights weights_rule = TopKWeights::kRenormalised;
  float aux_loss_coef = 0;
  MutableTensorView dlogits;  // [num_tokens, num_experts] fp32, overwritten
};
void RouterBackward(Stream& stream, const RouterBackwardArgs& args);

}  // namespace longhaul::kernels
