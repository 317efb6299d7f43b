// SPDX-License-Identifier: Apache-2.0
#include "kernels/adamw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/thread_pool.h"
#include "tests/support/op_harness.h"

namespace longhaul::testing {
namespace {

using namespace kernels;  // NOLINT: a test of that folder

constexpr double kLr = 1e-3, kBeta1 = 0.9, kBeta2 = 0.95, kEps = 1e-15;

struct State {
  Values param, m, v;
};

// The formula in the header, in float64 throughout.
void ReferenceStep(const Values& grad, int64_t step, double decay, double scale, State* s) {
  for (size_t i = 0; i < grad.size(); ++i) {
    const double g = scale * grad[i];
    s->m[i] = kBeta1 * s->m[i] + (1 - kBeta1) * g;
    s->v[i] = kBeta2 * s->v[i] + (1 - kBeta2) * g * g;
    const double m = s->m[i] / (1 - std::pow(kBeta1, step));
    const double v = s->v[i] / (1 - std::pow(kBeta2, step));
    s->param[i] = s->param[i] * (1 - kLr * decay) - kLr * m / (std::sqrt(v) + kEps);
  }
}

class AdamWTest : public ::testing::TestWithParam<double> {};

// From gradients of ordinary size down to those whose squares are near the end of fp32, which
// eps = 1e-15 is chosen for.
TEST_P(AdamWTest, TenStepsFollowTheFormula) {
  const int64_t n = 40000;  // several ranges of threads
  const double size = GetParam();
  ThreadPool pool(2);
  Stream stream(&pool);
  Tensor param = RandomTensor({n}, DType::kF32, 1), m({n}, DType::kF32), v({n}, DType::kF32);
  State expected{ToValues(param.view()), Values(n, 0.0), Values(n, 0.0)};
  const Values start = expected.param;
  for (int64_t step = 1; step <= 10; ++step) {
    Values drawn = RandomNormal(n, 10 + static_cast<uint64_t>(step));
    for (double& g : drawn) g *= size;
    const Tensor grad = MakeTensor({n}, DType::kF32, drawn);
    AdamW(stream, {grad.view(), param.mutable_view(), m.mutable_view(), v.mutable_view(), step, kLr,
                   kBeta1, kBeta2, kEps, 0.1, 0.5});
    ReferenceStep(ToValues(grad.view()), step, 0.1, 0.5, &expected);
  }
  ExpectClose(m.view(), expected.m, 1e-6, "m");
  ExpectClose(v.view(), expected.v, 1e-5, "v");
  ExpectClose(param.view(), expected.param, 1e-6, "param");
  double moved = 0;
  for (int64_t i = 0; i < n; ++i) moved += std::abs(param.as<float>()[i] - start[i]);
  EXPECT_GT(moved / n, size >= 1e-14 ? 1e-3 : 1e-6);  // tiny gradients do move parameters
}
INSTANTIATE_TEST_SUITE_P(Sizes, AdamWTest, ::testing::Values(1.0, 1e-6, 1e-14, 1e-17, 1e-18),
                         [](const auto& info) {
                           return "1em" + std::to_string(static_cast<int>(
                                              std::lround(-std::log10(info.param))));
                         });

TEST(AdamW, SameBitsForAnyThreads) {
  const int64_t n = 100003;
  const Tensor grad = RandomTensor({n}, DType::kF32, 1);
  Tensor params[2], ms[2], vs[2];
  for (int i = 0; i < 2; ++i) {
    ThreadPool pool(i == 0 ? 1 : 3);
    Stream stream(&pool);
    params[i] = RandomTensor({n}, DType::kF32, 2);
    ms[i] = Tensor({n}, DType::kF32);
    vs[i] = Tensor({n}, DType::kF32);
    AdamW(stream, {grad.view(), params[i].mutable_view(), ms[i].mutable_view(),
                   vs[i].mutable_view(), 3, kLr, kBeta1, kBeta2, kEps, 0.0, 1.0});
  }
  ExpectSameBits(params[0].view(), params[1].view(), "param");
  ExpectSameBits(vs[0].view(), vs[1].view(), "v");
}

TEST(SquaredNorm, IsExactToFloat64AndTheSameForAnyThreads) {
  const int64_t n = 123457;
  Values values = RandomNormal(n, 1);
  for (size_t i = 0; i < values.size(); i += 3) values[i] *= 1e-18;  // squares lost in fp32 sums
  const Tensor x = MakeTensor({n}, DType::kF32, values);
  double expected = 0;
  for (double v : ToValues(x.view())) expected += v * v;
  ThreadPool one(1), three(3);
  Stream a(&one), b(&three);
  EXPECT_NEAR(SquaredNorm(a, x.view()) / expected, 1.0, 1e-13);
  EXPECT_EQ(SquaredNorm(a, x.view()), SquaredNorm(b, x.view()));
  Tensor bad = RandomTensor({100}, DType::kBF16, 2);
  EXPECT_GT(SquaredNorm(a, bad.view()), 0);
  bad.as<BFloat16>()[57] = BFloat16(std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isinf(SquaredNorm(a, bad.view())));
  bad.as<BFloat16>()[3] = BFloat16(std::nanf(""));
  EXPECT_TRUE(std::isnan(SquaredNorm(a, bad.view())));
}

}  // namespace
}  // namespace longhaul::testing
