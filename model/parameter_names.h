// SPDX-License-Identifier: Apache-2.0
//
// How checkpoints spell the tensors. model/ only.
#pragma once

#include <cstdint>
#include <string>

#include "model/model_config.h"

namespace longhaul::model {

inline constexpr char kEmbeddingName[] = "model.embed_tokens.weight";
inline constexpr char kFinalNormName[] = "model.norm.weight";
inline constexpr char kHeadName[] = "lm_head.weight";

// "model.layers.3."
std::string LayerPrefix(int64_t layer);

// The module of the experts and its three matrices.
struct MoeNames {
  const char* block;
  const char* gate;
  const char* up;
  const char* down;
};
MoeNames MoeNamesOf(const ModelConfig& config);
// "model.layers.3.block_sparse_moe.experts.5."
std::string ExpertPrefix(const ModelConfig& config, int64_t layer, int64_t expert);

// The module's own matrix that routes, in fp32 in every checkpoint of MiniMax:
// "model.layers.3.block_sparse_moe.gate.weight".
inline bool IsRouterName(const std::string& name) { return name.ends_with(".gate.weight"); }

}  // namespace longhaul::model
