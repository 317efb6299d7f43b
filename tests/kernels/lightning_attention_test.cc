// SPDX-License-Identifier: Apache-2.0
#include "kernels/lightning_attention.h"

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
using ::longhaul::testing::Values;

struct Shape4 {
  int64_t heads;
  int64_t dim;
  int64_t chunk;
  DType dtype = DType::kF32;
};

std::vector<double> Rates(int64_t heads) {
  std::vector<double> rates;
  for (int64_t h = 0; h < heads; ++h) rates.push_back(0.9 * std::pow(0.3, static_cast<double>(h)));
  return rates;
}

// The token recurrence of one head in float64; `state` is [dim, dim] and advances.
void Recur(const double* q, int64_t dim, double rate, Values* state, double* o) {
  const double* k = q + dim;
  const double* v = q + 2 * dim;
  for (int64_t b = 0; b < dim; ++b) o[b] = 0;
  for (int64_t a = 0; a < dim; ++a) {
    for (int64_t b = 0; b < dim; ++b) {
      double& s = (*state)[a * dim + b];
      s = std::exp(-rate) * s + k[a] * v[b];
      o[b] += s * q[a];
    }
  }
}

// o of every row of the packed run; `states` (may be null) receives S of each row, [tokens, heads,
// dim, dim].
Values Reference(const Values& qkv, Segments segments, const Shape4& shape, Values* states) {
  const int64_t square = shape.dim * shape.dim;
  const int64_t tokens = static_cast<int64_t>(qkv.size()) / (shape.heads * 3 * shape.dim);
  const std::vector<double> rates = Rates(shape.heads);
  Values o(tokens * shape.heads * shape.dim);
  Values all(tokens * shape.heads * square);
  for (const Segment& s : segments) {
    for (int64_t h = 0; h < shape.heads; ++h) {
      Values state(square);
      if (s.parent >= 0) {
        const Segment& p = segments[s.parent];
        const int64_t last = p.start + p.length - 1;
        const auto from = all.begin() + (last * shape.heads + h) * square;
        state.assign(from, from + square);
      }
      for (int64_t t = s.start; t < s.start + s.length; ++t) {
        const int64_t at = t * shape.heads + h;
        Recur(&qkv[at * 3 * shape.dim], shape.dim, rates[h], &state, &o[at * shape.dim]);
        std::copy(state.begin(), state.end(), all.begin() + at * square);
      }
    }
  }
  if (states != nullptr) *states = std::move(all);
  return o;
}

struct ForwardResult {
  Tensor o;
  Tensor states;
};

ForwardResult RunForward(const TensorView& qkv, Segments segments, int64_t chunk, int threads) {
  ThreadPool pool(threads);
  Stream stream(&pool);
  const int64_t heads = qkv.dim(1), dim = qkv.dim(3);
  ForwardResult result{
      Tensor(Shape({qkv.dim(0), heads, dim}), qkv.dtype),
      Tensor(Shape({CountLightningStates(segments, chunk), heads, dim, dim}), DType::kF32)};
  const std::vector<double> rates = Rates(heads);
  LightningAttention(
      stream, {qkv, rates, segments, chunk, result.o.mutable_view(), result.states.mutable_view()});
  return result;
}

class LightningShapes : public ::testing::TestWithParam<Shape4> {};

TEST_P(LightningShapes, MatchesTheTokenRecurrence) {
  const Shape4 shape = GetParam();
  for (const auto& tree : TreeCases()) {
    SCOPED_TRACE(tree.name);
    const auto segments = MakeSegments(tree.nodes);
    const Tensor qkv =
        RandomTensor(Shape({TokensOf(segments), shape.heads, 3, shape.dim}), shape.dtype, 1);
    const ForwardResult result = RunForward(qkv.view(), segments, shape.chunk, 2);
    Values states;
    const Values o = Reference(ToValues(qkv.view()), segments, shape, &states);
    ExpectClose(result.o.view(), o, shape.dtype == DType::kF32 ? 2e-5 : 1.6e-2, "o");
    // States: those of the rows in front of each boundary, in order.
    Values expected;
    const int64_t size = shape.heads * shape.dim * shape.dim;
    for (const Segment& s : segments) {
      for (int64_t t = 0; t < s.length; ++t) {
        if ((s.position + t + 1) % shape.chunk != 0) continue;
        const auto from = states.begin() + (s.start + t) * size;
        expected.insert(expected.end(), from, from + size);
      }
    }
    if (!expected.empty()) ExpectClose(result.states.view(), expected, 2e-5, "states");
  }
}

