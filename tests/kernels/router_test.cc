// SPDX-License-Identifier: Apache-2.0
#include "kernels/router.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/thread_pool.h"
#include "tests/support/op_harness.h"
#include "tests/support/reference_experts.h"

namespace longhaul::testing {
namespace {

using namespace kernels;  // NOLINT: a test of that folder

struct Case {
  int64_t tokens;
  int64_t experts;
  int64_t top_k;
  TopKWeights rule;
};

std::string Name(const Case& c) {
  return "router_" + std::to_string(c.tokens) + "x" + std::to_string(c.experts) + "_top" +
         std::to_string(c.top_k) + (c.rule == TopKWeights::kPlain ? "_plain" : "_renormalised");
}

std::vector<Values> Reference(const Case& c, const Values& logits) {
  const size_t n = static_cast<size_t>(c.experts), k = static_cast<size_t>(c.top_k);
  const Values probs = ReferenceSoftmaxRows(logits, n);
  const std::vector<size_t> ids = ReferenceTopK(probs, n, k);
  Values weights, id_values(ids.begin(), ids.end());
  for (size_t t = 0; t * k < ids.size(); ++t) {
    double sum = 0;
    for (size_t i = 0; i < k; ++i) sum += probs[t * n + ids[t * k + i]];
    if (c.rule == TopKWeights::kPlain) sum = 1;
    for (size_t i = 0; i < k; ++i) weights.push_back(probs[t * n + ids[t * k + i]] / sum);
  }
  return {probs, id_values, weights};
}

OpCase MakeRouter(const Case& c) {
  OpCase op;
  op.name = Name(c);
  const Shape chosen{c.tokens, c.top_k};
  op.inputs = {
      {"logits", {c.tokens, c.experts}, DType::kF32, Rows::kIndependent, Gradient::kWanted, {}}};
  op.outputs = {
      {"probs", {c.tokens, c.experts}, DType::kF32, Rows::kIndependent, Gradient::kNone, {}},
      {"ids", chosen, DType::kI32, Rows::kIndependent, Gradient::kNone, {}},
      {"weights", chosen, DType::kF32, Rows::kIndependent, Gradient::kWanted, {}}};
  op.reference = [=](const std::vector<Values>& in) { return Reference(c, in[0]); };
  op.forward = [=](Stream& stream, const Views& in, const MutableViews& out) {
    Router(stream, {in[0], c.rule, out[0], out[1], out[2]});
  };
  op.backward = [=](Stream& stream, const Views&, const Views& out, const Views& dout,
                    const MutableViews& d) {
    RouterBackward(stream, {out[0], out[1], dout[2], c.rule, 0.0f, d[0]});
  };
  return op;
}

class RouterTest : public ::testing::TestWithParam<Case> {};
TEST_P(RouterTest, MatchesReference) { CheckOp(MakeRouter(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Cases, RouterTest,
                         ::testing::Values(Case{1, 2, 1, TopKWeights::kPlain},
                                           Case{7, 5, 2, TopKWeights::kRenormalised},
                                           Case{300, 32, 2, TopKWeights::kRenormalised},
                                           Case{300, 32, 8, TopKWeights::kPlain},
                                           Case{9, 3, 3, TopKWeights::kRenormalised}),
                         [](const auto& info) { return Name(info.param); });

TEST(Router, TiesGoToTheLowerIndex) {
  ThreadPool pool(1);
  Stream stream(&pool);
  const Tensor logits = MakeTensor({2, 4}, DType::kF32, {1, 2, 2, 2, 0, 0, 0, 0});
  Tensor probs({2, 4}, DType::kF32), ids({2, 3}, DType::kI32), weights({2, 3}, DType::kF32);
  Router(stream, {logits.view(), TopKWeights::kRenormalised, probs.mutable_view(),
                  ids.mutable_view(), weights.mutable_view()});
  EXPECT_EQ(ToValues(ids.view()), (Values{1, 2, 3, 0, 1, 2}));
}

TEST(Router, NanShowsInTheWeightsAndIdsStayInRange) {
  ThreadPool pool(1);
  Stream stream(&pool);
  const Tensor logits = MakeTensor({1, 3}, DType::kF32, {1, std::nan(""), 2});
  Tensor probs({1, 3}, DType::kF32), ids({1, 2}, DType::kI32), weights({1, 2}, DType::kF32);
  Router(stream, {logits.view(), TopKWeights::kRenormalised, probs.mutable_view(),
                  ids.mutable_view(), weights.mutable_view()});
  for (int c = 0; c < 2; ++c) {
    EXPECT_TRUE(ids.as<int32_t>()[c] >= 0 && ids.as<int32_t>()[c] < 3);
    EXPECT_TRUE(std::isnan(weights.as<float>()[c]));
  }
}

// The load-balance part alone, against differences of its loss with the shares held fixed.
TEST(RouterBackward, LoadBalanceGradient) {
  const int64_t tokens = 12, experts = 6, top_k = 2;
  const float coef = 0.3f;
  ThreadPool pool(2);
  Stream stream(&pool);
  const Tensor logits = RandomTensor({tokens, experts}, DType::kF32, 1);
  Tensor probs({tokens, experts}, DType::kF32), ids({tokens, top_k}, DType::kI32);
  Tensor weights({tokens, top_k}, DType::kF32), dlogits({tokens, experts}, DType::kF32);
  Router(stream, {logits.view(), TopKWeights::kPlain, probs.mutable_view(), ids.mutable_view(),
                  weights.mutable_view()});
  const Tensor zero({tokens, top_k}, DType::kF32);
  RouterBackward(stream, {probs.view(), ids.view(), zero.view(), TopKWeights::kPlain, coef,
                          dlogits.mutable_view()});
  Values share(experts, 0.0);
  for (double id : ToValues(ids.view())) share[static_cast<size_t>(id)] += 1.0 / (tokens * top_k);
  const auto loss = [&](const Values& x) {
    const Values p = ReferenceSoftmaxRows(x, experts);
    double sum = 0;
    for (size_t i = 0; i < p.size(); ++i) sum += share[i % experts] * p[i] / tokens;
    return double{coef} * experts * sum;
  };
  std::vector<int64_t> all(tokens * experts);
  std::iota(all.begin(), all.end(), 0);
  ExpectClose(dlogits.view(), CentralDifferences(loss, ToValues(logits.view()), all), 2e-5,
              "dlogits");
}

}  // namespace
}  // namespace longhaul::testing
