// SPDX-License-Identifier: Apache-2.0
//
// activation, swiglu, residual and cast.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/thread_pool.h"
#include "kernels/activation.h"
#include "kernels/cast.h"
#include "kernels/residual.h"
#include "kernels/swiglu.h"
#include "tests/support/op_harness.h"
#include "tests/support/reference_row_ops.h"

namespace longhaul::testing {
namespace {

using namespace kernels;  // NOLINT: a test of that folder

struct Case {
  Shape shape;
  DType dtype;
};

OpCase MakeBinary(const std::string& name, const Case& c, int inputs) {
  OpCase op;
  op.name = name + "_" + std::to_string(c.shape.numel()) + "_" + std::string(DTypeName(c.dtype));
  for (int i = 0; i < inputs; ++i) {
    op.inputs.push_back({std::string(1, static_cast<char>('a' + i)),
                         c.shape,
                         c.dtype,
                         Rows::kIndependent,
                         Gradient::kWanted,
                         {}});
  }
  op.outputs = {{"y", c.shape, c.dtype, Rows::kIndependent, Gradient::kWanted, {}}};
  return op;
}

OpCase MakeSilu(const Case& c) {
  OpCase op = MakeBinary("silu", c, 1);
  op.reference = [](const std::vector<Values>& in) {
    return std::vector<Values>{
        MapValues(in[0].size(), [&](size_t i) { return in[0][i] * ReferenceSigmoid(in[0][i]); })};
  };
  op.forward = [](Stream& stream, const Views& in, const MutableViews& out) {
    Silu(stream, {in[0], out[0]});
  };
  op.backward = [](Stream& stream, const Views& in, const Views&, const Views& dout,
                   const MutableViews& d) {
    SiluBackward(stream, {dout[0], in[0], d[0]});
  };
  return op;
}

OpCase MakeGate(const Case& c) {
  OpCase op = MakeBinary("sigmoid_gate", c, 2);
  op.reference = [](const std::vector<Values>& in) {
    return std::vector<Values>{
        MapValues(in[0].size(), [&](size_t i) { return ReferenceSigmoid(in[0][i]) * in[1][i]; })};
  };
  op.forward = [](Stream& stream, const Views& in, const MutableViews& out) {
    SigmoidGate(stream, {in[0], in[1], out[0]});
  };
  op.backward = [](Stream& stream, const Views& in, const Views&, const Views& dout,
                   const MutableViews& d) {
    SigmoidGateBackward(stream, {dout[0], in[0], in[1], d[0], d[1]});
  };
  return op;
}

OpCase MakeSwiglu(const Case& c) {
  OpCase op = MakeBinary("swiglu", c, 2);
  op.reference = [](const std::vector<Values>& in) {
    return std::vector<Values>{MapValues(
        in[0].size(), [&](size_t i) { return in[0][i] * ReferenceSigmoid(in[0][i]) * in[1][i]; })};
  };
  op.forward = [](Stream& stream, const Views& in, const MutableViews& out) {
    Swiglu(stream, {in[0], in[1], out[0]});
  };
  op.backward = [](Stream& stream, const Views& in, const Views&, const Views& dout,
                   const MutableViews& d) {
    SwigluBackward(stream, {dout[0], in[0], in[1], d[0], d[1]});
  };
  return op;
}

OpCase MakeAddScaled(const Case& c) {
  OpCase op = MakeBinary("add_scaled", c, 2);
  op.reference = [](const std::vector<Values>& in) {
    return std::vector<Values>{
        MapValues(in[0].size(), [&](size_t i) { return 0.75 * in[0][i] - 1.5 * in[1][i]; })};
  };
  op.forward = [](Stream& stream, const Views& in, const MutableViews& out) {
    AddScaled(stream, {in[0], 0.75f, in[1], -1.5f, out[0]});
  };
  return op;
}

class ElementwiseTest : public ::testing::TestWithParam<Case> {};
TEST_P(ElementwiseTest, Silu) { CheckOp(MakeSilu(GetParam())); }
TEST_P(ElementwiseTest, SigmoidGate) { CheckOp(MakeGate(GetParam())); }
TEST_P(ElementwiseTest, Swiglu) { CheckOp(MakeSwiglu(GetParam())); }
TEST_P(ElementwiseTest, AddScaled) { CheckOp(MakeAddScaled(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Cases, ElementwiseTest,
                         ::testing::Values(Case{{1, 1}, DType::kF32}, Case{{3, 37}, DType::kF32},
                                           Case{{211, 301}, DType::kF32},
                                           Case{{5, 23}, DType::kBF16},
                                           Case{{150, 300}, DType::kBF16}),
                         [](const auto& info) {
                           return std::to_string(info.param.shape.numel()) +
                                  std::string(DTypeName(info.param.dtype));
                         });

TEST(Activation, LargeArgumentsSaturate) {
  ThreadPool pool(1);
  Stream stream(&pool);
  const Tensor x = MakeTensor({4}, DType::kF32, {-200.0, -90.0, 90.0, 1e30});
  Tensor y({4}, DType::kF32), dx({4}, DType::kF32);
  const Tensor one = MakeTensor({4}, DType::kF32, {1, 1, 1, 1});
  Silu(stream, {x.view(), y.mutable_view()});
  SiluBackward(stream, {one.view(), x.view(), dx.mutable_view()});
  const float expected[] = {0.0f, 0.0f, 90.0f, 1e30f}, slope[] = {0.0f, 0.0f, 1.0f, 1.0f};
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(y.as<float>()[i], expected[i], 1e-30) << i;
    EXPECT_NEAR(dx.as<float>()[i], slope[i], 1e-30) << i;
  }
}

TEST(Residual, MixesDTypesAndScalesACopy) {
  ThreadPool pool(2);
  Stream stream(&pool);
  const Tensor a = RandomTensor({70}, DType::kF32, 1), b = RandomTensor({70}, DType::kBF16, 2);
  Tensor sum({70}, DType::kF32), half({70}, DType::kBF16);
  AddScaled(stream, {a.view(), 1.0f, b.view(), 2.0f, sum.mutable_view()});
  AddScaled(stream, {a.view(), 0.5f, {}, 1.0f, half.mutable_view()});
  for (int i = 0; i < 70; ++i) {
    const float wide = static_cast<float>(b.as<BFloat16>()[i]);
    EXPECT_EQ(sum.as<float>()[i], std::fma(2.0f, wide, a.as<float>()[i]));
    EXPECT_EQ(half.as<BFloat16>()[i].bits, BFloat16(0.5f * a.as<float>()[i]).bits);
  }
}

TEST(Cast, RoundsToNearestEvenAndBack) {
  ThreadPool pool(2);
  Stream stream(&pool);
  const float inf = std::numeric_limits<float>::infinity();
  Values values = RandomNormal(1000, 7);
  values.insert(values.end(), {0.0, -0.0, 1.00390625, 1.01171875, inf, -inf, 1e-40, 3.4e38});
  const int64_t n = static_cast<int64_t>(values.size());
  const Tensor x = MakeTensor({n}, DType::kF32, values);
  Tensor narrow({n}, DType::kBF16), wide({n}, DType::kF32);
  Cast(stream, {x.view(), narrow.mutable_view()});
  Cast(stream, {narrow.view(), wide.mutable_view()});
  for (int64_t i = 0; i < n; ++i) {
    const BFloat16 expected(x.as<float>()[i]);
    ASSERT_EQ(narrow.as<BFloat16>()[i].bits, expected.bits) << x.as<float>()[i];
    ASSERT_EQ(wide.as<float>()[i], static_cast<float>(expected));
  }
  const Tensor nan = MakeTensor({1}, DType::kF32, {std::nan("")});
  Tensor narrow_nan({1}, DType::kBF16);
  Cast(stream, {nan.view(), narrow_nan.mutable_view()});
  EXPECT_TRUE(std::isnan(static_cast<float>(narrow_nan.as<BFloat16>()[0])));
}

TEST(GatherRows, PicksAndConverts) {
  ThreadPool pool(2);
  Stream stream(&pool);
  const Tensor x = RandomTensor({6, 33}, DType::kBF16, 1);
  const std::vector<int32_t> rows = {5, 0, 5, 2};
  Tensor y({4, 33}, DType::kF32);
  GatherRows(stream, {x.view(), rows, y.mutable_view()});
  for (int i = 0; i < 4; ++i) {
    for (int c = 0; c < 33; ++c) {
      EXPECT_EQ(y.as<float>()[i * 33 + c], static_cast<float>(x.as<BFloat16>()[rows[i] * 33 + c]));
    }
  }
  const std::vector<int32_t> bad = {6};
  Tensor one({1, 33}, DType::kF32);
  EXPECT_DEATH(GatherRows(stream, {x.view(), bad, one.mutable_view()}), "row 6");
}

}  // namespace
}  // namespace longhaul::testing
