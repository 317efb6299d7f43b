// SPDX-License-Identifier: Apache-2.0
#include "kernels/sample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "common/random.h"
#include "kernels/cpu/isa.h"
#include "kernels/logit_row.h"
#include "kernels/logprob.h"

namespace longhaul::kernels {
namespace {

// A row of tempered logits: x = logits[v] * inverse_temperature.
struct Row {
  const float* logits;
  int64_t vocab_size;
  float inverse_temperature;
  LogitRow reduction;
  std::vector<cpu::LogitBlockStats> blocks;

  float x(int64_t v) const { return logits[v] * inverse_temperature; }
};

Row ReduceRow(const float* logits, int64_t vocab_size, float temperature) {
  Row row{logits, vocab_size, temperature > 0 ? 1.0f / temperature : 1.0f, {}, {}};
  row.reduction = ReduceLogits(logits, vocab_size, row.inverse_temperature, &row.blocks);
  return row;
}

double Draw(const SampleRow& row) {
  return UniformDoubleAt(row.key, row.prompt, row.sample, row.position);
}

// weights[v - begin] = exp(x_v - max x): the probabilities up to a factor.
void Weights(const Row& row, int64_t begin, int64_t end, float* weights) {
  const auto kernel = cpu::Pick(cpu::avx2::LogitWeights, cpu::avx512::LogitWeights);
  kernel({row.logits + begin, end - begin, row.inverse_temperature, row.reduction.max(), weights});
}

// Inverse CDF over the whole vocabulary: first the block, then the column.
int32_t DrawFromAll(const Row& row, double uniform) {
  double target = uniform * row.reduction.sum();
  size_t b = 0;
  for (; b + 1 < row.blocks.size(); ++b) {
    const cpu::LogitBlockStats& block = row.blocks[b];
    const double mass = block.sum * std::exp(static_cast<double>(block.max) - row.reduction.max());
    if (target < mass) break;
    target -= mass;
  }
  const int64_t begin = static_cast<int64_t>(b) * kVocabBlock;
  const int64_t end = std::min(begin + kVocabBlock, row.vocab_size);
  std::array<float, kVocabBlock> weights;
  Weights(row, begin, end, weights.data());
  int64_t last = begin;  // a token of positive weight, for a target that rounding put past the end
  for (int64_t v = begin; v < end; ++v) {
    const double weight = weights[v - begin];
    if (weight > 0) last = v;
    if (target < weight) return static_cast<int32_t>(v);
    target -= weight;
  }
  return static_cast<int32_t>(last);
}

struct Candidate {
  float x;
  float weight;
  int32_t id;
};

// More probable first; of equals the lower id.
bool MoreProbable(const Candidate& a, const Candidate& b) {
  return a.x > b.x || (a.x == b.x && a.id < b.id);
}

// Keeps the shortest prefix, in order of probability, that measures `wanted`; all when none does.
// Tokens fall into buckets of x, and only the bucket where the prefix ends is sorted. Leaves the
// candidates in order of id.
template <typename Measure>
void KeepMostProbable(const Row& row, double wanted, const Measure& measure,
                      std::vector<Candidate>* candidates) {
  constexpr int kBuckets = 2048;
  constexpr float kPerUnit = 64;  // buckets to a nat; the last takes the rest
  const auto bucket_of = [&](const Candidate& c) {
    const float below = (row.reduction.max() - c.x) * kPerUnit;
    return below < kBuckets - 1 ? static_cast<int>(below) : kBuckets - 1;
  };
  std::vector<double> measures(kBuckets);
  for (const Candidate& c : *candidates) measures[bucket_of(c)] += measure(c);
  double before = 0;
  int last = 0;
  while (last < kBuckets && before + measures[last] < wanted) before += measures[last++];
  if (last == kBuckets) return;
  std::vector<Candidate> edge;
  for (const Candidate& c : *candidates) {
    if (bucket_of(c) == last) edge.push_back(c);
  }
  std::sort(edge.begin(), edge.end(), MoreProbable);
  size_t kept = 0;
  while (kept < edge.size() && before < wanted) before += measure(edge[kept++]);
  const Candidate end = edge[std::max<size_t>(kept, 1) - 1];
  std::erase_if(*candidates, [&](const Candidate& c) { return MoreProbable(end, c); });
}

double TotalWeight(const std::vector<Candidate>& candidates) {
  double total = 0;
  for (const Candidate& c : candidates) total += c.weight;
  return total;
}

// Tokens that pass the filters, in order of id.
std::vector<Candidate> Candidates(const Row& row, const SampleRow& rule) {
  std::vector<float> weights(row.vocab_size);
  Weights(row, 0, row.vocab_size, weights.data());
  std::vector<Candidate> candidates;
  for (int64_t v = 0; v < row.vocab_size; ++v) {
    if (weights[v] > 0) candidates.push_back({row.x(v), weights[v], static_cast<int32_t>(v)});
  }
  if (rule.top_k > 0 && rule.top_k < static_cast<int64_t>(candidates.size())) {
    KeepMostProbable(
        row, rule.top_k, [](const Candidate&) { return 1.0; }, &candidates);
  }
  if (rule.top_p < 1) {
    const double wanted = rule.top_p * TotalWeight(candidates);
    KeepMostProbable(
        row, wanted, [](const Candidate& c) { return c.weight; }, &candidates);
  }
  if (rule.min_p > 0) {
    // The most probable token has weight 1.
    std::erase_if(candidates, [&](const Candidate& c) { return c.weight < rule.min_p; });
  }
  return candidates;
}

int32_t DrawFrom(const std::vector<Candidate>& candidates, double uniform) {
  double target = uniform * TotalWeight(candidates);
  for (const Candidate& c : candidates) {
    if (target < c.weight) return c.id;
    target -= c.weight;
  }
  return candidates.back().id;
}

int32_t Choose(const Row& row, const SampleRow& rule) {
  if (rule.temperature == 0) {
    return static_cast<int32_t>(std::max_element(row.logits, row.logits + row.vocab_size) -
                                row.logits);
  }
  const bool filtered = rule.top_k > 0 || rule.top_p < 1 || rule.min_p > 0;
  if (!filtered) return DrawFromAll(row, Draw(rule));
  return DrawFrom(Candidates(row, rule), Draw(rule));
}

// Fills everything but the token.
void ScoreToken(const Row& row, SampledToken* token) {
  const float logit = row.logits[token->token_id];
  token->tempered_logprob = row.reduction.LogprobOf(logit, row.inverse_temperature);
  token->entropy = static_cast<float>(row.reduction.entropy());
  if (row.inverse_temperature == 1.0f) {
    token->logprob = token->tempered_logprob;
    return;
  }
  token->logprob = ReduceLogits(row.logits, row.vocab_size, 1.0f, nullptr).LogprobOf(logit, 1.0f);
}

void SampleOne(const float* logits, int64_t vocab_size, const SampleRow& rule,
               SampledToken* token) {
  const Row row = ReduceRow(logits, vocab_size, rule.temperature);
  if (!std::isfinite(row.reduction.lse())) {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    *token = {-1, kNan, kNan, kNan};
    return;
  }
  token->token_id = Choose(row, rule);
  ScoreToken(row, token);
}

void CheckShapes(const TensorView& logits, std::span<const SampleRow> rows, size_t tokens) {
  CHECK_EQ(logits.shape.rank(), 2);
  CHECK(logits.dtype == DType::kF32);
  CHECK_GT(logits.dim(1), 0);
  CHECK_EQ(logits.dim(0), static_cast<int64_t>(rows.size()));
  CHECK_EQ(rows.size(), tokens);
  for (const SampleRow& row : rows) CHECK_GE(row.temperature, 0);
}

}  // namespace

void Sample(Stream& stream, const SampleArgs& args) {
  CheckShapes(args.logits, args.rows, args.tokens.size());
  const int64_t vocab = args.logits.dim(1);
  const float* logits = args.logits.as<float>();
  stream.pool().ForEach(args.logits.dim(0), [&](int64_t i) {
    SampleOne(logits + i * vocab, vocab, args.rows[i], &args.tokens[i]);
  });
}

void Score(Stream& stream, const ScoreArgs& args) {
  CheckShapes(args.logits, args.rows, args.tokens.size());
  const int64_t vocab = args.logits.dim(1);
  for (const SampledToken& token : args.tokens) {
    CHECK(token.token_id >= 0 && token.token_id < vocab) << "token " << token.token_id;
  }
  const float* logits = args.logits.as<float>();
  stream.pool().ForEach(args.logits.dim(0), [&](int64_t i) {
    ScoreToken(ReduceRow(logits + i * vocab, vocab, args.rows[i].temperature), &args.tokens[i]);
  });
}

}  // namespace longhaul::kernels
