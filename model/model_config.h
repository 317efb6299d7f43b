// SPDX-License-Identifier: Apache-2.0
//
// ModelConfig: what a Hugging Face config.json says, under its keys. One decoder covers MiniMax-M1,
// MiniMax-Text-01 and Transformers' `minimax`, Llama (SmolLM2), Qwen2, Qwen3, Mixtral and
// Qwen3-MoE; anything else is refused by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/status.h"

namespace longhaul::model {

enum class AttentionKind { kSoftmax, kLightning };
enum class MlpKind { kDense, kMoe };

// How the layer factor of the lightning decay is written (m1-spec: the two differ by 1e-6).
enum class DecayRule {
  kM1,      // 1 - l / (L - 1) + 1e-5
  kNative,  // 1 - l / (L - 1 + 1e-5) + 1e-5, Transformers' `minimax`
};

// Run-time factors of a residual branch: y = alpha * residual + beta * branch.
struct ResidualScale {
  double alpha = 1;
  double beta = 1;
};

struct ModelConfig {
  std::string model_type;  // "minimax_m1", "llama", ...
  int64_t vocab_size = 0;
  int64_t hidden_size = 0;
  int64_t intermediate_size =
      0;  // of a dense MLP, or of an expert where moe_intermediate_size is absent
  int64_t moe_intermediate_size = 0;  // of an expert, resolved for every family with experts
  int64_t num_hidden_layers = 0;
  int64_t num_attention_heads = 0;
  int64_t num_key_value_heads = 0;
  int64_t head_dim = 0;
  int64_t rotary_dim = 0;  // resolved; head_dim where the whole head is rotated
  int64_t max_position_embeddings = 0;
  int64_t num_experts = 0;  // num_local_experts or num_experts
  int64_t num_experts_per_tok = 0;
  int64_t block_size = 256;  // lightning chunk
  double rms_norm_eps = 0;
  double lightning_norm_eps = 1e-6;  // of the norm of the lightning output
  double rope_theta = 0;
  double initializer_range = 0.02;
  double router_aux_loss_coef = 0;
  bool tie_word_embeddings = false;
  bool attention_bias = false;         // biases on q, k and v
  bool attention_output_bias = false;  // bias on o_proj (Llama with attention_bias)
  bool qk_norm = false;                // norm of q and k per head, before the rotation
  bool norm_topk_prob = true;
  bool postnorm = false;
  DecayRule decay_rule = DecayRule::kM1;
  std::vector<AttentionKind> attention;  // [num_hidden_layers]
  std::vector<MlpKind> mlp;              // [num_hidden_layers]
  ResidualScale lightning_scale, softmax_scale, mlp_scale;
  std::vector<double> rope_inv_freq;  // [rotary_dim / 2], rope scaling applied
  std::vector<int64_t> eos_token_ids;
  std::optional<int64_t> bos_token_id;
  std::string source_json;  // config.json as read, so that an export writes the same keys

  // Reads DIR/config.json. Errors name the file and the key.
  static StatusOr<ModelConfig> Load(const std::string& model_dir);
  static StatusOr<ModelConfig> FromJson(const std::string& text, const std::string& source_name);
  // The text of config.json for an export; compute dtype in `torch_dtype` ("float32" or
  // "bfloat16").
  std::string ToJson(const std::string& torch_dtype) const;

  // s_h of lambda = exp(-s_h) for a lightning layer; `layer` counts all layers.
  // [num_attention_heads]
  std::vector<double> DecayRates(int64_t layer) const;
  bool HasLightning() const;
  bool HasSoftmax() const;
  int64_t NumParameters() const;
  int64_t NumActiveParameters() const;  // touched by one token
};

}  // namespace longhaul::model
