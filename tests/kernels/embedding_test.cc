// SPDX-License-Identifier: Apache-2.0
#include "kernels/embedding.h"

#include <gtest/gtest.h>

#include "common/random.h"
#include "common/thread_pool.h"
#include "tests/support/op_harness.h"

namespace longhaul::testing {
namespace {

using namespace kernels;  // NOLINT: a test of that folder

struct Case {
  int64_t tokens;
  int64_t vocab;
  int64_t dim;
  DType dtype;
};

OpCase MakeEmbedding(const Case& c) {
  OpCase op;
  op.name = "embedding_" + std::to_string(c.tokens) + "_" + std::to_string(c.vocab) + "x" +
            std::to_string(c.dim) + "_" + std::string(DTypeName(c.dtype));
  Values ids;
  RandomSequence random(RandomKey(1, RandomStream::kTest), 0);
  for (int64_t i = 0; i < c.tokens; ++i) {
    ids.push_back(static_cast<double>(random.Below(static_cast<uint64_t>(c.vocab))));
  }
  op.inputs = {{"ids", {c.tokens}, DType::kI32, Rows::kIndependent, Gradient::kNone, ids},
               {"table", {c.vocab, c.dim}, c.dtype, Rows::kShared, Gradient::kWanted, {}}};
  op.outputs = {{"y", {c.tokens, c.dim}, c.dtype, Rows::kIndependent, Gradient::kWanted, {}}};
  const auto ids_of = [](const Views& in) {
    return std::span<const int32_t>(in[0].as<int32_t>(), static_cast<size_t>(in[0].numel()));
  };
  op.reference = [=](const std::vector<Values>& in) {
    Values y;
    for (double id : in[0]) {
      const auto row = in[1].begin() + static_cast<int64_t>(id) * c.dim;
      y.insert(y.end(), row, row + c.dim);
    }
    return std::vector<Values>{y};
  };
  op.forward = [=](Stream& stream, const Views& in, const MutableViews& out) {
    Embedding(stream, {ids_of(in), in[1], out[0]});
  };
  op.backward = [=](Stream& stream, const Views& in, const Views&, const Views& dout,
                    const MutableViews& d) {
    EmbeddingBackward(stream, {ids_of(in), dout[0], d[1]});
  };
  return op;
}

class EmbeddingTest : public ::testing::TestWithParam<Case> {};
TEST_P(EmbeddingTest, MatchesReference) { CheckOp(MakeEmbedding(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Cases, EmbeddingTest,
                         ::testing::Values(Case{1, 1, 1, DType::kF32}, Case{9, 5, 17, DType::kF32},
                                           Case{400, 30, 200, DType::kF32},
                                           Case{400, 30, 200, DType::kBF16}),
                         [](const auto& info) { return MakeEmbedding(info.param).name; });

TEST(EmbeddingDeathTest, TokenOutsideTheTableStops) {
  ThreadPool pool(1);
  Stream stream(&pool);
  const Tensor table({4, 2}, DType::kF32);
  Tensor y({1, 2}, DType::kF32);
  const std::vector<int32_t> ids = {4};
  EXPECT_DEATH(Embedding(stream, {ids, table.view(), y.mutable_view()}), "token 4 of 4");
}

}  // namespace
}  // namespace longhaul::testing
