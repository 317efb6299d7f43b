// SPDX-License-Identifier: Apache-2.0
#include "trainer/optimizer/optimizer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <limits>

#include "common/file.h"
#include "common/json.h"
#include "tests/trainer/tiny_model.h"
#include "trainer/optimizer/lr_schedule.h"

namespace longhaul::trainer {
namespace {

std::vector<double> Doubles(const Json& array) {
  std::vector<double> values;
  for (const Json& item : array.items()) values.push_back(item.AsDouble().value());
  return values;
}

// One of tests/golden/optimizer: two groups of ten parameters, twelve steps.
struct Golden {
  Json root;
  OptimizerConfig config;
  LrSchedule schedule;

  explicit Golden(const std::string& name)
      : root(Json::ParseFile(std::string(LONGHAUL_SOURCE_DIR) + "/tests/golden/optimizer/" + name)
                 .value()) {
    const Json& settings = **root.Get("settings");
    config.beta1 = settings.GetDouble("beta1").value();
    config.beta2 = settings.GetDouble("beta2").value();
    config.eps = settings.GetDouble("eps").value();
    config.grad_clip = settings.GetDoubleOr("max_grad_norm", 0).value();
    const Json& s = **settings.Get("schedule");
    schedule = {.type = ScheduleType::kCosine,
                .peak = s.GetDouble("peak").value(),
                .minimum = s.GetDouble("minimum").value(),
                .warmup_steps = s.GetInt("warmup_steps").value(),
                .total_steps = s.GetInt("total_steps").value()};
  }
  const std::vector<Json>& steps() const { return (*root.Get("steps"))->items(); }
  const std::vector<Json>& groups() const { return (*root.Get("groups"))->items(); }
};

// The update in float64, with our schedule and clip: the path that must agree to 1e-10.
void CheckFloat64(const std::string& name) {
  const Golden golden(name);
  std::map<std::string, std::vector<double>> params, ms, vs;
  for (const auto& [group, values] : (*golden.root.Get("initial"))->members()) {
    params[group] = Doubles(values);
    ms[group] = vs[group] = std::vector<double>(params[group].size(), 0.0);
  }
  const OptimizerConfig& c = golden.config;
  for (size_t n = 0; n < golden.steps().size(); ++n) {
    const Json& step = golden.steps()[n];
    const double lr = golden.schedule.At(static_cast<int64_t>(n));
    EXPECT_NEAR(lr, step.GetDouble("lr").value(), 1e-12 * lr);
    double squares = 0;
    for (const auto& [group, grads] : (*step.Get("grad"))->members()) {
      for (double g : Doubles(grads)) squares += g * g;
    }
    const double scale = ClipScale(std::sqrt(squares), c.grad_clip);
    EXPECT_NEAR(scale, step.GetDoubleOr("clip_scale", 1).value(), 1e-12);
    for (const Json& entry : golden.groups()) {
      const std::string group = entry.GetString("name").value();
      const double decay = entry.GetDouble("weight_decay").value();
      const std::vector<double> grads = Doubles(**(*step.Get("grad"))->Get(group));
      const std::vector<double> want = Doubles(**(*step.Get("param"))->Get(group));
      for (size_t i = 0; i < grads.size(); ++i) {
        const double g = grads[i] * scale;
        double& m = ms[group][i];
        double& v = vs[group][i];
        double& p = params[group][i];
        m = c.beta1 * m + (1 - c.beta1) * g;
        v = c.beta2 * v + (1 - c.beta2) * g * g;
        p *= 1 - lr * decay;
        p -= lr * (m / (1 - std::pow(c.beta1, n + 1.0))) /
             (std::sqrt(v / (1 - std::pow(c.beta2, n + 1.0))) + c.eps);
        EXPECT_NEAR(p, want[i], 1e-10 * std::max(1.0, std::abs(want[i]))) << group << " " << i;
      }
    }
  }
}

TEST(OptimizerGoldenTest, Float64) {
  CheckFloat64("adamw.json");
  CheckFloat64("adamw-plain.json");
}

// The optimizer itself, on a model of whose tensors one that decays and one that does not carry the
// golden gradients; the others have none and must stay as they are but for the decay.
TEST(OptimizerGoldenTest, Float32ThroughTheOptimizer) {
  const Golden golden("adamw.json");
  const model::ModelConfig config = TinyModelConfig();
  model::Parameters parameters = model::Parameters::Random(config, 1);
  model::Gradients gradients = model::Gradients::Create(config);
  std::map<std::string, std::pair<float*, float*>> slots;  // group -> parameter, gradient
  for (size_t i = 0; i < parameters.tensors().size(); ++i) {
    model::NamedTensor& tensor = parameters.tensors()[i];
    const std::string group = tensor.decays ? "decayed" : "plain";
    if (slots.contains(group) || tensor.tensor.numel() < 10) continue;
    slots[group] = {tensor.tensor.as<float>(), gradients.tensors()[i].tensor.as<float>()};
    const std::vector<double> initial = Doubles(**(*golden.root.Get("initial"))->Get(group));
    std::copy(initial.begin(), initial.end(), slots[group].first);
  }
  ASSERT_EQ(slots.size(), 2u);
  ThreadPool pool(2);
  kernels::Stream stream(&pool);
  Optimizer optimizer(golden.config, &parameters);
  for (size_t n = 0; n < golden.steps().size(); ++n) {
    const Json& step = golden.steps()[n];
    for (auto& [group, slot] : slots) {
      const std::vector<double> grads = Doubles(**(*step.Get("grad"))->Get(group));
      std::copy(grads.begin(), grads.end(), slot.second);
    }
    const OptimizerReport report =
        optimizer.Step(stream, golden.schedule.At(static_cast<int64_t>(n)), gradients);
    EXPECT_FALSE(report.skipped);
    EXPECT_NEAR(report.grad_norm, step.GetDouble("grad_norm").value(),
                1e-6 * step.GetDouble("grad_norm").value());
    for (auto& [group, slot] : slots) {
      const std::vector<double> want = Doubles(**(*step.Get("param"))->Get(group));
      for (size_t i = 0; i < want.size(); ++i) {
        EXPECT_NEAR(slot.first[i], want[i], 2e-6) << "step " << n << " " << group << " " << i;
      }
    }
  }
}

TEST(OptimizerTest, NonFiniteGradientsChangeNothing) {
  const model::ModelConfig config = TinyModelConfig();
  model::Parameters parameters = model::Parameters::Random(config, 1);
  model::Gradients gradients = model::Gradients::Create(config);
  ThreadPool pool(1);
  kernels::Stream stream(&pool);
  Optimizer optimizer(OptimizerConfig(), &parameters);
  const std::vector<uint64_t> before = model::Checksums(stream, parameters);
  for (float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    gradients.tensors().back().tensor.as<float>()[0] = bad;
    const OptimizerReport report = optimizer.Step(stream, 0.1, gradients);
    EXPECT_TRUE(report.skipped);
  }
  EXPECT_EQ(optimizer.applied_steps(), 0);
  EXPECT_EQ(model::Checksums(stream, parameters), before);
}

TEST(OptimizerTest, CountsParametersBelowEps) {
  const model::ModelConfig config = TinyModelConfig();
  model::Parameters parameters = model::Parameters::Random(config, 1);
  model::Gradients gradients = model::Gradients::Create(config);
  int64_t large = 0;
  for (model::NamedTensor& gradient : gradients.tensors()) {
    const bool is_large = large == 0;
    if (is_large) large = gradient.tensor.numel();
    std::fill_n(gradient.tensor.as<float>(), gradient.tensor.numel(), is_large ? 1e-6f : 1e-10f);
  }
  ThreadPool pool(2);
  kernels::Stream stream(&pool);
  OptimizerConfig optimizer_config;
  optimizer_config.eps = 1e-8;
  optimizer_config.grad_clip = 0;
  Optimizer optimizer(optimizer_config, &parameters);
  const OptimizerReport report = optimizer.Step(stream, 1e-6, gradients);
  EXPECT_NEAR(report.eps_dominated_frac,
              1 - static_cast<double>(large) / static_cast<double>(parameters.numel()), 1e-12);
}

TEST(OptimizerTest, GoesOnFromItsFiles) {
  const model::ModelConfig config = TinyModelConfig();
  ThreadPool pool(1);
  kernels::Stream stream(&pool);
  model::Parameters whole = model::Parameters::Random(config, 1);
  model::Parameters half = model::Parameters::Random(config, 1);
  model::Gradients gradients = model::Parameters::Random(config, 2);
  Optimizer first(OptimizerConfig(), &whole);
  Optimizer second(OptimizerConfig(), &half);
  first.Step(stream, 0.01, gradients);
  second.Step(stream, 0.01, gradients);
  const std::string dir = testing::TempDir() + "/optimizer_state_" + std::to_string(getpid());
  ASSERT_TRUE(RemoveTree(dir).ok());
  ASSERT_TRUE(CreateDirectories(dir).ok());
  ASSERT_TRUE(second.Save(dir).ok());
  Optimizer third(OptimizerConfig(), &half);
  ASSERT_TRUE(third.Load(dir, second.applied_steps()).ok());
  for (int step = 0; step < 3; ++step) {
    first.Step(stream, 0.01, gradients);
    third.Step(stream, 0.01, gradients);
  }
  EXPECT_EQ(model::Checksums(stream, whole), model::Checksums(stream, half));
}

}  // namespace
}  // namespace longhaul::trainer
