// SPDX-License-Identifier: Apache-2.0
//
// Twelve steps of AdamW on gradients from 1 down to 1e-18 against tests/golden/optimizer, which
// equals torch.optim.AdamW in float64.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cmath>
#include <map>
#include <string>

#include "common/thread_pool.h"
#include "kernels/adamw.h"
#include "tests/support/op_harness.h"

namespace longhaul::testing {
namespace {

using namespace kernels;  // NOLINT: a test of that folder
using simdjson::dom::element;

// Below the smallest normal fp32 the second moment has few bits or none.
constexpr double kSmallestNormal = 1.2e-38;

Values ReadValues(const element& array) {
  Values values;
  for (double v : array.get_array()) values.push_back(v);
  return values;
}

struct Group {
  double weight_decay = 0;
  Tensor param, m, v;
};

void ExpectRelative(const Tensor& actual, const Values& expected, double floor,
                    const std::string& what) {
  const Values values = ToValues(actual.view());
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::abs(expected[i]) < floor) continue;
    EXPECT_NEAR(values[i] / expected[i], 1.0, 1e-5) << what << "[" << i << "] " << expected[i];
  }
}

void ExpectState(const Group& group, const element& step, const std::string& name) {
  const Values expected = ReadValues(step["param"][name]);
  const Values param = ToValues(group.param.view());
  for (size_t i = 0; i < param.size(); ++i) EXPECT_NEAR(param[i], expected[i], 2e-6) << name;
  ExpectRelative(group.m, ReadValues(step["exp_avg"][name]), 0, name + " m");
  ExpectRelative(group.v, ReadValues(step["exp_avg_sq"][name]), kSmallestNormal, name + " v");
}

class AdamWGoldenTest : public ::testing::TestWithParam<const char*> {};

TEST_P(AdamWGoldenTest, FollowsTorch) {
  simdjson::dom::parser parser;
  element golden;
  const std::string path =
      std::string(LONGHAUL_SOURCE_DIR) + "/tests/golden/optimizer/" + GetParam() + ".json";
  ASSERT_EQ(parser.load(path).get(golden), simdjson::SUCCESS) << path;
  const element settings = golden["settings"];
  std::map<std::string, Group> groups;
  for (const element group : golden["groups"].get_array()) {
    const std::string name{static_cast<std::string_view>(group["name"])};
    const Values initial = ReadValues(golden["initial"][name]);
    const Shape shape{static_cast<int64_t>(initial.size())};
    groups[name] = {static_cast<double>(group["weight_decay"]),
                    MakeTensor(shape, DType::kF32, initial), Tensor(shape, DType::kF32),
                    Tensor(shape, DType::kF32)};
  }
  ThreadPool pool(2);
  Stream stream(&pool);
  for (const element step : golden["steps"].get_array()) {
    double squares = 0;
    for (auto& [name, group] : groups) {
      const Tensor grad =
          MakeTensor(group.param.shape(), DType::kF32, ReadValues(step["grad"][name]));
      squares += SquaredNorm(stream, grad.view());
      AdamW(stream, {grad.view(), group.param.mutable_view(), group.m.mutable_view(),
                     group.v.mutable_view(), static_cast<int64_t>(step["step"]),
                     static_cast<double>(step["lr"]), static_cast<double>(settings["beta1"]),
                     static_cast<double>(settings["beta2"]), static_cast<double>(settings["eps"]),
                     group.weight_decay, static_cast<double>(step["clip_scale"])});
      ExpectState(group, step, name);
    }
    const double norm = static_cast<double>(step["grad_norm"]);
    EXPECT_NEAR(std::sqrt(squares), norm, 1e-7 * norm);
  }
}
INSTANTIATE_TEST_SUITE_P(Golden, AdamWGoldenTest, ::testing::Values("adamw", "adamw-plain"),
                         [](const auto& info) {
                           return std::string(info.param) == "adamw" ? "cispo" : "plain";
                         });

}  // namespace
}  // namespace longhaul::testing
