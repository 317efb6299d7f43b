// SPDX-License-Identifier: Apache-2.0
#include "model/inference_pass.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <numeric>

#include "kernels/softmax_attention.h"
#include "tests/model/test_models.h"

namespace longhaul::model {
namespace {

using Hidden = std::map<int64_t, std::vector<float>>;

void Record(void* context, int64_t layer, const TensorView& hidden) {
  std::vector<float>& out = (*static_cast<Hidden*>(context))[layer];
  out.insert(out.end(), hidden.as<float>(), hidden.as<float>() + hidden.numel());
}

class InferencePassTest : public testing::TestWithParam<std::string> {
 protected:
  static constexpr int64_t kTokens = 150;

  InferencePassTest()
      : config_(TestModel(GetParam())),
        parameters_(TestParameters(config_, 5)),
        pool_(2),
        stream_(&pool_),
        tokens_(RandomTokens(config_, kTokens, 0)) {}

  void Pack(Precision precision) {
    options_ = {.precision = precision};
    weights_ = std::make_unique<Weights>(config_, options_);
    weights_->Pack(stream_, parameters_, 1);
    pass_ = std::move(InferencePass::Create(config_, options_,
                                            {.max_batch_tokens = kTokens,
                                             .max_logits_rows = kTokens,
                                             .num_kv_blocks = 6,
                                             .num_state_slots = 3}))
                .value();
  }
  void Run(int64_t begin, int64_t end, const std::vector<int32_t>& blocks, int32_t slot) {
    const SequenceRows rows{std::span(tokens_).subspan(begin, end - begin), begin, blocks, slot};
    pass_->Forward(stream_, *weights_, {&rows, 1});
  }

