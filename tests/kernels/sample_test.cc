// SPDX-License-Identifier: Apache-2.0
#include "kernels/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "common/random.h"
#include "kernels/tensor.h"
#include "tests/support/op_harness.h"

namespace longhaul::kernels {
namespace {

using ::longhaul::testing::MakeTensor;
using ::longhaul::testing::RandomNormal;
using ::longhaul::testing::ToValues;
using ::longhaul::testing::Values;
using ::testing::UnorderedElementsAreArray;

SampleRow Rule(float temperature, uint32_t position) {
  SampleRow rule;
  rule.temperature = temperature;
  rule.key = RandomKey(11, RandomStream::kSampling);
  rule.prompt = 5;
  rule.position = position;
  return rule;
}

// Draws `n` tokens of one distribution, at n positions.
std::map<int32_t, int> Draws(const Values& logits, SampleRow rule, int n) {
  ThreadPool pool(2);
  Stream stream(&pool);
  const int64_t vocab = static_cast<int64_t>(logits.size());
  Values repeated;
  std::vector<SampleRow> rules;
  for (int i = 0; i < n; ++i) {
    repeated.insert(repeated.end(), logits.begin(), logits.end());
    rule.position = static_cast<uint32_t>(i);
    rules.push_back(rule);
  }
  const Tensor all = MakeTensor(Shape({n, vocab}), DType::kF32, repeated);
  std::vector<SampledToken> tokens(n);
  Sample(stream, {all.view(), rules, tokens});
  std::map<int32_t, int> counts;
  for (const SampledToken& token : tokens) ++counts[token.token_id];
  return counts;
}

std::vector<int32_t> Drawn(const std::map<int32_t, int>& counts) {
  std::vector<int32_t> ids;
  for (const auto& [id, count] : counts) ids.push_back(id);
  return ids;
}

Values LogOf(const Values& p) {
  Values logits;
  for (const double x : p) logits.push_back(std::log(x));
  return logits;
}

// Pearson's statistic against the probabilities of the ids.
double ChiSquare(const std::map<int32_t, int>& counts, const Values& p, int n) {
  double statistic = 0;
  for (size_t v = 0; v < p.size(); ++v) {
    const auto it = counts.find(static_cast<int32_t>(v));
    const double got = it == counts.end() ? 0 : it->second;
    if (p[v] == 0) {
      EXPECT_EQ(got, 0) << v;
      continue;
    }
    statistic += (got - n * p[v]) * (got - n * p[v]) / (n * p[v]);
  }
  return statistic;
}

TEST(SampleTest, FrequenciesFollowTheDistribution) {
  const Values p = {0.1, 0.4, 0.05, 0.25, 0.2};
  constexpr int kDraws = 20000;
  // 4 degrees of freedom: 23.5 has probability 1e-4.
  EXPECT_LT(ChiSquare(Draws(LogOf(p), Rule(1, 0), kDraws), p, kDraws), 23.5);
  Values squared;
  double sum = 0;
  for (const double x : p) sum += x * x;
  for (const double x : p) squared.push_back(x * x / sum);
  EXPECT_LT(ChiSquare(Draws(LogOf(p), Rule(0.5f, 0), kDraws), squared, kDraws), 23.5);
}

// The filtered path and the two-level inverse CDF draw the same token from the same number.
TEST(SampleTest, EveryPathIsTheInverseCdfInOrderOfIds) {
  constexpr int64_t kVocab = 5003;
  ThreadPool pool(1);
  Stream stream(&pool);
  const Values logits = RandomNormal(kVocab, 3);
  const Tensor view = MakeTensor(Shape({1, kVocab}), DType::kF32, logits);
  const Values x = ToValues(view.view());
  double total = 0;
  for (const double v : x) total += std::exp(v);
  for (uint32_t position = 0; position < 200; ++position) {
    const SampleRow plain = Rule(1, position);
    SampleRow filtered = plain;
    filtered.min_p = 1e-30f;
    SampledToken a, b;
    Sample(stream, {view.view(), {&plain, 1}, {&a, 1}});
    Sample(stream, {view.view(), {&filtered, 1}, {&b, 1}});
    EXPECT_EQ(a.token_id, b.token_id);
    double target = total * UniformDoubleAt(plain.key, plain.prompt, plain.sample, position);
    int32_t expected = 0;
    while (target >= std::exp(x[expected])) target -= std::exp(x[expected++]);
    EXPECT_NEAR(a.token_id, expected, 1);
  }
}

TEST(SampleTest, GreedyTakesTheFirstMaximum) {
  EXPECT_THAT(Drawn(Draws({1, 7, 3, 7, 7}, Rule(0, 0), 5)), UnorderedElementsAreArray({1}));
}

TEST(SampleTest, FiltersKeepWhatTheyShould) {
  const Values logits = LogOf({0.1, 0.3, 0.3, 0.05, 0.25});
  SampleRow rule = Rule(1, 0);
  rule.top_k = 1;
  EXPECT_THAT(Drawn(Draws(logits, rule, 300)), UnorderedElementsAreArray({1}));
  rule.top_k = 3;
  EXPECT_THAT(Drawn(Draws(logits, rule, 300)), UnorderedElementsAreArray({1, 2, 4}));
  rule.top_k = 0;
  rule.top_p = 0.29f;
  EXPECT_THAT(Drawn(Draws(logits, rule, 300)), UnorderedElementsAreArray({1}));
  rule.top_p = 0.61f;
  EXPECT_THAT(Drawn(Draws(logits, rule, 300)), UnorderedElementsAreArray({1, 2, 4}));
  rule.top_p = 1;
  rule.min_p = 0.5f;
  EXPECT_THAT(Drawn(Draws(logits, rule, 300)), UnorderedElementsAreArray({1, 2, 4}));
  // Of the two left by top-k, each has half the mass.
  rule.min_p = 0;
  rule.top_k = 2;
  rule.top_p = 0.45f;
  EXPECT_THAT(Drawn(Draws(logits, rule, 300)), UnorderedElementsAreArray({1}));
}

// A nucleus larger than the first sorted stretch.
TEST(SampleTest, TopPOfAFlatDistributionKeepsItsShare) {
  const Values logits(1000, 0.25);
  SampleRow rule = Rule(1, 0);
  rule.top_p = 0.4005f;
  const auto ids = Drawn(Draws(logits, rule, 20000));
  EXPECT_EQ(ids.back(), 400);  // ties: lower ids first
  EXPECT_EQ(ids.size(), 401u);
}

TEST(SampleTest, ReportsThePolicysLogprobsWhateverTheFilters) {
  const Values p = {0.1, 0.3, 0.6};
  ThreadPool pool(1);
  Stream stream(&pool);
  const Tensor logits = MakeTensor(Shape({1, 3}), DType::kF32, LogOf(p));
  for (const float temperature : {0.0f, 1.0f, 0.5f}) {
    SampleRow rule = Rule(temperature, 0);
    rule.top_k = 1;
    SampledToken token;
    Sample(stream, {logits.view(), {&rule, 1}, {&token, 1}});
    EXPECT_EQ(token.token_id, 2);
    EXPECT_NEAR(token.logprob, std::log(0.6), 1e-6);
    const double power = temperature == 0.5f ? 2 : 1;
    double sum = 0, entropy = 0;
    for (const double x : p) sum += std::pow(x, power);
    for (const double x : p) {
      entropy -= std::pow(x, power) / sum * std::log(std::pow(x, power) / sum);
    }
    EXPECT_NEAR(token.tempered_logprob, std::log(std::pow(0.6, power) / sum), 1e-6);
    EXPECT_NEAR(token.entropy, entropy, 1e-6);
    SampledToken scored = token;
    scored.logprob = scored.tempered_logprob = scored.entropy = 0;
    Score(stream, {logits.view(), {&rule, 1}, {&scored, 1}});
    EXPECT_EQ(scored.logprob, token.logprob);
    EXPECT_EQ(scored.tempered_logprob, token.tempered_logprob);
    EXPECT_EQ(scored.entropy, token.entropy);
  }
}

TEST(SampleTest, DrawsDependOnTheRowAlone) {
  constexpr int64_t kRows = 12, kVocab = 3000;
  const Values values = RandomNormal(kRows * kVocab, 9);
  const Tensor logits = MakeTensor(Shape({kRows, kVocab}), DType::kF32, values);
  std::vector<SampleRow> rules;
  for (uint32_t i = 0; i < kRows; ++i) {
    rules.push_back(Rule(0.5f + 0.1f * static_cast<float>(i % 4), i));
    rules.back().sample = i % 3;
    if (i % 2 == 0) rules.back().top_p = 0.9f;
  }
  std::vector<SampledToken> all(kRows);
  ThreadPool pool(3), single(1);
  Stream stream(&pool), alone(&single);
  Sample(stream, {logits.view(), rules, all});
  for (int64_t i = 0; i < kRows; ++i) {
    SampledToken token;
    const TensorView row(logits.as<float>() + i * kVocab, Shape({1, kVocab}));
    Sample(alone, {row, {&rules[i], 1}, {&token, 1}});
    EXPECT_EQ(token.token_id, all[i].token_id);
    EXPECT_EQ(token.tempered_logprob, all[i].tempered_logprob);
  }
}

TEST(SampleTest, LogitsThatAreNotNumbersGiveTokenMinusOne) {
  ThreadPool pool(1);
  Stream stream(&pool);
  for (const double bad : {std::nan(""), static_cast<double>(INFINITY)}) {
    for (const int64_t where : {0, 9, 2999}) {
      for (const float temperature : {0.0f, 1.0f}) {
        Values values = RandomNormal(3000, 4);
        values[where] = bad;
        const Tensor logits = MakeTensor(Shape({1, 3000}), DType::kF32, values);
        const SampleRow rule = Rule(temperature, 0);
        SampledToken token;
        Sample(stream, {logits.view(), {&rule, 1}, {&token, 1}});
        EXPECT_EQ(token.token_id, -1);
        EXPECT_TRUE(std::isnan(token.logprob));
      }
    }
  }
}

TEST(SampleTest, ALogitOfMinusInfinityIsNeverDrawn) {
  EXPECT_THAT(Drawn(Draws({0, -INFINITY, 0, -INFINITY}, Rule(1, 0), 500)),
              UnorderedElementsAreArray({0, 2}));
}

}  // namespace
}  // namespace longhaul::kernels
