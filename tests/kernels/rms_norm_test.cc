// SPDX-License-Identifier: Apache-2.0
#include "kernels/rms_norm.h"

#include <gtest/gtest.h>

#include "common/thread_pool.h"
#include "tests/support/op_harness.h"
#include "tests/support/reference_row_ops.h"

namespace longhaul::testing {
namespace {

using namespace kernels;  // NOLINT: a test of that folder

constexpr float kEps = 1e-5f;

struct Case {
  int64_t rows;
  int64_t dim;
  DType dtype;
};

OpCase MakeRmsNorm(const Case& c) {
  OpCase op;
  op.name = "rms_norm_" + std::to_string(c.rows) + "x" + std::to_string(c.dim) + "_" +
            std::string(DTypeName(c.dtype));
  op.inputs = {{"x", {c.rows, c.dim}, c.dtype, Rows::kIndependent, Gradient::kWanted, {}},
               {"weight", {c.dim}, c.dtype, Rows::kShared, Gradient::kWanted, {}}};
  op.outputs = {{"y", {c.rows, c.dim}, c.dtype, Rows::kIndependent, Gradient::kWanted, {}},
                {"rstd", {c.rows}, DType::kF32, Rows::kIndependent, Gradient::kNone, {}}};
  op.reference = [](const std::vector<Values>& in) { return ReferenceRmsNorm(in[0], in[1], kEps); };
  op.forward = [](Stream& stream, const Views& in, const MutableViews& out) {
    RmsNorm(stream, {in[0], in[1], kEps, out[0], out[1]});
  };
  op.backward = [](Stream& stream, const Views& in, const Views& out, const Views& dout,
                   const MutableViews& d) {
    RmsNormBackward(stream, {dout[0], in[0], in[1], out[1], d[0], d[1]});
  };
  return op;
}

class RmsNormTest : public ::testing::TestWithParam<Case> {};
TEST_P(RmsNormTest, MatchesReference) { CheckOp(MakeRmsNorm(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Cases, RmsNormTest,
                         ::testing::Values(Case{1, 2, DType::kF32}, Case{1, 96, DType::kF32},
                                           Case{3, 17, DType::kF32}, Case{200, 300, DType::kF32},
                                           Case{67, 33, DType::kF32}, Case{3, 17, DType::kBF16},
                                           Case{200, 260, DType::kBF16}),
                         [](const auto& info) { return MakeRmsNorm(info.param).name; });

TEST(RmsNorm, MayOverwriteItsInputAndAddsWeightGradients) {
  ThreadPool pool(2);
  Stream stream(&pool);
  const Tensor x = RandomTensor({5, 40}, DType::kF32, 1), w = RandomTensor({40}, DType::kF32, 2);
  const Tensor dy = RandomTensor({5, 40}, DType::kF32, 3);
  Tensor y({5, 40}, DType::kF32), rstd({5}, DType::kF32), dx({5, 40}, DType::kF32);
  Tensor once({40}, DType::kF32), twice({40}, DType::kF32);
  Tensor in_place = MakeTensor({5, 40}, DType::kF32, ToValues(x.view()));
  RmsNorm(stream, {x.view(), w.view(), kEps, y.mutable_view(), rstd.mutable_view()});
  RmsNorm(stream, {in_place.view(), w.view(), kEps, in_place.mutable_view(), {}});
  ExpectSameBits(in_place.view(), y.view(), "y in place of x");

  Tensor dy_in_place = MakeTensor({5, 40}, DType::kF32, ToValues(dy.view()));
  RmsNormBackward(
      stream, {dy.view(), x.view(), w.view(), rstd.view(), dx.mutable_view(), once.mutable_view()});
  RmsNormBackward(stream, {dy.view(), x.view(), w.view(), rstd.view(), dx.mutable_view(),
                           twice.mutable_view()});
  RmsNormBackward(stream, {dy_in_place.view(), x.view(), w.view(), rstd.view(),
                           dy_in_place.mutable_view(), twice.mutable_view()});
  ExpectSameBits(dy_in_place.view(), dx.view(), "dx in place of dy");
  Values expected = ToValues(once.view());
  for (double& v : expected) v *= 2;
  ExpectClose(twice.view(), expected, 1e-7, "dweight");
}

}  // namespace
}  // namespace longhaul::testing
