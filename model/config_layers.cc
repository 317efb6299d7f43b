// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/config_reader.h"

namespace longhaul::model {
namespace {

bool IsMiniMax(const ModelConfig& config) { return config.model_type.starts_with("minimax"); }

Status CheckLength(const Json& list, int64_t layers) {
  if (!list.is_array()) return InvalidArgument("{}: expected a list", list.where());
  if (static_cast<int64_t>(list.size()) == layers) return OkStatus();
  return InvalidArgument("{}: has {} entries for num_hidden_layers {}", list.where(), list.size(),
                         layers);
}

Status ReadAttnTypeList(const Json& list, ModelConfig* config) {
  RETURN_IF_ERROR(CheckLength(list, config->num_hidden_layers));
  for (size_t i = 0; i < list.size(); ++i) {
    ASSIGN_OR_RETURN(int64_t type, list.items()[i].AsInt());
    if (type != 0 && type != 1) {
      return InvalidArgument("{}: must be 0 (lightning) or 1 (softmax), found {}",
                             list.items()[i].where(), type);
    }
    config->attention[i] = type == 1 ? AttentionKind::kSoftmax : AttentionKind::kLightning;
  }
  return OkStatus();
}

Status ReadLayerTypes(const Json& list, ModelConfig* config) {
  RETURN_IF_ERROR(CheckLength(list, config->num_hidden_layers));
  for (size_t i = 0; i < list.size(); ++i) {
    ASSIGN_OR_RETURN(std::string type, list.items()[i].AsString());
    if (type == "full_attention") {
      config->attention[i] = AttentionKind::kSoftmax;
    } else if (type == "linear_attention" && IsMiniMax(*config)) {
      config->attention[i] = AttentionKind::kLightning;
    } else {
      return Unimplemented("{}: layer type '{}' is not supported for {}", list.items()[i].where(),
                           type, config->model_type);
    }
  }
  return OkStatus();
}

Status ReadAttentionKinds(const Json& root, ModelConfig* config) {
  config->attention.assign(static_cast<size_t>(config->num_hidden_layers), AttentionKind::kSoftmax);
  const Json* attn_type_list = root.Find("attn_type_list");
  const Json* layer_types = root.Find("layer_types");
  if (IsMiniMax(*config) && Present(attn_type_list)) {
    return ReadAttnTypeList(*attn_type_list, config);
  }
  if (Present(layer_types)) return ReadLayerTypes(*layer_types, config);
  if (!IsMiniMax(*config)) return OkStatus();
  if (config->model_type != "minimax") {
    return InvalidArgument("{}: missing; it says which layers are softmax attention",
                           root.WhereOf("attn_type_list"));
  }
  for (size_t i = 1; i < config->attention.size(); i += 2) {
    config->attention[i] = AttentionKind::kLightning;  // the default of MiniMaxConfig
  }
  return OkStatus();
}

Status RefuseSlidingWindow(const Json& root, const ModelConfig& config) {
  const Json* window = root.Find("sliding_window");
  if (!Present(window)) return OkStatus();
  ASSIGN_OR_RETURN(bool used,
                   root.GetBoolOr("use_sliding_window", !config.model_type.starts_with("qwen")));
  ASSIGN_OR_RETURN(int64_t tokens, ReadInt(root, "sliding_window", {0, int64_t{1} << 36}));
  if (!used || tokens >= config.max_position_embeddings) return OkStatus();
  return Unimplemented(
      "{}: attention over a window of {} tokens is not supported (max_position_embeddings is {})",
      window->where(), tokens, config.max_position_embeddings);
}

// Transformers has written both names for the same families.
StatusOr<int64_t> NumExperts(const Json& root, int64_t missing) {
  ASSIGN_OR_RETURN(int64_t local, ReadInt(root, "num_local_experts", {0, 1 << 16}, missing));
  return ReadInt(root, "num_experts", {0, 1 << 16}, local);
}

Status ReadQwen3Moe(const Json& root, ModelConfig* config) {
  ASSIGN_OR_RETURN(config->num_experts, NumExperts(root, 128));
  ASSIGN_OR_RETURN(config->moe_intermediate_size,
                   ReadInt(root, "moe_intermediate_size", {1, 1 << 22}, 768));
  ASSIGN_OR_RETURN(config->norm_topk_prob, root.GetBoolOr("norm_topk_prob", false));
  ASSIGN_OR_RETURN(int64_t step, ReadInt(root, "decoder_sparse_step", {1, 1 << 14}, 1));
  ASSIGN_OR_RETURN(const std::vector<int64_t> dense,
                   ReadInts(root, "mlp_only_layers", {0, config->num_hidden_layers - 1}));
  for (int64_t i = 0; i < config->num_hidden_layers; ++i) {
    const bool listed = std::find(dense.begin(), dense.end(), i) != dense.end();
    if (!listed && config->num_experts > 0 && (i + 1) % step == 0) {
      config->mlp[static_cast<size_t>(i)] = MlpKind::kMoe;
    }
  }
  return OkStatus();
}

}  // namespace

Status ReadLayers(const Json& root, ModelConfig* config) {
  RETURN_IF_ERROR(ReadAttentionKinds(root, config));
  RETURN_IF_ERROR(RefuseSlidingWindow(root, *config));
  config->mlp.assign(static_cast<size_t>(config->num_hidden_layers), MlpKind::kDense);
  if (config->model_type == "qwen3_moe") return ReadQwen3Moe(root, config);
  if (config->model_type == "mixtral" || IsMiniMax(*config)) {
    config->mlp.assign(static_cast<size_t>(config->num_hidden_layers), MlpKind::kMoe);
    ASSIGN_OR_RETURN(config->num_experts, NumExperts(root, 8));
    config->moe_intermediate_size = config->intermediate_size;
  }
  return OkStatus();
}

Status ReadMiniMax(const Json& root, ModelConfig* config) {
  const bool native = config->model_type == "minimax";
  config->decay_rule = native ? DecayRule::kNative : DecayRule::kM1;
  // MiniMax's code and vLLM take the residual before the norm unless told; Transformers never does.
  ASSIGN_OR_RETURN(config->postnorm, root.GetBoolOr("postnorm", false));
  if (native) config->postnorm = true;
  ASSIGN_OR_RETURN(int64_t block, ReadInt(root, "block", {1, 1 << 20}, 256));
  ASSIGN_OR_RETURN(config->block_size, ReadInt(root, "block_size", {1, 1 << 20}, block));
  const struct {
    ResidualScale* scale;
    const char* original;
    const char* native;
  } scales[] = {{&config->lightning_scale, "layernorm_linear_attention_", "linear_attn_"},
                {&config->softmax_scale, "layernorm_full_attention_", "full_attn_"},
                {&config->mlp_scale, "layernorm_mlp_", "mlp_"}};
  for (const auto& s : scales) {
    for (const char* part : {"alpha", "beta"}) {
      const std::string transformers_key = fmt::format("{}{}_factor", s.native, part);
      ASSIGN_OR_RETURN(double value, ReadDouble(root, transformers_key, {0, 1000}, 1.0));
      ASSIGN_OR_RETURN(value, ReadDouble(root, std::string(s.original) + part, {0, 1000}, value));
      (part == std::string_view("alpha") ? s.scale->alpha : s.scale->beta) = value;
    }
  }
  const Json* shared = root.Find("shared_intermediate_size");
  if (Present(shared)) {
    ASSIGN_OR_RETURN(int64_t width, shared->AsInt());
    if (width != 0) return Unimplemented("{}: a shared expert is not supported", shared->where());
  }
  return OkStatus();
}

}  // namespace longhaul::model
