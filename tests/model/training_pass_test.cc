// SPDX-License-Identifier: Apache-2.0
#include "model/training_pass.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "common/random.h"
#include "tests/model/test_models.h"

namespace longhaul::model {
namespace {

// A pass over one batch with a loss that is a weighted sum of log-probs and entropies, and the
// balance loss.
class Trainer {
 public:
  Trainer(const ModelConfig& config, const TokenBatch& batch, const WeightsOptions& options = {},
          Recompute recompute = Recompute::kNone, int num_threads = 2)
      : config_(config),
        batch_(batch),
        pool_(num_threads),
        stream_(&pool_),
        weights_(config, options),
        logprobs_(static_cast<size_t>(batch.num_targets())),
        entropy_(logprobs_.size()) {
    pass_ = std::move(TrainingPass::Create(config, options,
                                           {.max_tokens = batch.num_tokens(),
                                            .max_targets = batch.num_targets(),
                                            .max_segments = 9,
                                            .recompute = recompute}))
                .value();
    RandomSequence random(RandomKey(11, RandomStream::kTest), 1);
    for (size_t i = 0; i < logprobs_.size(); ++i) {
      dlogprobs_.push_back(static_cast<float>(random.Uniform() - 0.5));
      dentropy_.push_back(static_cast<float>(random.Uniform() - 0.5));
    }
  }

  double Loss(const Parameters& parameters) {
    weights_.Pack(stream_, parameters, 0);
    pass_->set_aux_loss_coef(kAuxCoef);
    pass_->Forward(stream_, weights_, batch_);
    pass_->Logprobs(stream_, 0.8f, logprobs_, entropy_);
    double loss = kAuxCoef * pass_->router_stats().balance_loss;
    for (size_t i = 0; i < logprobs_.size(); ++i) {
      loss += static_cast<double>(dlogprobs_[i]) * logprobs_[i] +
              static_cast<double>(dentropy_[i]) * entropy_[i];
    }
    return loss;
  }

  Gradients Gradient(const Parameters& parameters) {
    Loss(parameters);
    Gradients gradients = Gradients::Create(config_);
    pass_->Backward(stream_, dlogprobs_, dentropy_, &gradients);
    return gradients;
  }

  TrainingPass& pass() { return *pass_; }
  const std::vector<float>& logprobs() const { return logprobs_; }

 private:
  static constexpr double kAuxCoef = 0.5;