TEST_P(LightningShapes, TreeHasTheBitsOfItsUnfoldedSequences) {
  const Shape4 shape = GetParam();
  for (const auto& tree : TreeCases()) {
    SCOPED_TRACE(tree.name);
    const auto segments = MakeSegments(tree.nodes);
    const Tensor qkv =
        RandomTensor(Shape({TokensOf(segments), shape.heads, 3, shape.dim}), shape.dtype, 2);
    const ForwardResult folded = RunForward(qkv.view(), segments, shape.chunk, 1);
    const ForwardResult threaded = RunForward(qkv.view(), segments, shape.chunk, 3);
    ExpectSameBits(folded.o.view(), threaded.o.view(), "threads");
    if (!folded.states.empty() && folded.states.numel() > 0) {
      ExpectSameBits(folded.states.view(), threaded.states.view(), "states");
    }
    for (int32_t s = 0; s < static_cast<int32_t>(segments.size()); ++s) {
      const auto rows = PathTokens(segments, s);
      const Tensor path = TakeRows(qkv.view(), rows);
      const Segment whole{0, static_cast<int64_t>(rows.size()), -1, 0};
      const ForwardResult unfolded = RunForward(path.view(), {&whole, 1}, shape.chunk, 2);
      ExpectSameBits(TakeRows(folded.o.view(), rows).view(), unfolded.o.view(), "path");
    }
  }
}

// Two sequences advance in slots of memory full of NaN, cut at random, mixed in one batch.
TEST_P(LightningShapes, SlotsGiveTheBitsOfTraining) {
  const Shape4 shape = GetParam();
  const std::vector<int64_t> lengths = {75, 20, 1};
  const auto segments = MakeSegments({{75, -1}, {20, -1}, {1, -1}});
  const Tensor qkv =
      RandomTensor(Shape({TokensOf(segments), shape.heads, 3, shape.dim}), shape.dtype, 3);
  const ForwardResult expected = RunForward(qkv.view(), segments, shape.chunk, 2);
  const std::vector<double> rates = Rates(shape.heads);
  for (const int64_t longest : {1, 2, 11, 100}) {
    SCOPED_TRACE(longest);
    ThreadPool pool(longest % 2 == 0 ? 2 : 1);
    Stream stream(&pool);
    const int64_t bytes = LightningSlotBytes(shape.heads, shape.dim, shape.chunk, shape.dtype);
    ASSERT_EQ(bytes % 64, 0);
    std::vector<char> memory(5 * bytes + 64);
    FillNan(&memory);
    void* base = memory.data() + 64 - reinterpret_cast<uintptr_t>(memory.data()) % 64;
    const LightningPool slots{base, bytes};
    RandomSequence random(RandomKey(7, RandomStream::kTest), longest);
    std::vector<int64_t> done(lengths.size());
    while (done != lengths) {
      std::vector<int64_t> rows;
      std::vector<LightningSequence> sequences;
      for (size_t i = 0; i < lengths.size(); ++i) {
        const int64_t n =
            std::min(lengths[i] - done[i], longest == 1 ? 1 : random.Between(0, longest));
        if (n == 0) continue;
        sequences.push_back(
            {static_cast<int64_t>(rows.size()), n, done[i], static_cast<int32_t>(4 - i)});
        for (int64_t t = 0; t < n; ++t) rows.push_back(segments[i].start + done[i]++);
      }
      if (rows.empty()) continue;
      const Tensor part = TakeRows(qkv.view(), rows);
      Tensor o(Shape({part.shape()[0], shape.heads, shape.dim}), shape.dtype);
      LightningAdvance(stream,
                       {part.view(), rates, sequences, shape.chunk, slots, o.mutable_view()});
      ExpectSameBits(o.view(), TakeRows(expected.o.view(), rows).view(), "rows");
    }
    Values states;
    Reference(ToValues(qkv.view()), segments, shape, &states);
    for (size_t i = 0; i < lengths.size(); ++i) {
      Tensor state(Shape({shape.heads, shape.dim, shape.dim}), DType::kF32);
      LightningState(stream, {slots, static_cast<int32_t>(4 - i), lengths[i], shape.chunk,
                              shape.dtype, rates, state.mutable_view()});
      const int64_t last = segments[i].start + lengths[i] - 1;
      const auto from = states.begin() + last * state.numel();
      ExpectClose(state.view(), Values(from, from + state.numel()), 2e-5, "state");
    }
  }
}

