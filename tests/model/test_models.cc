// SPDX-License-Identifier: Apache-2.0
#include "tests/model/test_models.h"

#include <map>

#include "common/random.h"

namespace longhaul::model {
namespace {

const std::map<std::string, std::string>& Configs() {
  static const std::map<std::string, std::string> configs = {
      {"llama",
       R"({"model_type":"llama","hidden_size":32,"intermediate_size":40,"num_hidden_layers":2,
           "num_attention_heads":4,"num_key_value_heads":2,"vocab_size":61})"},
      {"llama_odd_tied_bias",
       R"({"model_type":"llama","hidden_size":36,"intermediate_size":50,"num_hidden_layers":2,
           "num_attention_heads":5,"num_key_value_heads":1,"head_dim":12,"vocab_size":131,
           "tie_word_embeddings":true,"attention_bias":true,
           "rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,
           "high_freq_factor":4.0,"original_max_position_embeddings":64}})"},
      {"qwen2",
       R"({"model_type":"qwen2","hidden_size":32,"intermediate_size":48,"num_hidden_layers":2,
           "num_attention_heads":4,"num_key_value_heads":2,"vocab_size":70})"},
      {"qwen3",
       R"({"model_type":"qwen3","hidden_size":24,"intermediate_size":40,"num_hidden_layers":2,
           "num_attention_heads":3,"num_key_value_heads":3,"head_dim":16,"vocab_size":50})"},
      {"mixtral",
       R"({"model_type":"mixtral","hidden_size":32,"intermediate_size":24,"num_hidden_layers":2,
           "num_attention_heads":4,"num_key_value_heads":2,"num_local_experts":5,
           "num_experts_per_tok":2,"vocab_size":64})"},
      {"qwen3_moe",
       R"({"model_type":"qwen3_moe","hidden_size":32,"intermediate_size":40,
           "moe_intermediate_size":11,"num_hidden_layers":3,"num_attention_heads":4,
           "num_key_value_heads":2,"head_dim":8,"num_experts":4,"num_experts_per_tok":3,
           "mlp_only_layers":[1],"vocab_size":64})"},
      {"minimax_m1",
       R"({"model_type":"minimax_m1","hidden_size":48,"intermediate_size":16,"num_hidden_layers":4,
           "attn_type_list":[0,1,0,1],"num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,
           "rotary_dim":8,"num_local_experts":4,"num_experts_per_tok":2,"vocab_size":64,
           "postnorm":true,"layernorm_linear_attention_alpha":1.7,
           "layernorm_linear_attention_beta":1.2,"layernorm_full_attention_alpha":1.4,
           "layernorm_full_attention_beta":0.8,"layernorm_mlp_alpha":1.5,"layernorm_mlp_beta":0.7,
           "block_size":16})"},
      {"minimax_m1_odd",
       R"({"model_type":"minimax_m1","hidden_size":36,"intermediate_size":13,"num_hidden_layers":2,
           "attn_type_list":[0,1],"num_attention_heads":6,"num_key_value_heads":3,"head_dim":12,
           "rotary_dim":6,"num_local_experts":3,"num_experts_per_tok":1,"vocab_size":131,
           "block_size":5,"tie_word_embeddings":true})"},
      {"minimax_all_lightning",
       R"({"model_type":"minimax","hidden_size":32,"intermediate_size":16,"num_hidden_layers":2,
           "layer_types":["linear_attention","linear_attention"],"num_attention_heads":4,
           "num_key_value_heads":4,"num_local_experts":2,"num_experts_per_tok":2,"vocab_size":40,
           "block_size":1,"rope_parameters":{"rope_theta":10000.0,"rope_type":"default"}})"},
      {"minimax_text_one_layer",
       R"({"model_type":"minimax_text_01","hidden_size":32,"intermediate_size":16,
           "num_hidden_layers":1,"attn_type_list":[0],"num_attention_heads":3,
           "num_key_value_heads":1,"head_dim":16,"num_local_experts":1,"num_experts_per_tok":1,
           "vocab_size":40,"postnorm":true})"},
  };
  return configs;
}

}  // namespace

ModelConfig ConfigOf(const std::string& json) {
  StatusOr<ModelConfig> config = ModelConfig::FromJson(json, "config.json");
  CHECK(config.ok()) << Message(config.status());
  return std::move(config).value();
}

std::vector<std::string> TestModelNames() {
  std::vector<std::string> names;
  for (const auto& [name, json] : Configs()) names.push_back(name);
  return names;
}

ModelConfig TestModel(const std::string& name) { return ConfigOf(Configs().at(name)); }

Parameters TestParameters(const ModelConfig& config, uint64_t seed) {
  Parameters parameters = Parameters::Create(config);
  const uint64_t key = RandomKey(seed, RandomStream::kTest);
  for (NamedTensor& p : parameters.tensors()) {
    const uint64_t name = StableHash(p.name);
    const bool matrix = p.tensor.shape().rank() == 2;
    const bool norm = !matrix && !p.name.ends_with(".bias");
    float* data = p.tensor.as<float>();
    for (int64_t i = 0; i < p.tensor.numel(); ++i) {
      const float x = NormalAt(key, name, static_cast<uint32_t>(i), 0);
      data[i] = norm ? 1 + 0.2f * x : (matrix ? 0.25f : 0.1f) * x;
    }
  }
  return parameters;
}

std::vector<int32_t> RandomTokens(const ModelConfig& config, int64_t count, uint64_t sequence) {
  RandomSequence random(RandomKey(5, RandomStream::kTest), sequence);
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i < count; ++i) {
    tokens.push_back(static_cast<int32_t>(random.Below(static_cast<uint64_t>(config.vocab_size))));
  }
  return tokens;
}

TokenBatch TestTree(const ModelConfig& config) {
  TokenBatch batch;
  const auto add = [&](int64_t count, int32_t parent) {
    const int32_t s = batch.AddSegment(RandomTokens(config, count, batch.segments.size()), parent);
    batch.AddTargets(s, parent < 0 ? 1 : 0);
    return s;
  };
  const int32_t first = add(21, -1);
  const int32_t branch = add(9, first);
  add(6, branch);
  add(14, first);
  add(1, branch);
  add(18, -1);
  const int32_t second = add(16, -1);
  add(3, second);
  add(20, second);
  return batch;
}

}  // namespace longhaul::model
