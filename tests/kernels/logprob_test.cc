// SPDX-License-Identifier: Apache-2.0
#include "kernels/logprob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/sample.h"
#include "tests/kernels/sequence_cases.h"
#include "tests/support/op_harness.h"

namespace longhaul::kernels {
namespace {

using ::longhaul::testing::CentralDifferences;
using ::longhaul::testing::ExpectClose;
using ::longhaul::testing::ExpectGradient;
using ::longhaul::testing::ExpectSameBits;
using ::longhaul::testing::MakeTensor;
using ::longhaul::testing::RandomNormal;
using ::longhaul::testing::RandomTensor;
using ::longhaul::testing::SomeIndices;
using ::longhaul::testing::ToValues;
using ::longhaul::testing::Values;

struct HeadCase {
  int64_t tokens;
  int64_t hidden;
  int64_t vocab;
  float temperature = 1;
  DType hidden_dtype = DType::kF32;
  DType head_dtype = DType::kF32;
};

struct Reference {
  Values logprobs, entropy, lse;
};

Reference ReferenceLogprob(const Values& hidden, const Values& weight, const HeadCase& c,
                           const std::vector<int32_t>& rows, const std::vector<int32_t>& targets) {
  Reference out;
  for (size_t i = 0; i < rows.size(); ++i) {
    Values x(c.vocab);
    double max = -INFINITY, sum = 0, mean = 0;
    for (int64_t v = 0; v < c.vocab; ++v) {
      for (int64_t h = 0; h < c.hidden; ++h) {
        x[v] += hidden[rows[i] * c.hidden + h] * weight[v * c.hidden + h];
      }
      x[v] /= c.temperature;
      max = std::max(max, x[v]);
    }
    for (const double value : x) sum += std::exp(value - max);
    const double lse = max + std::log(sum);
    for (const double value : x) mean += std::exp(value - lse) * value;
    out.logprobs.push_back(x[targets[i]] - lse);
    out.entropy.push_back(lse - mean);
    out.lse.push_back(lse);
  }
  return out;
}

struct Problem {
  Tensor hidden, weight;
  std::vector<int32_t> rows, targets;
};

// Rows repeat and come in no order; the weight is small so that the distribution is not one token.
Problem MakeProblem(const HeadCase& c, int64_t n) {
  Problem p{RandomTensor(Shape({c.tokens, c.hidden}), c.hidden_dtype, 1), Tensor(), {}, {}};
  Values weight = RandomNormal(c.vocab * c.hidden, 2);
  for (double& w : weight) w *= 1.5 / std::sqrt(static_cast<double>(c.hidden));
  p.weight = MakeTensor(Shape({c.vocab, c.hidden}), c.head_dtype, weight);
  for (const int64_t row : SomeIndices(c.tokens, n, 3)) p.rows.push_back(static_cast<int>(row));
  for (const int64_t v : SomeIndices(c.vocab, n, 4)) p.targets.push_back(static_cast<int>(v));
  p.targets.back() = static_cast<int32_t>(c.vocab - 1);
  return p;
}

struct Results {
  Tensor logprobs, entropy, lse;
};
Results RunLogprob(Stream& stream, const Problem& p, const PackedHead& head, float temperature) {
  const Shape n({static_cast<int64_t>(p.rows.size())});
  Results r{Tensor(n, DType::kF32), Tensor(n, DType::kF32), Tensor(n, DType::kF32)};
  Logprob(stream, {p.hidden.view(), p.rows, p.targets, &head, temperature,
                   r.logprobs.mutable_view(), r.entropy.mutable_view(), r.lse.mutable_view()});
  return r;
}

class LogprobCases : public ::testing::TestWithParam<HeadCase> {};

TEST_P(LogprobCases, MatchesTheDefinition) {
  const HeadCase c = GetParam();
  ThreadPool pool(2);
  Stream stream(&pool);
  const Problem p = MakeProblem(c, 7);
  PackedHead head(c.vocab, c.hidden, c.head_dtype, PackedHead::Use::kInference);
  head.Pack(stream, p.weight.view());
  const Results r = RunLogprob(stream, p, head, c.temperature);
  const Reference expected =
      ReferenceLogprob(ToValues(p.hidden.view()), ToValues(p.weight.view()), c, p.rows, p.targets);
  // A head in bf16 rounds the hidden states once more.
  const bool rounds = c.hidden_dtype == DType::kF32 && c.head_dtype == DType::kBF16;
  const double tolerance = rounds ? 1e-2 : 2e-6;
  ExpectClose(r.logprobs.view(), expected.logprobs, tolerance, "logprobs");
  ExpectClose(r.entropy.view(), expected.entropy, tolerance, "entropy");
  ExpectClose(r.lse.view(), expected.lse, tolerance, "lse");
}

// One row at a time, other thread counts, and the sampler's scores of full logits: the same bits.
TEST_P(LogprobCases, BitsDoNotDependOnTheBatchAndAgreeWithTheSampler) {
  const HeadCase c = GetParam();
  ThreadPool pool(2), single(1);
  Stream stream(&pool), alone(&single);
  const Problem p = MakeProblem(c, 300);
  PackedHead head(c.vocab, c.hidden, c.head_dtype, PackedHead::Use::kTraining);
  head.Pack(stream, p.weight.view());
  const Results r = RunLogprob(stream, p, head, c.temperature);
  const std::vector<int32_t> some(p.rows.begin() + 255, p.rows.begin() + 258);
  Tensor logits(Shape({3, c.vocab}), DType::kF32);
  HeadLogits(alone, {p.hidden.view(), some, &head, logits.mutable_view()});
  std::vector<SampleRow> rules(3);
  std::vector<SampledToken> tokens(3);
  for (int i = 0; i < 3; ++i) {
    rules[i].temperature = c.temperature;
    tokens[i].token_id = p.targets[255 + i];
  }
  Score(stream, {logits.view(), rules, tokens});
  for (int i = 0; i < 3; ++i) {
    Problem one{RandomTensor(Shape({c.tokens, c.hidden}), c.hidden_dtype, 1), Tensor(), {}, {}};
    one.rows = {p.rows[255 + i]};
    one.targets = {p.targets[255 + i]};
    const Results single_row = RunLogprob(alone, one, head, c.temperature);
    EXPECT_EQ(single_row.logprobs.as<float>()[0], r.logprobs.as<float>()[255 + i]);
    EXPECT_EQ(single_row.entropy.as<float>()[0], r.entropy.as<float>()[255 + i]);
    EXPECT_EQ(single_row.lse.as<float>()[0], r.lse.as<float>()[255 + i]);
    EXPECT_EQ(tokens[i].tempered_logprob, r.logprobs.as<float>()[255 + i]);
    EXPECT_EQ(tokens[i].entropy, r.entropy.as<float>()[255 + i]);
  }
}

TEST_P(LogprobCases, BackwardMatchesDifferences) {
  const HeadCase c = GetParam();
  ThreadPool pool(2);
  Stream stream(&pool);
  const Problem p = MakeProblem(c, 9);
  PackedHead head(c.vocab, c.hidden, c.head_dtype, PackedHead::Use::kTraining);
  head.Pack(stream, p.weight.view());
  const Results r = RunLogprob(stream, p, head, c.temperature);
  const Tensor dlogprobs = RandomTensor(Shape({9}), DType::kF32, 5);
  const Tensor dentropy = RandomTensor(Shape({9}), DType::kF32, 6);
  Tensor dhidden(p.hidden.shape(), DType::kF32), dweight(p.weight.shape(), DType::kF32);
  LogprobBackward(stream, {p.hidden.view(), p.rows, p.targets, &head, c.temperature, r.lse.view(),
                           r.entropy.view(), dlogprobs.view(), dentropy.view(),
                           dhidden.mutable_view(), dweight.mutable_view()});
  const Values g = ToValues(dlogprobs.view()), e = ToValues(dentropy.view());
  const auto loss = [&](const Values& hidden, const Values& weight) {
    const Reference out = ReferenceLogprob(hidden, weight, c, p.rows, p.targets);
    double sum = 0;
    for (size_t i = 0; i < g.size(); ++i) sum += g[i] * out.logprobs[i] + e[i] * out.entropy[i];
    return sum;
  };
  const Values hidden = ToValues(p.hidden.view()), weight = ToValues(p.weight.view());
  const auto some_hidden = SomeIndices(p.hidden.numel(), 20, 7);
  const double tolerance = c.head_dtype == DType::kF32 ? 3e-5 : 3e-2;
  ExpectGradient(
      ToValues(dhidden.view()), some_hidden,
      CentralDifferences([&](const Values& x) { return loss(x, weight); }, hidden, some_hidden),
      tolerance);
  auto some_weight = SomeIndices(p.weight.numel(), 10, 8);
  for (const int32_t t : p.targets) some_weight.push_back(t * c.hidden);
  ExpectGradient(
      ToValues(dweight.view()), some_weight,
      CentralDifferences([&](const Values& x) { return loss(hidden, x); }, weight, some_weight),
      tolerance);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, LogprobCases,
    ::testing::Values(HeadCase{5, 16, 97}, HeadCase{12, 33, 2048, 0.7f},
                      HeadCase{6, 24, 5000, 1.3f}, HeadCase{6, 24, 4099, 1, DType::kBF16},
                      HeadCase{6, 32, 3000, 0.9f, DType::kBF16, DType::kBF16},
                      HeadCase{6, 32, 300, 1, DType::kF32, DType::kBF16}, HeadCase{3, 8, 1}),
    [](const auto& info) {
      const HeadCase& c = info.param;
      return (::testing::Message() << "v" << c.vocab << "h" << c.hidden << DTypeName(c.hidden_dtype)
                                   << DTypeName(c.head_dtype))
          .GetString();
    });

TEST(LogprobTest, GradientsAreAddedAndRowsThatRepeatAddUp) {
  const HeadCase c{2, 8, 50};
  ThreadPool pool(1);
  Stream stream(&pool);
  Problem p = MakeProblem(c, 4);
  p.rows = {1, 1, 1, 1};
  p.targets = {3, 3, 3, 3};
  PackedHead head(c.vocab, c.hidden, c.head_dtype, PackedHead::Use::kTraining);
  head.Pack(stream, p.weight.view());
  const auto gradient = [&](size_t n, float start) {
    const Results r = RunLogprob(stream, p, head, 1);
    const std::vector<float> ones(n, 1.0f);
    Tensor dhidden(p.hidden.shape(), DType::kF32), dweight(p.weight.shape(), DType::kF32);
    std::fill_n(dhidden.as<float>(), dhidden.numel(), start);
    const Shape shape({static_cast<int64_t>(n)});
    LogprobBackward(
        stream, {p.hidden.view(), std::span(p.rows).first(n), std::span(p.targets).first(n), &head,
                 1, TensorView(r.lse.as<float>(), shape), TensorView(r.entropy.as<float>(), shape),
                 TensorView(ones.data(), shape), TensorView(), dhidden.mutable_view(),
                 dweight.mutable_view()});
    return ToValues(dhidden.view());
  };
  const Values once = gradient(1, 0), four = gradient(4, 2);
  for (int64_t i = 0; i < c.hidden; ++i) {
    EXPECT_EQ(four[i], 2);
    EXPECT_NEAR(four[c.hidden + i], 2 + 4 * once[c.hidden + i], 1e-5);
  }
}

}  // namespace
}  // namespace longhaul::kernels
