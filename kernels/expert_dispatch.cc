// SPDX-License-Identifier: Apache-2.0
#include "kernels/expert_dispatch.h"

#include <cstring>

#include "kernels/cpu/isa.h"
#include "kernels/cpu/router.h"
#include "kernels/row_loop.h"

namespace longhaul::kernels {
namespace {

int64_t Slots(const ExpertPlan& plan) { return static_cast<int64_t>(plan.token_of.size()); }

// Choices of a token under the plan.
int64_t ChoicesOf(const ExpertPlan* plan, int64_t tokens, const TensorView& sorted, int64_t dim) {
  CHECK(plan != nullptr);
  CHECK_EQ(sorted.shape, (Shape{Slots(*plan), dim}));
  if (tokens == 0) {
    CHECK_EQ(Slots(*plan), 0);
    return 0;
  }
  CHECK_EQ(Slots(*plan) % tokens, 0);
  return Slots(*plan) / tokens;
}

void CheckSameFloat(const TensorView& a, const TensorView& b) {
  CheckFloat(a);
  CHECK_EQ(a.dtype, b.dtype) << DTypeName(a.dtype) << " and " << DTypeName(b.dtype);
}

struct WeightedRows {
  TensorView x;
  const ExpertPlan* plan = nullptr;
  const float* weights = nullptr;
  MutableTensorView y;
};

template <typename T>
cpu::CombineRowsArgs<T> RowsOf(const WeightedRows& args, int64_t choices, int64_t begin,
                               int64_t end) {
  const int64_t dim = args.y.dim(1);
  return {static_cast<const T*>(args.x.data),
          args.plan->slot_of.data() + begin * choices,
          args.weights == nullptr ? nullptr : args.weights + begin * choices,
          end - begin,
          choices,
          dim,
          static_cast<T*>(At(args.y, begin * dim))};
}

void SumChoices(Stream& stream, const WeightedRows& args) {
  static const auto f32 = cpu::Pick(cpu::avx2::CombineRowsF32, cpu::avx512::CombineRowsF32);
  static const auto bf16 = cpu::Pick(cpu::avx2::CombineRowsBf16, cpu::avx512::CombineRowsBf16);
  CheckSameFloat(args.x, args.y);
  const int64_t tokens = args.y.dim(0), dim = args.y.dim(1);
  const int64_t choices = ChoicesOf(args.plan, tokens, args.x, dim);
  ForRows(stream, tokens, choices * dim, [&](int64_t begin, int64_t end) {
    args.x.dtype == DType::kF32 ? f32(RowsOf<float>(args, choices, begin, end))
                                : bf16(RowsOf<uint16_t>(args, choices, begin, end));
  });
}

template <typename T>
cpu::CombineBackwardRowsArgs<T> RowsOf(const CombineBackwardArgs& args, int64_t begin,
                                       int64_t end) {
  const int64_t dim = args.dy.dim(1), choices = args.weights.dim(1);
  return {static_cast<const T*>(At(args.dy, begin * dim)),
          static_cast<const T*>(args.y_sorted.data),
          args.plan->slot_of.data() + begin * choices,
          args.weights.as<float>() + begin * choices,
          end - begin,
          choices,
          dim,
          static_cast<T*>(args.dy_sorted.data),
          args.dweights.as<float>() + begin * choices};
}

}  // namespace

void PlanExperts(const TensorView& expert_ids, int64_t num_experts, ExpertPlan* plan) {
  const int64_t tokens = expert_ids.dim(0), top_k = expert_ids.dim(1), slots = tokens * top_k;
  const int32_t* ids = expert_ids.as<int32_t>();
  plan->offsets.assign(static_cast<size_t>(num_experts + 1), 0);
  plan->slot_of.resize(static_cast<size_t>(slots));
  plan->token_of.resize(static_cast<size_t>(slots));
  for (int64_t i = 0; i < slots; ++i) {
    CHECK(ids[i] >= 0 && ids[i] < num_experts) << "expert " << ids[i] << " of " << num_experts;
    ++plan->offsets[static_cast<size_t>(ids[i] + 1)];
  }
  for (int64_t e = 0; e < num_experts; ++e) plan->offsets[e + 1] += plan->offsets[e];
  // offsets[e] serves as the next free slot of e, which leaves it at the first slot of e + 1.
  for (int64_t i = 0; i < slots; ++i) {
    const int64_t slot = plan->offsets[static_cast<size_t>(ids[i])]++;
    plan->slot_of[static_cast<size_t>(i)] = static_cast<int32_t>(slot);
    plan->token_of[static_cast<size_t>(slot)] = static_cast<int32_t>(i / top_k);
  }
  for (int64_t e = num_experts; e > 0; --e) plan->offsets[e] = plan->offsets[e - 1];
  plan->offsets[0] = 0;
}

void Dispatch(Stream& stream, const DispatchArgs& args) {
  CheckSameFloat(args.x, args.x_sorted);
  const int64_t dim = args.x.dim(1);
  ChoicesOf(args.plan, args.x.dim(0), args.x_sorted, dim);
  ForRows(stream, Slots(*args.plan), dim, [&](int64_t begin, int64_t end) {
    for (int64_t slot = begin; slot < end; ++slot) {
      std::memcpy(At(args.x_sorted, slot * dim), At(args.x, args.plan->token_of[slot] * dim),
                  static_cast<size_t>(dim * SizeOf(args.x.dtype)));
    }
  });
}

void DispatchBackward(Stream& stream, const DispatchBackwardArgs& args) {
  SumChoices(stream, {args.dx_sorted, args.plan, nullptr, args.dx});
}

void Combine(Stream& stream, const CombineArgs& args) {
  CHECK_EQ(args.weights.numel(), Slots(*args.plan));
  SumChoices(stream, {args.y_sorted, args.plan, args.weights.as<float>(), args.y});
}

void CombineBackward(Stream& stream, const CombineBackwardArgs& args) {
  static const auto f32 =
      cpu::Pick(cpu::avx2::CombineBackwardRowsF32, cpu::avx512::CombineBackwardRowsF32);
  static const auto bf16 =
      cpu::Pick(cpu::avx2::CombineBackwardRowsBf16, cpu::avx512::CombineBackwardRowsBf16);
  CheckSameFloat(args.dy, args.y_sorted);
  CheckSameFloat(args.dy, args.dy_sorted);
  const int64_t tokens = args.dy.dim(0), dim = args.dy.dim(1);
  const int64_t choices = ChoicesOf(args.plan, tokens, args.y_sorted, dim);
  CHECK_EQ(args.dy_sorted.shape, args.y_sorted.shape);
  CHECK_EQ(args.weights.dim(0), tokens);
  CHECK(tokens == 0 || args.weights.dim(1) == choices);
  CHECK_EQ(args.dweights.shape, args.weights.shape);
  ForRows(stream, tokens, 2 * choices * dim, [&](int64_t begin, int64_t end) {
    args.dy.dtype == DType::kF32 ? f32(RowsOf<float>(args, begin, end))
                                 : bf16(RowsOf<uint16_t>(args, begin, end));
  });
}

}  // namespace longhaul::kernels
