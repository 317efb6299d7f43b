// SPDX-License-Identifier: Apache-2.0
//
// A hybrid model of a few thousand parameters.
#pragma once

#include "model/model_config.h"

namespace longhaul::trainer {

inline model::ModelConfig TinyModelConfig() {
  return model::ModelConfig::FromJson(R"({
    "architectures": ["MiniMaxForCausalLM"], "model_type": "minimax", "vocab_size": 24,
    "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2,
    "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8,
    "num_local_experts": 2, "num_experts_per_tok": 1, "block_size": 16,
    "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
    "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
    "layer_types": ["linear_attention", "full_attention"],
    "full_attn_alpha_factor": 1, "full_attn_beta_factor": 1, "linear_attn_alpha_factor": 1,
    "linear_attn_beta_factor": 1, "mlp_alpha_factor": 1, "mlp_beta_factor": 1,
    "hidden_act": "silu", "attention_dropout": 0.0, "router_aux_loss_coef": 0.001,
    "router_jitter_noise": 0.0, "initializer_range": 0.1, "tie_word_embeddings": false,
    "bos_token_id": null, "eos_token_id": 1})",
                                      "tiny.json")
      .value();
}

}  // namespace longhaul::trainer
