// SPDX-License-Identifier: Apache-2.0
#include "kernels/matmul.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/thread_pool.h"
#include "tests/support/op_harness.h"
#include "tests/support/reference_matmul.h"

namespace longhaul::testing {
namespace {

using namespace kernels;  // NOLINT: a test of that folder

enum class Bias { kNone, kPresent };

struct LinearCase {
  int64_t m;
  int64_t in;
  int64_t out;
  DType dtype;
  DType y_dtype;
  Bias bias;
};

std::string Name(const LinearCase& c) {
  return "linear_" + std::to_string(c.m) + "x" + std::to_string(c.in) + "x" +
         std::to_string(c.out) + "_" + std::string(DTypeName(c.dtype)) + "_" +
         std::string(DTypeName(c.y_dtype)) + (c.bias == Bias::kPresent ? "_bias" : "");
}

OpCase MakeLinear(const LinearCase& c) {
  OpCase op;
  op.name = Name(c);
  op.inputs = {{"x", {c.m, c.in}, c.dtype, Rows::kIndependent, Gradient::kWanted, {}},
               {"weight", {c.out, c.in}, c.dtype, Rows::kShared, Gradient::kWanted, {}}};
  const bool bias = c.bias == Bias::kPresent;
  if (bias) {
    op.inputs.push_back({"bias", {c.out}, DType::kF32, Rows::kShared, Gradient::kWanted, {}});
  }
  op.outputs = {{"y", {c.m, c.out}, c.y_dtype, Rows::kIndependent, Gradient::kWanted, {}}};
  op.reference = [=](const std::vector<Values>& in) {
    return std::vector<Values>{ReferenceLinear(in[0], in[1], bias ? in[2] : Values(), c.in, c.out)};
  };
  op.forward = [=](Stream& stream, const Views& in, const MutableViews& out) {
    PackedWeight weight(c.out, c.in, c.dtype, PackFor::kForward);
    weight.Pack(stream, in[1]);
    Linear(stream, {in[0], &weight, bias ? in[2] : TensorView(), out[0]});
  };
  if (c.y_dtype != c.dtype) return op;
  op.backward = [=](Stream& stream, const Views& in, const Views&, const Views& dout,
                    const MutableViews& d) {
    PackedWeight weight(c.out, c.in, c.dtype, PackFor::kInputGradient);
    weight.Pack(stream, in[1]);
    LinearInputGradient(stream, {dout[0], &weight, Accumulate::kOverwrite, d[0]});
    LinearWeightGradient(stream, {dout[0], in[0], d[1], bias ? d[2] : MutableTensorView()});
  };
  return op;
}

constexpr DType kF32 = DType::kF32, kBF16 = DType::kBF16;

class LinearTest : public ::testing::TestWithParam<LinearCase> {};
TEST_P(LinearTest, MatchesReference) { CheckOp(MakeLinear(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Cases, LinearTest,
                         ::testing::Values(LinearCase{1, 1, 1, kF32, kF32, Bias::kNone},
                                           LinearCase{5, 17, 33, kF32, kF32, Bias::kPresent},
                                           LinearCase{1, 16, 16, kF32, kBF16, Bias::kNone},
                                           LinearCase{77, 96, 288, kF32, kF32, Bias::kNone},
                                           LinearCase{301, 130, 70, kF32, kF32, Bias::kPresent},
                                           LinearCase{19, 64, 700, kF32, kF32, Bias::kPresent},
                                           LinearCase{5, 17, 33, kBF16, kBF16, Bias::kPresent},
                                           LinearCase{64, 96, 96, kBF16, kF32, Bias::kNone},
                                           LinearCase{77, 96, 288, kBF16, kBF16, Bias::kNone},
                                           LinearCase{7, 1700, 40, kBF16, kBF16, Bias::kPresent},
                                           LinearCase{9, 31, 517, kBF16, kF32, Bias::kPresent}),
                         [](const auto& info) { return Name(info.param); });

struct InvarianceCase {
  int64_t in;
  int64_t out;
  DType dtype;
};

class LinearInvarianceTest : public ::testing::TestWithParam<InvarianceCase> {};

// Every number of rows from 1 up gives the bits of the longest call, forward and input gradient.
TEST_P(LinearInvarianceTest, RowsDoNotDependOnTheirNumber) {
  const InvarianceCase c = GetParam();
  const int64_t rows = 519;
  ThreadPool pool(2);
  Stream stream(&pool);
  const Tensor w = RandomTensor({c.out, c.in}, kF32, 1);
  const Tensor x = RandomTensor({rows, c.in}, c.dtype, 2);
  PackedWeight weight(c.out, c.in, c.dtype, PackFor::kForward);
  weight.Pack(stream, w.view());
  Tensor all({rows, c.out}, kF32), part({rows, c.out}, kF32);
  Linear(stream, {x.view(), &weight, {}, all.mutable_view()});
  for (int64_t m : {1, 2, 3, 5, 8, 16, 31, 33, 64, 100, 128, 255, 256, 257, 518}) {
    const int64_t first = rows - m;  // a different place in every call
    const char* from = static_cast<const char*>(x.view().data) + first * c.in * SizeOf(c.dtype);
    const MutableTensorView y(part.as<float>(), Shape{m, c.out});
    Linear(stream, {TensorView(from, {m, c.in}, c.dtype), &weight, {}, y});
    ExpectSameBits(y, TensorView(all.as<float>() + first * c.out, Shape{m, c.out}),
                   std::to_string(m) + " rows");
  }
}
INSTANTIATE_TEST_SUITE_P(
    Cases, LinearInvarianceTest,
    ::testing::Values(InvarianceCase{16, 16, kF32}, InvarianceCase{96, 288, kF32},
                      InvarianceCase{300, 96, kF32}, InvarianceCase{1024, 520, kF32},
                      InvarianceCase{3000, 33, kF32}, InvarianceCase{16, 16, kBF16},
                      InvarianceCase{97, 288, kBF16}, InvarianceCase{1024, 520, kBF16},
                      InvarianceCase{3000, 33, kBF16}),
    [](const auto& info) {
      return std::to_string(info.param.in) + "x" + std::to_string(info.param.out) +
             std::string(DTypeName(info.param.dtype));
    });

TEST(LinearGradient, InputGradientAdds) {
  ThreadPool pool(2);
  Stream stream(&pool);
  const Tensor w = RandomTensor({40, 24}, kF32, 1), dy = RandomTensor({9, 40}, kF32, 2);
  PackedWeight weight(40, 24, kF32, PackFor::kInputGradient);
  weight.Pack(stream, w.view());
  Tensor once({9, 24}, kF32), sum = RandomTensor({9, 24}, kF32, 3);
  Values expected = ToValues(sum.view());
  LinearInputGradient(stream, {dy.view(), &weight, Accumulate::kOverwrite, once.mutable_view()});
  LinearInputGradient(stream, {dy.view(), &weight, Accumulate::kAdd, sum.mutable_view()});
  const Values gradient = ToValues(once.view());
  for (size_t i = 0; i < expected.size(); ++i) expected[i] += gradient[i];
  ExpectClose(sum.view(), expected, 1e-6, "dx");
}

// The gradient of one call against that of the same rows in four calls: what splitting a batch in
// micro-batches may change.
TEST(LinearGradient, SplittingTheRowsChangesLittle) {
  ThreadPool pool(2);
  Stream stream(&pool);
  const int64_t m = 12000, out = 48, in = 40;
  const Tensor dy = RandomTensor({m, out}, kF32, 1), x = RandomTensor({m, in}, kF32, 2);
  Tensor whole({out, in}, kF32), split({out, in}, kF32);
  LinearWeightGradient(stream, {dy.view(), x.view(), whole.mutable_view(), {}});
  for (int64_t begin = 0; begin < m; begin += m / 4) {
    const TensorView dy_part(dy.as<float>() + begin * out, Shape{m / 4, out});
    const TensorView x_part(x.as<float>() + begin * in, Shape{m / 4, in});
    LinearWeightGradient(stream, {dy_part, x_part, split.mutable_view(), {}});
  }
  double difference = 0, norm = 0;
  for (int64_t i = 0; i < out * in; ++i) {
    const double d = double{whole.as<float>()[i]} - double{split.as<float>()[i]};
    difference += d * d;
    norm += double{whole.as<float>()[i]} * double{whole.as<float>()[i]};
  }
  EXPECT_LE(std::sqrt(difference / norm), 5e-7);
}

TEST(LinearGradient, NoRowsAddNothing) {
  ThreadPool pool(2);
  Stream stream(&pool);
  const Tensor empty({0, 8}, kF32);
  Tensor dweight = RandomTensor({8, 8}, kF32, 1), dbias = RandomTensor({8}, kF32, 2);
  const Values expected = ToValues(dweight.view());
  LinearWeightGradient(stream,
                       {empty.view(), empty.view(), dweight.mutable_view(), dbias.mutable_view()});
  EXPECT_EQ(ToValues(dweight.view()), expected);
}

TEST(PackedWeight, RepackingReplacesTheWeight) {
  ThreadPool pool(2);
  Stream stream(&pool);
  const Tensor first = RandomTensor({300, 70}, kF32, 1), second = RandomTensor({300, 70}, kF32, 2);
  const Tensor x = RandomTensor({3, 70}, kF32, 3);
  PackedWeight repacked(300, 70, kF32, PackFor::kForward), fresh(300, 70, kF32, PackFor::kForward);
  EXPECT_GE(repacked.bytes(), 300 * 70 * 4);
  repacked.Pack(stream, first.view());
  repacked.Pack(stream, second.view());
  fresh.Pack(stream, second.view());
  Tensor a({3, 300}, kF32), b({3, 300}, kF32);
  Linear(stream, {x.view(), &repacked, {}, a.mutable_view()});
  Linear(stream, {x.view(), &fresh, {}, b.mutable_view()});
  ExpectSameBits(a.view(), b.view(), "y");
}

TEST(PackedWeightDeathTest, WrongProductAndShapeStop) {
  ThreadPool pool(1);
  Stream stream(&pool);
  PackedWeight weight(8, 4, kF32, PackFor::kInputGradient);
  const Tensor x({2, 4}, kF32);
  Tensor y({2, 8}, kF32);
  EXPECT_DEATH(Linear(stream, {x.view(), &weight, {}, y.mutable_view()}), "other product");
  PackedWeight forward(8, 4, kF32, PackFor::kForward);
  EXPECT_DEATH(Linear(stream, {y.view(), &forward, {}, y.mutable_view()}), "shape");
}

}  // namespace
}  // namespace longhaul::testing