  ModelConfig config_;
  Parameters parameters_;
  ThreadPool pool_;
  kernels::Stream stream_;
  std::vector<int32_t> tokens_;
  WeightsOptions options_;
  std::unique_ptr<Weights> weights_;
  std::unique_ptr<InferencePass> pass_;
};

class LightningPassTest : public InferencePassTest {};

// Not only the log-probs: every layer's output is the same bits as in training, over uneven chunks.
TEST_P(InferencePassTest, HiddenStatesAreTheBitsOfTraining) {
  for (Precision precision : {Precision::kFp32, Precision::kBf16}) {
    Pack(precision);
    Hidden chunked, whole;
    pass_->set_hidden_observer(Record, &chunked);
    const std::vector<int32_t> blocks = {4, 0, 5};
    const int64_t borders[] = {0, 1, 2, 9, 64, 65, 100, 131, 149, kTokens};
    for (size_t i = 0; i + 1 < std::size(borders); ++i) Run(borders[i], borders[i + 1], blocks, 2);
    TokenBatch batch;
    batch.AddSegment(tokens_, -1);
    auto training = std::move(TrainingPass::Create(config_, options_,
                                                   {.max_tokens = kTokens, .max_segments = 1}))
                        .value();
    training->set_hidden_observer(Record, &whole);
    training->Forward(stream_, *weights_, batch);
    ASSERT_EQ(whole.size(), static_cast<size_t>(config_.num_hidden_layers));
    for (const auto& [layer, expected] : whole) {
      ASSERT_EQ(chunked[layer].size(), expected.size());
      EXPECT_EQ(std::memcmp(chunked[layer].data(), expected.data(), expected.size() * 4), 0)
          << "layer " << layer;
    }
  }
}

// A fork continues as the original would, and does not disturb it.
TEST_P(InferencePassTest, ForksAreIndependent) {
  Pack(Precision::kFp32);
  const std::vector<int32_t> original = {0, 1, 2}, fork = {3, 4, 5};
  Run(0, 70, original, 0);
  for (size_t b = 0; b < 2; ++b) pass_->CopyKvBlock(original[b], fork[b]);
  if (config_.HasLightning()) pass_->CopyStateSlot(0, 1);
  const auto logits_at_end = [&](const std::vector<int32_t>& blocks, int32_t slot) {
    Run(70, kTokens, blocks, slot);
    std::vector<float> logits(static_cast<size_t>(config_.vocab_size));
    const int32_t last = kTokens - 70 - 1;
    pass_->Logits(stream_, *weights_, {&last, 1},
                  MutableTensorView(logits.data(), Shape{1, config_.vocab_size}));
    return logits;
  };
  const std::vector<float> a = logits_at_end(fork, 1), b = logits_at_end(original, 0);
  EXPECT_EQ(a, b);
}

// The state read out, and that one more token changes it as the recurrence says.
TEST_P(LightningPassTest, StateDoesNotDependOnTheChunks) {
  Pack(Precision::kFp32);
  const Shape shape{config_.num_attention_heads, config_.head_dim, config_.head_dim};
  const auto state = [&](const std::vector<int64_t>& borders) {
    for (size_t i = 0; i + 1 < borders.size(); ++i) Run(borders[i], borders[i + 1], {0, 1, 2}, 0);
    std::vector<float> out(static_cast<size_t>(shape.numel()));
    pass_->LightningState(stream_, 0, 0, borders.back(), MutableTensorView(out.data(), shape));
    return out;
  };
  const std::vector<float> whole = state({0, 77}), parts = state({0, 3, 16, 32, 33, 77});
  EXPECT_EQ(whole, parts);
  EXPECT_NE(whole, state({0, 76}));
  // One step of the recurrence: S_77 = lambda S_76 + k v^T has rank one beyond lambda S_76.
  const std::vector<float> before = state({0, 76});
  const double keep = std::exp(-config_.DecayRates(0)[0]);
  const int64_t d = config_.head_dim;
  std::vector<double> step(static_cast<size_t>(d * d));
  size_t pivot = 0;
  for (size_t i = 0; i < step.size(); ++i) {
    step[i] = whole[i] - keep * before[i];
    if (std::fabs(step[i]) > std::fabs(step[pivot])) pivot = i;
  }
  const size_t width = static_cast<size_t>(d), row = pivot / width, column = pivot % width;
  for (size_t i = 0; i < step.size(); ++i) {
    const double outer = step[i / width * width + column] * step[row * width + i % width];
    EXPECT_NEAR(step[i] * step[pivot], outer, 1e-4 * step[pivot] * step[pivot]);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, InferencePassTest, testing::ValuesIn(TestModelNames()),
                         [](const auto& info) { return info.param; });

INSTANTIATE_TEST_SUITE_P(Models, LightningPassTest,
                         testing::Values("minimax_m1", "minimax_m1_odd", "minimax_all_lightning",
                                         "minimax_text_one_layer"),
                         [](const auto& info) { return info.param; });

TEST(InferencePass, PlanIsWhatBlocksAndSlotsTake) {
  const ModelConfig config = TestModel("minimax_m1");  // two softmax and two lightning layers
  // Two heads of keys and of values, 64 tokens, head_dim 16, fp32, two layers.
  EXPECT_EQ(KvBlockBytesAllLayers(config, Precision::kFp32), 2 * 2 * 2 * 64 * 16 * 4);
  EXPECT_EQ(KvBlockBytesAllLayers(config, Precision::kBf16), 2 * 2 * 2 * 64 * 16 * 2);
  // State 16 x 16 fp32 and 16 keys and values of four heads, two layers.
  EXPECT_EQ(StateSlotBytesAllLayers(config, Precision::kFp32),
            2 * (4 * 16 * 16 * 4 + 2 * 4 * 16 * 16 * 4));
  EXPECT_EQ(StateSlotBytesAllLayers(TestModel("llama"), Precision::kFp32), 0);
  const auto lines = PlanInferenceMemory(
      config, {}, {.max_batch_tokens = 8, .num_kv_blocks = 10, .num_state_slots = 3});
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1].bytes, 10 * KvBlockBytesAllLayers(config, Precision::kFp32));
  EXPECT_EQ(lines[2].bytes, 3 * StateSlotBytesAllLayers(config, Precision::kFp32));
}

TEST(InferencePass, RefusesOptionsThatCannotServeTheModel) {
  const ModelConfig config = TestModel("minimax_m1");
  EXPECT_FALSE(InferencePass::Create(config, {}, {.max_batch_tokens = 0}).ok());
  EXPECT_FALSE(InferencePass::Create(config, {}, {.max_batch_tokens = 4, .num_kv_blocks = 1}).ok());
  EXPECT_FALSE(
      InferencePass::Create(config, {}, {.max_batch_tokens = 4, .num_state_slots = 1}).ok());
}

}  // namespace
}  // namespace longhaul::model
