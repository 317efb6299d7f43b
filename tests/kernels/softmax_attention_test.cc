// SPDX-License-Identifier: Apache-2.0
#include "kernels/softmax_attention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/kernels/sequence_cases.h"
#include "tests/support/op_harness.h"

namespace longhaul::kernels {
namespace {

using ::longhaul::testing::ExpectClose;
using ::longhaul::testing::ExpectSameBits;
using ::longhaul::testing::FillNan;
using ::longhaul::testing::MakeSegments;
using ::longhaul::testing::PathTokens;
using ::longhaul::testing::RandomTensor;
using ::longhaul::testing::TakeRows;
using ::longhaul::testing::TokensOf;
using ::longhaul::testing::ToValues;
using ::longhaul::testing::TreeCases;
using ::longhaul::testing::TreeNode;
using ::longhaul::testing::Values;

struct Heads {
  int64_t query;
  int64_t key_value;
  int64_t dim;
  DType dtype = DType::kF32;
  float scale() const { return 1.0f / std::sqrt(static_cast<float>(dim)); }
};

struct Inputs {
  Tensor q, k, v;
};
Inputs MakeInputs(int64_t tokens, const Heads& heads, uint64_t seed) {
  return {RandomTensor(Shape({tokens, heads.query, heads.dim}), heads.dtype, seed),
          RandomTensor(Shape({tokens, heads.key_value, heads.dim}), heads.dtype, seed + 1),
          RandomTensor(Shape({tokens, heads.key_value, heads.dim}), heads.dtype, seed + 2)};
}
Inputs TakeInputs(const Inputs& inputs, const std::vector<int64_t>& rows) {
  return {TakeRows(inputs.q.view(), rows), TakeRows(inputs.k.view(), rows),
          TakeRows(inputs.v.view(), rows)};
}

struct Reference {
  Values o;
  Values lse;
};

// Softmax of the last row of `rows`, written for the row's head.
void ReferenceRow(const Values& q, const Values& k, const Values& v, const Heads& heads,
                  const std::vector<int64_t>& rows, int64_t head, Reference* out) {
  const int64_t d = heads.dim, row = rows.back(), kv = head * heads.key_value / heads.query;
  Values scores;
  double sum = 0, max = -INFINITY;
  for (const int64_t j : rows) {
    double s = 0;
    for (int64_t i = 0; i < d; ++i) {
      s += q[(row * heads.query + head) * d + i] * k[(j * heads.key_value + kv) * d + i];
    }
    scores.push_back(s * heads.scale());
    max = std::max(max, scores.back());
  }
  for (const double s : scores) sum += std::exp(s - max);
  for (size_t n = 0; n < rows.size(); ++n) {
    const double p = std::exp(scores[n] - max) / sum;
    for (int64_t i = 0; i < d; ++i) {
      out->o[(row * heads.query + head) * d + i] += p * v[(rows[n] * heads.key_value + kv) * d + i];
    }
  }
  out->lse[row * heads.query + head] = max + std::log(sum);
}

Reference ReferenceAttention(const Values& q, const Values& k, const Values& v, const Heads& heads,
                             const std::vector<Segment>& segments) {
  Reference out{Values(q.size()), Values(q.size() / heads.dim)};
  for (int32_t s = 0; s < static_cast<int32_t>(segments.size()); ++s) {
    std::vector<int64_t> rows = PathTokens(segments, s);
    for (int64_t t = 0; t < segments[s].length; ++t) {
      for (int64_t h = 0; h < heads.query; ++h) ReferenceRow(q, k, v, heads, rows, h, &out);
      rows.pop_back();
    }
  }
  return out;
}

struct ForwardResult {
  Tensor o;
  Tensor lse;
};
ForwardResult RunForward(const Inputs& in, const Heads& heads, Segments segments, int threads) {
  ThreadPool pool(threads);
  Stream stream(&pool);
  ForwardResult result{Tensor(in.q.shape(), heads.dtype),
                       Tensor(Shape({in.q.shape()[0], heads.query}), DType::kF32)};
  SoftmaxAttention(stream, {in.q.view(), in.k.view(), in.v.view(), segments, heads.scale(),
                            result.o.mutable_view(), result.lse.mutable_view()});
  return result;
}

class SoftmaxHeads : public ::testing::TestWithParam<Heads> {};

TEST_P(SoftmaxHeads, MatchesTheDefinition) {
  const Heads heads = GetParam();
  for (const auto& tree : TreeCases()) {
    SCOPED_TRACE(tree.name);
    const auto segments = MakeSegments(tree.nodes);
    const Inputs in = MakeInputs(TokensOf(segments), heads, 1);
    const ForwardResult result = RunForward(in, heads, segments, 2);
    const Reference expected = ReferenceAttention(ToValues(in.q.view()), ToValues(in.k.view()),
                                                  ToValues(in.v.view()), heads, segments);
    ExpectClose(result.o.view(), expected.o, heads.dtype == DType::kF32 ? 2e-5 : 1.6e-2, "o");
    ExpectClose(result.lse.view(), expected.lse, 2e-5, "lse");
  }
}

TEST_P(SoftmaxHeads, TreeHasTheBitsOfItsUnfoldedSequences) {
  const Heads heads = GetParam();
  for (const auto& tree : TreeCases()) {
    SCOPED_TRACE(tree.name);
    const auto segments = MakeSegments(tree.nodes);
    const Inputs in = MakeInputs(TokensOf(segments), heads, 5);
    const ForwardResult folded = RunForward(in, heads, segments, 1);
    const ForwardResult threaded = RunForward(in, heads, segments, 3);
    ExpectSameBits(folded.o.view(), threaded.o.view(), "threads");
    ExpectSameBits(folded.lse.view(), threaded.lse.view(), "threads");
    for (int32_t s = 0; s < static_cast<int32_t>(segments.size()); ++s) {
      const auto rows = PathTokens(segments, s);
      const Segment whole{0, static_cast<int64_t>(rows.size()), -1, 0};
      const ForwardResult unfolded = RunForward(TakeInputs(in, rows), heads, {&whole, 1}, 2);
      ExpectSameBits(TakeRows(folded.o.view(), rows).view(), unfolded.o.view(), "path");
      ExpectSameBits(TakeRows(folded.lse.view(), rows).view(), unfolded.lse.view(), "path");
    }
  }
}

// Sequences advance through a cache full of NaN, cut at random, mixed in one batch.
TEST_P(SoftmaxHeads, CacheGivesTheBitsOfTraining) {
  const Heads heads = GetParam();
  const std::vector<int64_t> lengths = {200, 64, 1};
  const auto segments = MakeSegments({{200, -1}, {64, -1}, {1, -1}});
  const std::vector<std::vector<int32_t>> blocks = {{3, 0, 5, 1}, {2}, {4}};
  const Inputs in = MakeInputs(TokensOf(segments), heads, 9);
  const ForwardResult expected = RunForward(in, heads, segments, 2);
  for (const int64_t longest : {1, 7, 70, 300}) {
    SCOPED_TRACE(longest);
    ThreadPool pool(longest % 2 == 0 ? 2 : 1);
    Stream stream(&pool);
    const int64_t bytes = KvBlockBytes(heads.key_value, heads.dim, heads.dtype);
    std::vector<char> memory(6 * bytes);
    FillNan(&memory);
    const KvPool cache{memory.data(), bytes};
    RandomSequence random(RandomKey(8, RandomStream::kTest), longest);
    std::vector<int64_t> done(lengths.size());
    while (done != lengths) {
      std::vector<int64_t> rows;
      std::vector<PagedSequence> sequences;
      for (size_t i = 0; i < lengths.size(); ++i) {
        const int64_t n =
            std::min(lengths[i] - done[i], longest == 1 ? 1 : random.Between(0, longest));
        if (n == 0) continue;
        sequences.push_back({static_cast<int64_t>(rows.size()), n, done[i], blocks[i]});
        for (int64_t t = 0; t < n; ++t) rows.push_back(segments[i].start + done[i]++);
      }
      if (rows.empty()) continue;
      const Inputs part = TakeInputs(in, rows);
      Tensor o(part.q.shape(), heads.dtype);
      KvAppend(stream, {part.k.view(), part.v.view(), sequences, cache});
      PagedAttention(stream, {part.q.view(), heads.key_value, sequences, cache, heads.scale(),
                              o.mutable_view()});
      ExpectSameBits(o.view(), TakeRows(expected.o.view(), rows).view(), "rows");
    }
  }
}

Inputs RunBackward(const TensorView& dout, const Inputs& in, const Heads& heads, Segments segments,
                   int threads) {
  ThreadPool pool(threads);
  Stream stream(&pool);
  const ForwardResult forward = RunForward(in, heads, segments, threads);
  Inputs out{Tensor(in.q.shape(), heads.dtype), Tensor(in.k.shape(), heads.dtype),
             Tensor(in.v.shape(), heads.dtype)};
  SoftmaxAttentionBackward(
      stream,
      {dout, in.q.view(), in.k.view(), in.v.view(), forward.o.view(), forward.lse.view(), segments,
       heads.scale(), out.q.mutable_view(), out.k.mutable_view(), out.v.mutable_view()});
  return out;
}

TEST_P(SoftmaxHeads, BackwardMatchesDifferencesOfTheDefinition) {
  const Heads heads = GetParam();
  for (const auto& tree : TreeCases()) {
    SCOPED_TRACE(tree.name);
    const auto segments = MakeSegments(tree.nodes);
    const Inputs in = MakeInputs(TokensOf(segments), heads, 13);
    const Tensor dout = RandomTensor(in.q.shape(), heads.dtype, 17);
    const int64_t count = heads.dim < 32 ? 5 : 2;
    const Inputs gradients = RunBackward(dout.view(), in, heads, segments, 2);
    const Inputs alone = RunBackward(dout.view(), in, heads, segments, 1);
    const Values weights = ToValues(dout.view());
    const Values values[] = {ToValues(in.q.view()), ToValues(in.k.view()), ToValues(in.v.view())};
    const Tensor* actual[] = {&gradients.q, &gradients.k, &gradients.v};
    const Tensor* again[] = {&alone.q, &alone.k, &alone.v};
    for (int which = 0; which < 3; ++which) {
      SCOPED_TRACE("qkv"[which]);
      ExpectSameBits(actual[which]->view(), again[which]->view(), "threads");
      const auto loss = [&](const Values& x) {
        const Values* v[] = {&values[0], &values[1], &values[2]};
        v[which] = &x;
        const Values o = ReferenceAttention(*v[0], *v[1], *v[2], heads, segments).o;
        double sum = 0;
        for (size_t i = 0; i < o.size(); ++i) sum += o[i] * weights[i];
        return sum;
      };
      const auto indices = longhaul::testing::SomeIndices(actual[which]->numel(), count, 6 + which);
      const Values expected = longhaul::testing::CentralDifferences(loss, values[which], indices);
      longhaul::testing::ExpectGradient(ToValues(actual[which]->view()), indices, expected,
                                        heads.dtype == DType::kF32 ? 5e-5 : 4e-2);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, SoftmaxHeads,
                         ::testing::Values(Heads{4, 2, 16}, Heads{1, 1, 1}, Heads{6, 2, 7},
                                           Heads{3, 3, 33}, Heads{8, 1, 64}, Heads{2, 1, 128},
                                           Heads{4, 2, 16, DType::kBF16},
                                           Heads{3, 1, 9, DType::kBF16},
                                           Heads{2, 2, 128, DType::kBF16}),
                         [](const auto& info) {
                           const Heads& h = info.param;
                           return (::testing::Message() << "q" << h.query << "kv" << h.key_value
                                                        << "d" << h.dim << DTypeName(h.dtype))
                               .GetString();
                         });

}  // namespace
}  // namespace longhaul::kernels
