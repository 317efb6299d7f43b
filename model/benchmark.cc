// SPDX-License-Identifier: Apache-2.0
#include "model/benchmark.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

#include "common/check.h"
#include "common/random.h"
#include "common/thread_pool.h"
#include "model/training_pass.h"

namespace longhaul::model {
namespace {

constexpr int kTimedSteps = 3;
constexpr int64_t kVocab = 256;

struct ModelShape {
  const char* name;
  int64_t hidden, heads, head_dim;
  const char* layer_types;
};
constexpr ModelShape kModels[] = {
    {"tree.hybrid", 96, 4, 16,
     R"("linear_attention", "linear_attention", "linear_attention", "full_attention")"},
    {"tree.hybrid-256", 256, 4, 64,
     R"("linear_attention", "linear_attention", "linear_attention", "full_attention")"},
    {"tree.softmax-256", 256, 4, 64,
     R"("full_attention", "full_attention", "full_attention", "full_attention")"}};

ModelConfig ConfigNamed(std::string_view name) {
  const auto model = std::find_if(std::begin(kModels), std::end(kModels),
                                  [&](const ModelShape& m) { return name == m.name; });
  CHECK(model != std::end(kModels)) << name;
  constexpr std::string_view kTemplate = R"({{
    "architectures": ["MiniMaxForCausalLM"], "model_type": "minimax", "vocab_size": {},
    "hidden_size": {}, "intermediate_size": {}, "num_hidden_layers": 4,
    "num_attention_heads": {}, "num_key_value_heads": 2, "head_dim": {},
    "num_local_experts": 4, "num_experts_per_tok": 2, "block_size": 32,
    "max_position_embeddings": 1048576, "rms_norm_eps": 1e-5,
    "rope_parameters": {{"rope_type": "default", "rope_theta": 10000.0}}, "layer_types": [{}],
    "full_attn_alpha_factor": 1.68, "full_attn_beta_factor": 1, "linear_attn_alpha_factor": 1.68,
    "linear_attn_beta_factor": 1, "mlp_alpha_factor": 1.68, "mlp_beta_factor": 1,
    "hidden_act": "silu", "router_aux_loss_coef": 0.0, "initializer_range": 0.05,
    "tie_word_embeddings": false, "bos_token_id": null, "eos_token_id": 1}})";
  const std::string json = fmt::format(kTemplate, kVocab, model->hidden, model->hidden,
                                       model->heads, model->head_dim, model->layer_types);
  return ModelConfig::FromJson(json, model->name).value();
}

std::vector<int32_t> Tokens(int64_t count, uint64_t sequence) {
  RandomSequence random(RandomKey(1, RandomStream::kTest), sequence);
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i < count; ++i) {
    tokens.push_back(static_cast<int32_t>(random.Below(kVocab)));
  }
  return tokens;
}

TokenBatch TreeBatch(const TreeShape& shape) {
  TokenBatch batch;
  const int32_t trunk = batch.AddSegment(Tokens(shape.trunk, 0), -1);
  for (int64_t b = 1; b <= shape.branches; ++b) {
    batch.AddTargets(batch.AddSegment(Tokens(shape.branch, static_cast<uint64_t>(b)), trunk), 0);
  }
  return batch;
}

TokenBatch FullBatch(const TreeShape& shape) {
  TokenBatch batch;
  for (int64_t b = 1; b <= shape.branches; ++b) {
    std::vector<int32_t> tokens = Tokens(shape.trunk, 0);
    const std::vector<int32_t> branch = Tokens(shape.branch, static_cast<uint64_t>(b));
    tokens.insert(tokens.end(), branch.begin(), branch.end());
    batch.AddTargets(batch.AddSegment(tokens, -1), shape.trunk);
  }
  return batch;
}

struct Timed {
  double seconds = 0;
  Gradients gradients;
};

Timed TimeSteps(kernels::Stream& stream, const Weights& weights, const TokenBatch& batch) {
  const auto pass =
      std::move(TrainingPass::Create(weights.config(), weights.options(),
                                     {.max_tokens = batch.num_tokens(),
                                      .max_targets = batch.num_targets(),
                                      .max_segments = static_cast<int64_t>(batch.segments.size())}))
          .value();
  std::vector<float> logprobs(static_cast<size_t>(batch.num_targets())), entropy(logprobs.size());
  std::vector<float> dlogprobs;
  RandomSequence random(RandomKey(2, RandomStream::kTest), 0);
  for (size_t i = 0; i < logprobs.size(); ++i) {
    dlogprobs.push_back(static_cast<float>(random.Uniform() - 0.5));
  }
  Timed timed{.seconds = INFINITY, .gradients = Gradients::Create(weights.config())};
  for (int step = 0; step <= kTimedSteps; ++step) {  // the first one warms up
    timed.gradients.FillZero();
    const auto start = std::chrono::steady_clock::now();
    pass->Forward(stream, weights, batch);
    pass->Logprobs(stream, 1.0f, logprobs, entropy);
    pass->Backward(stream, dlogprobs, {}, &timed.gradients);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    if (step > 0) timed.seconds = std::min(timed.seconds, taken.count());
  }
  return timed;
}

double RelativeDifference(const Gradients& a, const Gradients& b) {
  double difference = 0, norm = 0;
  for (size_t i = 0; i < a.tensors().size(); ++i) {
    const float* x = a.tensors()[i].tensor.as<float>();
    const float* y = b.tensors()[i].tensor.as<float>();
    for (int64_t j = 0; j < a.tensors()[i].tensor.numel(); ++j) {
      const double gap = static_cast<double>(x[j]) - y[j];
      difference += gap * gap;
      norm += static_cast<double>(y[j]) * y[j];
    }
  }
  return std::sqrt(difference / norm);
}

}  // namespace

std::vector<std::string> TreeBenchmarkNames() {
  std::vector<std::string> names;
  for (const ModelShape& model : kModels) names.emplace_back(model.name);
  return names;
}

TreeBenchmarkResult RunTreeBenchmark(kernels::Stream& stream, std::string_view name,
                                     const TreeShape& shape) {
  const ModelConfig config = ConfigNamed(name);
  Weights weights(config, {});
  weights.Pack(stream, Parameters::Random(config, 1), 0);
  const Timed tree = TimeSteps(stream, weights, TreeBatch(shape));
  const Timed full = TimeSteps(stream, weights, FullBatch(shape));
  return {.name = std::string(name),
          .shape = fmt::format("{} + {} x {}", shape.trunk, shape.branches, shape.branch),
          .tree_seconds = tree.seconds,
          .full_seconds = full.seconds,
          .gradient_difference = RelativeDifference(tree.gradients, full.gradients)};
}

std::vector<TreeBenchmarkResult> RunTreeBenchmarks(std::string_view filter, int threads) {
  ThreadPool pool(threads);
  kernels::Stream stream(&pool);
  std::vector<TreeBenchmarkResult> results;
  for (const std::string& name : TreeBenchmarkNames()) {
    if (name.find(filter) == std::string::npos) continue;
    results.push_back(RunTreeBenchmark(stream, name, {}));
  }
  return results;
}

}  // namespace longhaul::model