Tensor RunBackward(const TensorView& dout, const TensorView& qkv, Segments segments, int64_t chunk,
                   int threads) {
  ThreadPool pool(threads);
  Stream stream(&pool);
  const ForwardResult forward = RunForward(qkv, segments, chunk, threads);
  const std::vector<double> rates = Rates(qkv.dim(1));
  const int64_t floats = LightningBackwardWorkspace(segments, chunk, qkv.dim(1), qkv.dim(3));
  Tensor workspace(Shape({floats}), DType::kF32);
  for (int64_t i = 0; i < floats; ++i) workspace.as<float>()[i] = NAN;
  Tensor dqkv(qkv.shape, qkv.dtype);
  LightningAttentionBackward(stream, {dout, qkv, rates, segments, chunk, forward.states.view(),
                                      dqkv.mutable_view(), workspace.mutable_view()});
  return dqkv;
}

TEST_P(LightningShapes, BackwardMatchesDifferencesOfTheRecurrence) {
  const Shape4 shape = GetParam();
  for (const auto& tree : TreeCases()) {
    SCOPED_TRACE(tree.name);
    const auto segments = MakeSegments(tree.nodes);
    const int64_t tokens = TokensOf(segments);
    const Tensor qkv = RandomTensor(Shape({tokens, shape.heads, 3, shape.dim}), shape.dtype, 4);
    const Tensor dout = RandomTensor(Shape({tokens, shape.heads, shape.dim}), shape.dtype, 5);
    const Tensor dqkv = RunBackward(dout.view(), qkv.view(), segments, shape.chunk, 2);
    ExpectSameBits(dqkv.view(),
                   RunBackward(dout.view(), qkv.view(), segments, shape.chunk, 1).view(),
                   "threads");
    const Values weights = ToValues(dout.view());
    const auto loss = [&](const Values& x) {
      const Values o = Reference(x, segments, shape, nullptr);
      double sum = 0;
      for (size_t i = 0; i < o.size(); ++i) sum += o[i] * weights[i];
      return sum;
    };
    const auto indices = longhaul::testing::SomeIndices(qkv.numel(), shape.dim > 64 ? 6 : 40, 6);
    const Values expected =
        longhaul::testing::CentralDifferences(loss, ToValues(qkv.view()), indices);
    longhaul::testing::ExpectGradient(ToValues(dqkv.view()), indices, expected,
                                      shape.dtype == DType::kF32 ? 3e-5 : 1.6e-2);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, LightningShapes,
                         ::testing::Values(Shape4{2, 16, 16}, Shape4{3, 7, 5}, Shape4{1, 1, 1},
                                           Shape4{2, 33, 64}, Shape4{1, 64, 256},
                                           Shape4{1, 128, 16}, Shape4{2, 16, 16, DType::kBF16},
                                           Shape4{2, 9, 5, DType::kBF16},
                                           Shape4{1, 128, 64, DType::kBF16}),
                         [](const auto& info) {
                           const Shape4& s = info.param;
                           return (::testing::Message() << "h" << s.heads << "d" << s.dim << "c"
                                                        << s.chunk << DTypeName(s.dtype))
                               .GetString();
                         });

}  // namespace
}  // namespace longhaul::kernels
