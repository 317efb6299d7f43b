// SPDX-License-Identifier: Apache-2.0
//
// Moving rows to their experts and back. A slot is one (token, choice) pair; slots are sorted by
// expert and, inside an expert, by token, so the order is a function of the routing alone.
#pragma once

#include <span>
#include <vector>

#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

struct ExpertPlan {
  std::vector<int64_t> offsets;  // [num_experts + 1] first slot of each expert
  std::vector<int32_t>
      slot_of;  // [num_tokens * top_k] slot of choice c of token t at t * top_k + c
  std::vector<int32_t> token_of;  // [num_tokens * top_k] token of each slot
};
// expert_ids: [num_tokens, top_k] int32. Reuses the plan's memory.
void PlanExperts(const TensorView& expert_ids, int64_t num_experts, ExpertPlan* plan);

// x_sorted[slot] = x[token_of[slot]]
struct DispatchArgs {
  TensorView x;  // [num_tokens, dim], fp32 or bf16
  const ExpertPlan* plan;
  MutableTensorView x_sorted;  // [num_tokens * top_k, dim]
};
void Dispatch(Stream& stream, const DispatchArgs& args);
// dx[t] = sum over choices of dx_sorted[slot], choices in order.
struct DispatchBackwardArgs {
  TensorView dx_sorted;  // [num_tokens * top_k, dim]
  const ExpertPlan* plan;
  MutableTensorView dx;  // [num_tokens, dim], overwritten
};
void DispatchBackward(Stream& stream, const DispatchBackwardArgs& args);

// y[t] = sum over choices c of weights[t, c] * y_sorted[slot_of[t, c]], choices in order, in fp32.
struct CombineArgs {
  TensorView y_sorted;  // [num_tokens * top_k, dim]
  TensorView weights;   // [num_tokens, top_k] fp32
  const ExpertPlan* plan;
  MutableTensorView y;  // [num_tokens, dim]
};
void Combine(Stream& stream, const CombineArgs& args);
struct CombineBackwardArgs {
  TensorView dy;        // [num_tokens, dim]
  TensorView y_sorted;  // [num_tokens * top_k, dim]
  TensorView weights;   // [num_tokens, top_k] fp32
  const ExpertPlan* plan;
  MutableTensorView dy_sorted;  // [num_tokens * top_k, dim], overwritten
  MutableTensorView dweights;   // [num_tokens, top_k] fp32, overwritten
};
void CombineBackward(Stream& stream, const CombineBackwardArgs& args);

}  // namespace longhaul::kernels
