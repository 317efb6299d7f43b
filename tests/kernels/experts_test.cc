// SPDX-License-Identifier: Apache-2.0
//
// expert_dispatch and grouped_matmul.
#include <gtest/gtest.h>

#include <algorithm>

#include "common/random.h"
#include "common/thread_pool.h"
#include "kernels/expert_dispatch.h"
#include "kernels/grouped_matmul.h"
#include "tests/support/op_harness.h"

namespace longhaul::testing {
namespace {

using namespace kernels;  // NOLINT: a test of that folder

struct Case {
  int64_t tokens;
  int64_t experts;
  int64_t top_k;
  int64_t dim;
  DType dtype;
};

std::string Name(const Case& c) {
  return std::to_string(c.tokens) + "_top" + std::to_string(c.top_k) + "of" +
         std::to_string(c.experts) + "x" + std::to_string(c.dim) + "_" +
         std::string(DTypeName(c.dtype));
}

// top_k different experts for each token; the last expert gets none.
Tensor DrawExperts(const Case& c) {
  RandomSequence random(RandomKey(3, RandomStream::kTest), 0);
  const uint64_t used = static_cast<uint64_t>(std::max(c.top_k, c.experts - 1));
  Values ids;
  for (int64_t t = 0; t < c.tokens; ++t) {
    const uint64_t first = random.Below(used);
    for (int64_t k = 0; k < c.top_k; ++k) {
      ids.push_back(static_cast<double>((first + static_cast<uint64_t>(k)) % used));
    }
  }
  return MakeTensor({c.tokens, c.top_k}, DType::kI32, ids);
}

TEST(ExpertPlan, SortsByExpertThenToken) {
  const Tensor ids = MakeTensor({3, 2}, DType::kI32, {2, 0, 0, 2, 3, 2});
  ExpertPlan plan;
  for (int again = 0; again < 2; ++again) {
    PlanExperts(ids.view(), 5, &plan);
    EXPECT_EQ(plan.offsets, (std::vector<int64_t>{0, 2, 2, 5, 6, 6}));
    EXPECT_EQ(plan.token_of, (std::vector<int32_t>{0, 1, 0, 1, 2, 2}));
    EXPECT_EQ(plan.slot_of, (std::vector<int32_t>{2, 0, 1, 3, 5, 4}));
  }
}

// x -> dispatched -> combined: y[t] = sum of the weights of t times x[t], through real slots.
OpCase MakeRoundTrip(const Case& c) {
  OpCase op;
  op.name = "dispatch_combine_" + Name(c);
  const Shape rows{c.tokens, c.dim};
  op.inputs = {
      {"x", rows, c.dtype, Rows::kIndependent, Gradient::kWanted, {}},
      {"weights", {c.tokens, c.top_k}, DType::kF32, Rows::kIndependent, Gradient::kWanted, {}},
      {"ids",
       {c.tokens, c.top_k},
       DType::kI32,
       Rows::kIndependent,
       Gradient::kNone,
       ToValues(DrawExperts(c).view())}};
  op.outputs = {{"y", rows, c.dtype, Rows::kIndependent, Gradient::kWanted, {}}};
  op.reference = [=](const std::vector<Values>& in) {
    Values y(in[0].size(), 0.0);
    for (size_t i = 0; i < y.size(); ++i) {
      const size_t t = i / static_cast<size_t>(c.dim), k = static_cast<size_t>(c.top_k);
      for (size_t choice = 0; choice < k; ++choice) y[i] += in[1][t * k + choice] * in[0][i];
    }
    return std::vector<Values>{y};
  };
  op.forward = [=](Stream& stream, const Views& in, const MutableViews& out) {
    ExpertPlan plan;
    PlanExperts(in[2], c.experts, &plan);
    Tensor sorted({in[0].dim(0) * c.top_k, c.dim}, c.dtype);
    Dispatch(stream, {in[0], &plan, sorted.mutable_view()});
    Combine(stream, {sorted.view(), in[1], &plan, out[0]});
  };
  op.backward = [=](Stream& stream, const Views& in, const Views&, const Views& dout,
                    const MutableViews& d) {
    ExpertPlan plan;
    PlanExperts(in[2], c.experts, &plan);
    Tensor sorted({in[0].dim(0) * c.top_k, c.dim}, c.dtype);
    Tensor dsorted({in[0].dim(0) * c.top_k, c.dim}, c.dtype);
    Dispatch(stream, {in[0], &plan, sorted.mutable_view()});
    CombineBackward(stream, {dout[0], sorted.view(), in[1], &plan, dsorted.mutable_view(), d[1]});
    DispatchBackward(stream, {dsorted.view(), &plan, d[0]});
  };
  return op;
}

class ExpertsTest : public ::testing::TestWithParam<Case> {};
TEST_P(ExpertsTest, DispatchAndCombine) { CheckOp(MakeRoundTrip(GetParam())); }

// Grouped products give the bits of Linear on each expert's rows, and agree on gradients.
TEST_P(ExpertsTest, GroupedLinearIsLinearOfEachExpert) {
  const Case c = GetParam();
  const int64_t out = 45;
  ThreadPool pool(2);
  Stream stream(&pool);
  ExpertPlan plan;
  PlanExperts(DrawExperts(c).view(), c.experts, &plan);
  const int64_t slots = plan.offsets.back();
  const Tensor x = RandomTensor({slots, c.dim}, c.dtype, 1);
  const Tensor dy = RandomTensor({slots, out}, c.dtype, 2);
  std::vector<PackedWeight> forward, backward;
  std::vector<const PackedWeight*> forward_ptrs, backward_ptrs;
  std::vector<Tensor> dweights;
  std::vector<MutableTensorView> dweight_views;
  for (int64_t e = 0; e < c.experts; ++e) {
    const Tensor w = RandomTensor({out, c.dim}, DType::kF32, 10 + static_cast<uint64_t>(e));
    forward.emplace_back(out, c.dim, c.dtype, PackFor::kForward).Pack(stream, w.view());
    backward.emplace_back(out, c.dim, c.dtype, PackFor::kInputGradient).Pack(stream, w.view());
    dweights.emplace_back(Shape{out, c.dim}, DType::kF32);
  }
  for (int64_t e = 0; e < c.experts; ++e) {
    forward_ptrs.push_back(&forward[e]);
    backward_ptrs.push_back(&backward[e]);
    dweight_views.push_back(dweights[e].mutable_view());
  }
  Tensor y({slots, out}, c.dtype), dx({slots, c.dim}, DType::kF32);
  GroupedLinear(stream, {x.view(), plan.offsets, forward_ptrs, y.mutable_view()});
  GroupedLinearInputGradient(
      stream, {dy.view(), plan.offsets, backward_ptrs, Accumulate::kOverwrite, dx.mutable_view()});
  GroupedLinearWeightGradient(stream, {dy.view(), x.view(), plan.offsets, dweight_views});
  for (int64_t e = 0; e < c.experts; ++e) {
    const int64_t first = plan.offsets[e], n = plan.offsets[e + 1] - first;
    const auto rows_of = [&](const Tensor& t) {
      const char* data = static_cast<const char*>(t.view().data);
      return TensorView(data + first * t.shape()[1] * SizeOf(t.dtype()), {n, t.shape()[1]},
                        t.dtype());
    };
    Tensor one_y({n, out}, c.dtype), one_dx({n, c.dim}, DType::kF32);
    Tensor one_dweight({out, c.dim}, DType::kF32);
    Linear(stream, {rows_of(x), &forward[e], {}, one_y.mutable_view()});
    LinearInputGradient(stream,
                        {rows_of(dy), &backward[e], Accumulate::kOverwrite, one_dx.mutable_view()});
    LinearWeightGradient(stream, {rows_of(dy), rows_of(x), one_dweight.mutable_view(), {}});
    const std::string expert = " of expert " + std::to_string(e);
    ExpectSameBits(rows_of(y), one_y.view(), "y" + expert);
    ExpectSameBits(rows_of(dx), one_dx.view(), "dx" + expert);
    ExpectSameBits(dweights[e].view(), one_dweight.view(), "dweight" + expert);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, ExpertsTest,
                         ::testing::Values(Case{1, 2, 1, 8, DType::kF32},
                                           Case{13, 5, 2, 17, DType::kF32},
                                           Case{300, 8, 2, 96, DType::kF32},
                                           Case{13, 5, 3, 17, DType::kBF16},
                                           Case{300, 8, 2, 96, DType::kBF16}),
                         [](const auto& info) { return Name(info.param); });

}  // namespace
}  // namespace longhaul::testing
