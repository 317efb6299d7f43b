// SPDX-License-Identifier: Apache-2.0
#include "model/model_config.h"

#include <algorithm>

#include "common/file.h"
#include "common/json.h"
#include "model/config_reader.h"
#include "model/parameters.h"

namespace longhaul::model {
namespace {

constexpr FamilyDefaults kFamilies[] = {
    {"minimax_m1", "MiniMaxM1ForCausalLM", 8, 0, 131072, 2, 1e-5, 1e6},
    {"minimax_text_01", "MiniMaxText01ForCausalLM", 8, 0, 131072, 2, 1e-5, 1e6},
    {"minimax", "MiniMaxForCausalLM", 8, 0, 131072, 2, 1e-5, 1e6},
    {"llama", "LlamaForCausalLM", 0, 0, 2048, 0, 1e-6, 1e4},
    {"qwen2", "Qwen2ForCausalLM", 32, 0, 32768, 0, 1e-6, 1e4},
    {"qwen3", "Qwen3ForCausalLM", 32, 128, 32768, 0, 1e-6, 1e4},
    {"mixtral", "MixtralForCausalLM", 8, 0, 131072, 2, 1e-5, 1e6},
    {"qwen3_moe", "Qwen3MoeForCausalLM", 4, 0, 32768, 8, 1e-6, 1e4},
};

// Beyond the largest of these no model of the families is; a file that says more is broken, and
// what is computed from it would overflow or ask for more memory than there is.
Status ReadSizes(const Json& root, const FamilyDefaults& family, ModelConfig* c) {
  ASSIGN_OR_RETURN(c->vocab_size, ReadInt(root, "vocab_size", {1, 1 << 24}));
  ASSIGN_OR_RETURN(c->hidden_size, ReadInt(root, "hidden_size", {1, 1 << 20}));
  ASSIGN_OR_RETURN(c->intermediate_size, ReadInt(root, "intermediate_size", {1, 1 << 22}));
  ASSIGN_OR_RETURN(c->num_hidden_layers, ReadInt(root, "num_hidden_layers", {1, 1 << 14}));
  ASSIGN_OR_RETURN(c->num_attention_heads, ReadInt(root, "num_attention_heads", {1, 1 << 14}));
  ASSIGN_OR_RETURN(c->max_position_embeddings,
                   ReadInt(root, "max_position_embeddings", {1, int64_t{1} << 36},
                           family.max_position_embeddings));
  ASSIGN_OR_RETURN(c->num_experts_per_tok,
                   ReadInt(root, "num_experts_per_tok", {0, 1 << 16}, family.num_experts_per_tok));
  // Absent is the family's default, null is what the number of heads says.
  const Json* kv_heads = root.Find("num_key_value_heads");
  const bool default_kv_heads = kv_heads == nullptr && family.num_key_value_heads > 0;
  ASSIGN_OR_RETURN(c->num_key_value_heads,
                   ReadInt(root, "num_key_value_heads", {1, c->num_attention_heads},
                           default_kv_heads ? family.num_key_value_heads : c->num_attention_heads));
  const Json* head_dim = root.Find("head_dim");
  const bool default_head_dim = head_dim == nullptr && family.head_dim > 0;
  ASSIGN_OR_RETURN(
      c->head_dim,
      ReadInt(root, "head_dim", {1, 1 << 14},
              default_head_dim ? family.head_dim : c->hidden_size / c->num_attention_heads));
  return OkStatus();
}

Status ReadNumbers(const Json& root, const FamilyDefaults& family, ModelConfig* c) {
  // Below, a row of zeros would divide by an fp32 zero; above, norms would hide what they norm.
  ASSIGN_OR_RETURN(c->rms_norm_eps,
                   ReadDouble(root, "rms_norm_eps", {1e-12, 0.1}, family.rms_norm_eps));
  ASSIGN_OR_RETURN(c->initializer_range, ReadDouble(root, "initializer_range", {0, 10}, 0.02));
  ASSIGN_OR_RETURN(c->router_aux_loss_coef,
                   ReadDouble(root, "router_aux_loss_coef", {0, 1000}, 0.001));
  return OkStatus();
}

Status ReadSwitches(const Json& root, ModelConfig* c) {
  ASSIGN_OR_RETURN(c->tie_word_embeddings, root.GetBoolOr("tie_word_embeddings", false));
  ASSIGN_OR_RETURN(bool bias, root.GetBoolOr("attention_bias", false));
  ASSIGN_OR_RETURN(bool mlp_bias, root.GetBoolOr("mlp_bias", false));
  ASSIGN_OR_RETURN(std::string act, root.GetStringOr("hidden_act", "silu"));
  c->qk_norm = c->model_type == "qwen3" || c->model_type == "qwen3_moe";
  // Transformers: Qwen2 always has biases on q, k and v; attention_bias of the others adds one to
  // o_proj too.
  const bool has_key = c->model_type == "llama" || c->qk_norm;
  c->attention_bias = c->model_type == "qwen2" || (has_key && bias);
  c->attention_output_bias = has_key && bias;
  if (mlp_bias) {
    return Unimplemented("{}: biases in the MLP are not supported", root.WhereOf("mlp_bias"));
  }
  if (act != "silu" && act != "swish") {
    return Unimplemented("{}: '{}' is not supported (supported: silu)", root.WhereOf("hidden_act"),
                         act);
  }
  if (Present(root.Find("quantization_config"))) {
    return Unimplemented("{}: quantised weights are not supported; use an unquantised checkpoint",
                         root.WhereOf("quantization_config"));
  }
  return OkStatus();
}

Status ReadEos(const Json& root, ModelConfig* c) {
  ASSIGN_OR_RETURN(const std::vector<int64_t> found,
                   ReadInts(root, "eos_token_id", {0, c->vocab_size - 1}));
  std::vector<int64_t>& ids = c->eos_token_ids;
  for (int64_t id : found) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return OkStatus();
}

Status ReadSpecialTokens(const Json& root, ModelConfig* c) {
  RETURN_IF_ERROR(ReadEos(root, c));
  if (Present(root.Find("bos_token_id"))) {
    ASSIGN_OR_RETURN(c->bos_token_id, ReadInt(root, "bos_token_id", {0, c->vocab_size - 1}));
  }
  // Not used here, but written into every export. Old Llama configurations say -1 for none.
  return ReadInts(root, "pad_token_id", {-1, c->vocab_size - 1}).status();
}

}  // namespace

const FamilyDefaults* FindFamily(std::string_view model_type) {
  for (const FamilyDefaults& family : kFamilies) {
    if (family.model_type == model_type) return &family;
  }
  return nullptr;
}

std::string SupportedFamilies() {
  std::string names;
  for (const FamilyDefaults& family : kFamilies) {
    names += (names.empty() ? "" : ", ") + std::string(family.model_type);
  }
  return names;
}

Status CheckConsistent(const ModelConfig& c, std::string_view source) {
  if (c.num_attention_heads % c.num_key_value_heads != 0) {
    return InvalidArgument("{}: num_attention_heads {} is no multiple of num_key_value_heads {}",
                           source, c.num_attention_heads, c.num_key_value_heads);
  }
  const bool moe = std::find(c.mlp.begin(), c.mlp.end(), MlpKind::kMoe) != c.mlp.end();
  if (!moe) return OkStatus();
  if (c.num_experts < 1 || c.num_experts_per_tok < 1 || c.num_experts_per_tok > c.num_experts) {
    return InvalidArgument("{}: num_experts_per_tok {} must be between 1 and the {} experts",
                           source, c.num_experts_per_tok, c.num_experts);
  }
  return OkStatus();
}

StatusOr<ModelConfig> ModelConfig::FromJson(const std::string& text,
                                            const std::string& source_name) {
  ASSIGN_OR_RETURN(Json root, Json::Parse(text, source_name));
  ModelConfig config;
  config.source_json = text;
  ASSIGN_OR_RETURN(config.model_type, root.GetString("model_type"));
  if (config.model_type == "MiniMaxM1") config.model_type = "minimax_m1";
  if (config.model_type == "MiniMaxText01") config.model_type = "minimax_text_01";
  const FamilyDefaults* family = FindFamily(config.model_type);
  if (family == nullptr) {
    return Unimplemented("{}: model_type '{}' is not supported (supported: {})", source_name,
                         config.model_type, SupportedFamilies());
  }
  RETURN_IF_ERROR(ReadSizes(root, *family, &config));
  RETURN_IF_ERROR(ReadNumbers(root, *family, &config));
  RETURN_IF_ERROR(ReadSwitches(root, &config));
  RETURN_IF_ERROR(ReadLayers(root, &config));
  if (config.model_type.starts_with("minimax")) RETURN_IF_ERROR(ReadMiniMax(root, &config));
  RETURN_IF_ERROR(CheckConsistent(config, source_name));
  RETURN_IF_ERROR(ReadRope(root, *family, &config));
  RETURN_IF_ERROR(ReadSpecialTokens(root, &config));
  return config;
}

StatusOr<ModelConfig> ModelConfig::Load(const std::string& model_dir) {
  const std::string path = JoinPath(model_dir, "config.json");
  ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(ModelConfig config, FromJson(text, path));
  const std::string generation = JoinPath(model_dir, "generation_config.json");
  if (FileExists(generation)) {
    ASSIGN_OR_RETURN(Json root, Json::ParseFile(generation));
    RETURN_IF_ERROR(ReadEos(root, &config));
  }
  return config;
}

std::string ModelConfig::ToJson(const std::string& torch_dtype) const {
  StatusOr<Json> parsed = Json::Parse(source_json, "config.json");
  CHECK(parsed.ok()) << Message(parsed.status());
  Json root = std::move(parsed).value();
  const FamilyDefaults* family = FindFamily(model_type);
  CHECK(family != nullptr) << model_type;
  if (root.Find("architectures") == nullptr) {
    root.Set("architectures", std::vector<std::string>{std::string(family->architecture)});
  }
  root.Set("torch_dtype", torch_dtype);
  if (root.Find("dtype") != nullptr) root.Set("dtype", torch_dtype);
  // Readers of the MiniMax family disagree about what a missing key means.
  if (model_type == "minimax_m1" || model_type == "minimax_text_01") {
    root.Set("postnorm", postnorm);
    root.Set("rotary_dim", rotary_dim);
  }
  return root.ToPrettyString() + "\n";
}

bool ModelConfig::HasLightning() const {
  return std::find(attention.begin(), attention.end(), AttentionKind::kLightning) !=
         attention.end();
}

bool ModelConfig::HasSoftmax() const {
  return std::find(attention.begin(), attention.end(), AttentionKind::kSoftmax) != attention.end();
}

int64_t ModelConfig::NumParameters() const {
  int64_t total = 0;
  for (const ParameterSpec& spec : ParameterSpecs(*this)) total += spec.shape.numel();
  return total;
}

int64_t ModelConfig::NumActiveParameters() const {
  const int64_t moe_layers = std::count(mlp.begin(), mlp.end(), MlpKind::kMoe);
  const int64_t idle = num_experts - num_experts_per_tok;
  return NumParameters() - moe_layers * idle * 3 * hidden_size * moe_intermediate_size;
}

}  // namespace longhaul::model