  const ModelConfig& config_;
  const TokenBatch& batch_;
  ThreadPool pool_;
  kernels::Stream stream_;
  Weights weights_;
  std::unique_ptr<TrainingPass> pass_;
  std::vector<float> dlogprobs_, dentropy_, logprobs_, entropy_;
};

bool SameBits(const Gradients& a, const Gradients& b) {
  for (size_t i = 0; i < a.tensors().size(); ++i) {
    const kernels::Tensor &x = a.tensors()[i].tensor, &y = b.tensors()[i].tensor;
    if (std::memcmp(x.view().data, y.view().data, static_cast<size_t>(x.bytes())) != 0) {
      return false;
    }
  }
  return true;
}

double Dot(const float* a, const float* b, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

class TrainingPassTest : public testing::TestWithParam<std::string> {};

// How far the slope of the loss along `direction` is from `analytic`, beyond what fp32 allows.
// Experts are chosen by rank, so the loss jumps where a token changes its experts: the smallest gap
// of three steps counts.
double SlopeGap(Trainer* trainer, Parameters* parameters, size_t tensor,
                const std::vector<float>& direction, double analytic) {
  float* p = parameters->tensors()[tensor].tensor.as<float>();
  const std::vector<float> saved(p, p + direction.size());
  double best = std::numeric_limits<double>::infinity();
  for (double step : {2e-3, 4e-4, 8e-5}) {
    double difference = 0;
    for (double sign : {1.0, -1.0}) {
      for (size_t j = 0; j < direction.size(); ++j) {
        p[j] = saved[j] + static_cast<float>(sign * step) * direction[j];
      }
      difference += sign * trainer->Loss(*parameters);
    }
    const double noise = 2e-5 / step;
    best = std::min(best, std::fabs(difference / (2 * step) - analytic) - noise);
    if (best <= 0) break;
  }
  std::copy(saved.begin(), saved.end(), p);
  return best;
}

// Every tensor along its own gradient and along a random direction, in a tree with all loss terms
// on.
TEST_P(TrainingPassTest, GradientMatchesFiniteDifferences) {
  const ModelConfig config = TestModel(GetParam());
  const TokenBatch batch = TestTree(config);
  Parameters parameters = TestParameters(config, 3);
  Trainer trainer(config, batch);
  const Gradients gradients = trainer.Gradient(parameters);
  const uint64_t key = RandomKey(4, RandomStream::kTest);
  for (size_t i = 0; i < gradients.tensors().size(); ++i) {
    const NamedTensor& g = gradients.tensors()[i];
    const int64_t count = g.tensor.numel();
    const float* grad = g.tensor.as<float>();
    const double norm = std::sqrt(Dot(grad, grad, count));
    std::vector<float> random(static_cast<size_t>(count)), along(random.size());
    const double scale = 1 / std::sqrt(static_cast<double>(count));
    for (int64_t j = 0; j < count; ++j) {
      const auto at = static_cast<size_t>(j);
      random[at] = static_cast<float>(scale) * NormalAt(key, i, static_cast<uint32_t>(j), 0);
      along[at] = norm > 0 ? static_cast<float>(grad[j] / norm) : 0.0f;
    }
    EXPECT_LE(SlopeGap(&trainer, &parameters, i, along, norm), 0.01 * norm) << g.name;
    EXPECT_LE(SlopeGap(&trainer, &parameters, i, random, Dot(grad, random.data(), count)),
              0.01 * norm)
        << g.name << " in a random direction";
  }
}

TEST_P(TrainingPassTest, GradientHasTheSameBitsForAnyThreadsAndRecomputation) {
  const ModelConfig config = TestModel(GetParam());
  const TokenBatch batch = TestTree(config);
  const Parameters parameters = TestParameters(config, 3);
  for (Precision precision : {Precision::kFp32, Precision::kBf16}) {
    const WeightsOptions options{.precision = precision};
    const Gradients reference =
        Trainer(config, batch, options, Recompute::kNone, 1).Gradient(parameters);
    EXPECT_TRUE(SameBits(
        reference, Trainer(config, batch, options, Recompute::kNone, 2).Gradient(parameters)));
    EXPECT_TRUE(SameBits(
        reference, Trainer(config, batch, options, Recompute::kLayer, 2).Gradient(parameters)));
  }
}

// A tree's gradient is the sum over its unfolded sequences, each token counted once.
TEST_P(TrainingPassTest, TreeGradientIsThatOfUnfoldedSequences) {
  const ModelConfig config = TestModel(GetParam());
  const Parameters parameters = TestParameters(config, 3);
  const std::vector<int32_t> trunk = RandomTokens(config, 19, 0);
  TokenBatch tree, flat;
  const int32_t root = tree.AddSegment(trunk, -1);
  for (int64_t length : {7, 1, 25}) {
    const std::vector<int32_t> branch = RandomTokens(config, length, static_cast<uint64_t>(length));
    tree.AddTargets(tree.AddSegment(branch, root), 0);
    std::vector<int32_t> whole = trunk;
    whole.insert(whole.end(), branch.begin(), branch.end());
    flat.AddTargets(flat.AddSegment(whole, -1), static_cast<int64_t>(trunk.size()));
  }
  Trainer a(config, tree), b(config, flat);
  for (Trainer* trainer : {&a, &b}) trainer->pass().set_aux_loss_coef(0);
  const auto gradient = [&](Trainer& trainer) {
    trainer.Loss(parameters);
    trainer.pass().set_aux_loss_coef(0);
    Gradients gradients = Gradients::Create(config);
    ThreadPool pool(2);
    kernels::Stream stream(&pool);
    const std::vector<float> ones(static_cast<size_t>(tree.num_targets()), 1.0f);
    trainer.pass().Backward(stream, ones, {}, &gradients);
    return gradients;
  };
  const Gradients ga = gradient(a), gb = gradient(b);
  EXPECT_EQ(a.logprobs(), b.logprobs());
  for (size_t i = 0; i < ga.tensors().size(); ++i) {
    const float* x = ga.tensors()[i].tensor.as<float>();
    const float* y = gb.tensors()[i].tensor.as<float>();
    const int64_t count = ga.tensors()[i].tensor.numel();
    const double norm = std::sqrt(Dot(y, y, count));
    for (int64_t j = 0; j < count; ++j) {
      ASSERT_NEAR(x[j], y[j], 1e-5 * norm + 1e-5) << ga.tensors()[i].name << " " << j;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, TrainingPassTest, testing::ValuesIn(TestModelNames()),
                         [](const auto& info) { return info.param; });

TEST(TrainingPass, BackwardAddsToGradients) {
  const ModelConfig config = TestModel("minimax_m1");
  const TokenBatch batch = TestTree(config);
  const Parameters parameters = TestParameters(config, 3);
  Trainer trainer(config, batch);
  const Gradients once = trainer.Gradient(parameters);
  const Gradients again = trainer.Gradient(parameters);
  EXPECT_TRUE(SameBits(once, again)) << "a pass leaves nothing behind";
}

TEST(TrainingPass, InferenceWeightsScoreTheSameBits) {
  const ModelConfig config = TestModel("minimax_m1");
  const TokenBatch batch = TestTree(config);
  const Parameters parameters = TestParameters(config, 3);
  Trainer training(config, batch), scoring(config, batch, {.use = WeightsUse::kInference});
  training.Loss(parameters);
  scoring.Loss(parameters);
  EXPECT_EQ(training.logprobs(), scoring.logprobs());
}

TEST(TrainingPass, RouterStatsOfEvenAndUnevenLoads) {
  const ModelConfig config = TestModel("minimax_text_one_layer");  // one expert
  const TokenBatch batch = TestTree(config);
  Trainer trainer(config, batch);
  trainer.Loss(TestParameters(config, 3));
  const TrainingPass::RouterStats one = trainer.pass().router_stats();
  EXPECT_EQ(one.max_violation, 0);
  EXPECT_NEAR(one.entropy, 0, 1e-6);
  EXPECT_NEAR(one.balance_loss, 1, 1e-6);

  const ModelConfig moe = TestModel("mixtral");  // five experts, top 2, two layers
  Parameters parameters = TestParameters(moe, 3);
  for (NamedTensor& p : parameters.tensors()) {
    if (p.name.ends_with(".gate.weight")) p.tensor.FillZero();
  }
  Trainer even(moe, batch);
  TokenBatch small = batch;
  for (int32_t& id : small.token_ids) id %= 40;
  even.Loss(parameters);  // all probabilities equal: everybody goes to the first two
  const TrainingPass::RouterStats stats = even.pass().router_stats();
  EXPECT_NEAR(stats.entropy, std::log(5.0), 1e-5);
  EXPECT_NEAR(stats.max_violation, 5.0 / 2 - 1, 1e-6);
  EXPECT_NEAR(stats.balance_loss, 2.0, 1e-5);
}

TEST(TrainingPass, PlanGrowsWithWhatIsKept) {
  const ModelConfig config = TestModel("minimax_m1");
  const auto bytes = [&](const WeightsOptions& weights, Recompute recompute) {
    int64_t total = 0;
    for (const MemoryLine& line : PlanTrainingMemory(
             config, weights,
             {.max_tokens = 512, .max_targets = 512, .max_segments = 16, .recompute = recompute})) {
      total += line.bytes;
    }
    return total;
  };
  const int64_t all = bytes({}, Recompute::kNone), layers = bytes({}, Recompute::kLayer);
  EXPECT_LT(layers, all / 2);
  EXPECT_LT(bytes({.precision = Precision::kBf16}, Recompute::kNone), all);
  EXPECT_LT(bytes({.use = WeightsUse::kInference}, Recompute::kNone), layers);
}

TEST(TrainingPass, RefusesWhatCannotBe) {
  const ModelConfig config = TestModel("llama");
  EXPECT_FALSE(TrainingPass::Create(config, {}, {.max_tokens = 0, .max_segments = 1}).ok());
  const auto huge = TrainingPass::Create(
      config, {}, {.max_tokens = int64_t{1} << 40, .max_targets = 1, .max_segments = 1});
  ASSERT_FALSE(huge.ok());
  EXPECT_THAT(Message(huge.status()),
              testing::AllOf(testing::HasSubstr("GiB"), testing::HasSubstr("layer activations")));
}

TEST(TokenBatchTest, TargetsArePredictedByTheRowBefore) {
  TokenBatch batch;
  const std::vector<int32_t> trunk = {5, 6, 7}, left = {8, 9}, right = {4};
  const int32_t root = batch.AddSegment(trunk, -1);
  batch.AddTargets(root, 2);
  batch.AddTargets(batch.AddSegment(left, root), 0);
  batch.AddTargets(batch.AddSegment(right, root), 0);
  EXPECT_THAT(batch.rows, testing::ElementsAre(1, 2, 3, 2));
  EXPECT_THAT(batch.targets, testing::ElementsAre(7, 8, 9, 4));
  EXPECT_EQ(batch.segments[2].position, 3);
  EXPECT_EQ(batch.segments[2].start, 5);
  EXPECT_EQ(batch.num_tokens(), 6);
}

}  // namespace
}  // namespace longhaul::model
