// SPDX-License-Identifier: Apache-2.0
#include "kernels/sample.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "common/random.h"
#include "kernels/logit_row.h"
#include "kernels/logprob.h"

namespace longhaul::kernels {
namespace {

constexpr size_t kFirstNucleus = 64;  // tokens sorted before top-p asks for more

// A row of tempered logits: x = logits[v] * inverse_temperature.
struct Row {
  const float* logits;
  int64_t vocab_size;
  float inverse_temperature;
  LogitRow reduction;
  std::vector<cpu::LogitBlockStats> blocks;

  float x(int64_t v) const { return logits[v] * inverse_temperature; }
  double weight(int64_t v) const {  // p_v times a constant of the row
    return std::exp(static_cast<double>(x(v)) - reduction.max());
  }
};

Row ReduceRow(const float* logits, int64_t vocab_size, float temperature) {
  Row row{logits, vocab_size, temperature > 0 ? 1.0f / temperature : 1.0f, {}, {}};
  row.reduction = ReduceLogits(logits, vocab_size, row.inverse_temperature, &row.blocks);
  return row;
}

double Draw(const SampleRow& row) {
  return UniformDoubleAt(row.key, row.prompt, row.sample, row.position);
}

// Inverse CDF over the whole vocabulary: first the block, then the column.
int32_t DrawFromAll(const Row& row, double uniform) {
  double target = uniform * row.reduction.sum();
  int64_t last = 0;  // a token of positive weight, for a target that rounding put past the end
  for (size_t b = 0; b < row.blocks.size(); ++b) {
    const cpu::LogitBlockStats& block = row.blocks[b];
    const double scale = std::exp(static_cast<double>(block.max) - row.reduction.max());
    const double mass = block.sum * scale;
    if (target >= mass && b + 1 < row.blocks.size()) {
      target -= mass;
      continue;
    }
    const int64_t begin = static_cast<int64_t>(b) * kVocabBlock;
    const int64_t end = std::min(begin + kVocabBlock, row.vocab_size);
    for (int64_t v = begin; v < end; ++v) {
      const double weight = row.weight(v);
      if (weight > 0) last = v;
      if (target < weight) return static_cast<int32_t>(v);
      target -= weight;
    }
    return static_cast<int32_t>(last);
  }
  return static_cast<int32_t>(last);
}

// More probable first; of equals the lower id.
struct MoreProbable {
  const Row& row;
  bool operator()(int32_t a, int32_t b) const {
    const float xa = row.x(a), xb = row.x(b);
    return xa > xb || (xa == xb && a < b);
  }
};

// Cuts `ids` to its shortest prefix, in order of probability, that holds top_p of `total`.
void KeepNucleus(const Row& row, double total, float top_p, std::vector<int32_t>* ids) {
  const MoreProbable order{row};
  const double wanted = top_p * total;
  double mass = 0;
  size_t sorted = 0;
  for (size_t n = kFirstNucleus; sorted < ids->size(); n *= 4) {
    const size_t end = std::min(n, ids->size());
    if (end < ids->size()) {
      std::nth_element(ids->begin() + sorted, ids->begin() + end, ids->end(), order);
    }
    std::sort(ids->begin() + sorted, ids->begin() + end, order);
    for (; sorted < end; ++sorted) {
      mass += row.weight((*ids)[sorted]);
      if (mass >= wanted) {
        ids->resize(sorted + 1);
        return;
      }
    }
  }
}

// Tokens that pass the filters, ascending.
std::vector<int32_t> Candidates(const Row& row, const SampleRow& rule) {
  std::vector<int32_t> ids(row.vocab_size);
  std::iota(ids.begin(), ids.end(), 0);
  double total = row.reduction.sum();
  if (rule.top_k > 0 && rule.top_k < row.vocab_size) {
    std::nth_element(ids.begin(), ids.begin() + rule.top_k, ids.end(), MoreProbable{row});
    ids.resize(rule.top_k);
    std::sort(ids.begin(), ids.end());
    total = 0;
    for (const int32_t v : ids) total += row.weight(v);
  }
  if (rule.top_p < 1) KeepNucleus(row, total, rule.top_p, &ids);
  if (rule.min_p > 0) {
    std::erase_if(ids, [&](int32_t v) { return row.weight(v) < rule.min_p; });
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

int32_t DrawFrom(const Row& row, const std::vector<int32_t>& ids, double uniform) {
  double total = 0;
  for (const int32_t v : ids) total += row.weight(v);
  double target = uniform * total;
  for (const int32_t v : ids) {
    const double weight = row.weight(v);
    if (target < weight) return v;
    target -= weight;
  }
  return ids.back();
}

int32_t Choose(const Row& row, const SampleRow& rule) {
  if (rule.temperature == 0) {
    return static_cast<int32_t>(std::max_element(row.logits, row.logits + row.vocab_size) -
                                row.logits);
  }
  const bool filtered = rule.top_k > 0 || rule.top_p < 1 || rule.min_p > 0;
  if (!filtered) return DrawFromAll(row, Draw(rule));
  return DrawFrom(row, Candidates(row, rule), Draw(rule));
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
