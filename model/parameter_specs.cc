// SPDX-License-Identifier: Apache-2.0
#include "model/parameter_names.h"
#include "model/parameters.h"

namespace longhaul::model {
namespace {

class SpecList {
 public:
  void Matrix(std::string name, int64_t out, int64_t in) {
    specs_.push_back({std::move(name), Shape{out, in}, true});
  }
  void Vector(std::string name, int64_t dim) {
    specs_.push_back({std::move(name), Shape{dim}, false});
  }
  std::vector<ParameterSpec> Take() { return std::move(specs_); }

 private:
  std::vector<ParameterSpec> specs_;
};

void AddLightning(const ModelConfig& c, const std::string& attn, SpecList* list) {
  const int64_t width = c.num_attention_heads * c.head_dim;
  list->Matrix(attn + "qkv_proj.weight", 3 * width, c.hidden_size);
  list->Matrix(attn + "output_gate.weight", width, c.hidden_size);
  list->Vector(attn + "norm.weight", width);
  list->Matrix(attn + "out_proj.weight", c.hidden_size, width);
}

void AddSoftmax(const ModelConfig& c, const std::string& attn, SpecList* list) {
  const int64_t width = c.num_attention_heads * c.head_dim;
  const int64_t kv_width = c.num_key_value_heads * c.head_dim;
  const struct {
    const char* name;
    int64_t rows;
  } projections[] = {{"q_proj", width}, {"k_proj", kv_width}, {"v_proj", kv_width}};
  for (const auto& p : projections) {
    list->Matrix(attn + p.name + ".weight", p.rows, c.hidden_size);
    if (c.attention_bias) list->Vector(attn + p.name + ".bias", p.rows);
  }
  if (c.qk_norm) {
    list->Vector(attn + "q_norm.weight", c.head_dim);
    list->Vector(attn + "k_norm.weight", c.head_dim);
  }
  list->Matrix(attn + "o_proj.weight", c.hidden_size, width);
  if (c.attention_output_bias) list->Vector(attn + "o_proj.bias", c.hidden_size);
}

void AddMlp(const ModelConfig& c, int64_t layer, SpecList* list) {
  if (c.mlp[static_cast<size_t>(layer)] == MlpKind::kDense) {
    const std::string mlp = LayerPrefix(layer) + "mlp.";
    list->Matrix(mlp + "gate_proj.weight", c.intermediate_size, c.hidden_size);
    list->Matrix(mlp + "up_proj.weight", c.intermediate_size, c.hidden_size);
    list->Matrix(mlp + "down_proj.weight", c.hidden_size, c.intermediate_size);
    return;
  }
  const MoeNames names = MoeNamesOf(c);
  list->Matrix(LayerPrefix(layer) + names.block + ".gate.weight", c.num_experts, c.hidden_size);
  for (int64_t e = 0; e < c.num_experts; ++e) {
    const std::string expert = ExpertPrefix(c, layer, e);
    list->Matrix(expert + names.gate + ".weight", c.moe_intermediate_size, c.hidden_size);
    list->Matrix(expert + names.up + ".weight", c.moe_intermediate_size, c.hidden_size);
    list->Matrix(expert + names.down + ".weight", c.hidden_size, c.moe_intermediate_size);
  }
}

}  // namespace

std::string LayerPrefix(int64_t layer) { return "model.layers." + std::to_string(layer) + "."; }

MoeNames MoeNamesOf(const ModelConfig& config) {
  if (config.model_type == "qwen3_moe") return {"mlp", "gate_proj", "up_proj", "down_proj"};
  return {"block_sparse_moe", "w1", "w3", "w2"};
}

std::string ExpertPrefix(const ModelConfig& config, int64_t layer, int64_t expert) {
  return LayerPrefix(layer) + MoeNamesOf(config).block + ".experts." + std::to_string(expert) + ".";
}

std::vector<ParameterSpec> ParameterSpecs(const ModelConfig& config) {
  SpecList list;
  list.Matrix(kEmbeddingName, config.vocab_size, config.hidden_size);
  for (int64_t layer = 0; layer < config.num_hidden_layers; ++layer) {
    const std::string prefix = LayerPrefix(layer);
    list.Vector(prefix + "input_layernorm.weight", config.hidden_size);
    if (config.attention[static_cast<size_t>(layer)] == AttentionKind::kLightning) {
      AddLightning(config, prefix + "self_attn.", &list);
    } else {
      AddSoftmax(config, prefix + "self_attn.", &list);
    }
    list.Vector(prefix + "post_attention_layernorm.weight", config.hidden_size);
    AddMlp(config, layer, &list);
  }
  list.Vector(kFinalNormName, config.hidden_size);
  if (!config.tie_word_embeddings) {
    list.Matrix(kHeadName, config.vocab_size, config.hidden_size);
  }
  return list.Take();
}

}  // namespace longhaul::model
