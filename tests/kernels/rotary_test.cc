// SPDX-License-Identifier: Apache-2.0
#include "kernels/rotary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "common/thread_pool.h"
#include "tests/support/op_harness.h"
#include "tests/support/reference_row_ops.h"

namespace longhaul::testing {
namespace {

using namespace kernels;  // NOLINT: a test of that folder

struct Case {
  int64_t tokens;
  int64_t heads;
  int64_t head_dim;
  int64_t rotary_dim;
  DType dtype;
};

void CopyThenRotate(Stream& stream, const TensorView& from, const TensorView& cos_sin,
                    RotaryDirection direction, const MutableTensorView& to) {
  std::memcpy(to.data, from.data, static_cast<size_t>(from.bytes()));
  Rotary(stream, {cos_sin, direction, to});
}

OpCase MakeRotary(const Case& c) {
  OpCase op;
  op.name = "rotary_" + std::to_string(c.tokens) + "x" + std::to_string(c.heads) + "x" +
            std::to_string(c.head_dim) + "_" + std::to_string(c.rotary_dim) + "_" +
            std::string(DTypeName(c.dtype));
  const Shape shape{c.tokens, c.heads, c.head_dim};
  op.inputs = {
      {"x", shape, c.dtype, Rows::kIndependent, Gradient::kWanted, {}},
      {"cos_sin", {c.tokens, c.rotary_dim}, DType::kF32, Rows::kIndependent, Gradient::kNone, {}}};
  op.outputs = {{"y", shape, c.dtype, Rows::kIndependent, Gradient::kWanted, {}}};
  op.reference = [=](const std::vector<Values>& in) {
    return std::vector<Values>{ReferenceRotary(in[0], in[1], static_cast<size_t>(c.head_dim),
                                               static_cast<size_t>(c.tokens))};
  };
  op.forward = [](Stream& stream, const Views& in, const MutableViews& out) {
    CopyThenRotate(stream, in[0], in[1], RotaryDirection::kForward, out[0]);
  };
  op.backward = [](Stream& stream, const Views& in, const Views&, const Views& dout,
                   const MutableViews& d) {
    CopyThenRotate(stream, dout[0], in[1], RotaryDirection::kBackward, d[0]);
  };
  return op;
}

class RotaryTest : public ::testing::TestWithParam<Case> {};
TEST_P(RotaryTest, MatchesReference) { CheckOp(MakeRotary(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Cases, RotaryTest,
                         ::testing::Values(Case{1, 1, 2, 2, DType::kF32},
                                           Case{7, 3, 24, 24, DType::kF32},
                                           Case{40, 4, 64, 32, DType::kF32},
                                           Case{90, 5, 128, 64, DType::kF32},
                                           Case{7, 3, 24, 10, DType::kBF16}),
                         [](const auto& info) { return MakeRotary(info.param).name; });

TEST(RotaryTable, FollowsTheFormulaAtFarPositions) {
  ThreadPool pool(2);
  Stream stream(&pool);
  const std::vector<int64_t> positions = {0, 1, 80000, 1000000};
  const std::vector<double> inv_freq = {1.0, 0.03, 1e-7};
  Tensor table({4, 6}, DType::kF32);
  RotaryTable(stream, {positions, inv_freq, 1.5, table.mutable_view()});
  for (int t = 0; t < 4; ++t) {
    for (int i = 0; i < 3; ++i) {
      const double angle = static_cast<double>(positions[t]) * inv_freq[i];
      EXPECT_FLOAT_EQ(table.as<float>()[t * 6 + i], static_cast<float>(1.5 * std::cos(angle)));
      EXPECT_FLOAT_EQ(table.as<float>()[t * 6 + 3 + i], static_cast<float>(1.5 * std::sin(angle)));
    }
  }
}

}  // namespace
}  // namespace longhaul::testing
