// SPDX-License-Identifier: Apache-2.0
//
// The parts of reading a config.json that ModelConfig is put together from. model/ only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"
#include "model/model_config.h"

namespace longhaul::model {

// What Transformers' configuration class of a family takes for keys that a file leaves out.
struct FamilyDefaults {
  std::string_view model_type;
  std::string_view architecture;
  int64_t num_key_value_heads = 0;  // 0: as many as attention heads
  int64_t head_dim = 0;             // 0: hidden_size / num_attention_heads
  int64_t max_position_embeddings = 0;
  int64_t num_experts_per_tok = 0;
  double rms_norm_eps = 0;
  double rope_theta = 0;
};
// Null for a family that is not covered.
const FamilyDefaults* FindFamily(std::string_view model_type);
std::string SupportedFamilies();

// ---- values with the range that a model can have; errors name the file, the key and the range
template <typename T>
struct Range {
  T min;
  T max;  // both allowed
};
// There, and not null.
bool Present(const Json* value);
// `missing` unset: the key must be there.
StatusOr<int64_t> ReadInt(const Json& root, std::string_view key, Range<int64_t> range,
                          std::optional<int64_t> missing = std::nullopt);
StatusOr<double> ReadDouble(const Json& root, std::string_view key, Range<double> range,
                            std::optional<double> missing = std::nullopt);
// A list or one number; nothing where the key is absent.
StatusOr<std::vector<int64_t>> ReadInts(const Json& root, std::string_view key,
                                        Range<int64_t> range);

// ---- the parts, in the order in which they are read
// Fills rope_theta, rotary_dim and rope_inv_freq; needs head_dim. Types `default`, `linear` and
// `llama3`; the others change attention in ways that are not computed here and are refused.
Status ReadRope(const Json& root, const FamilyDefaults& family, ModelConfig* config);

// Fills `attention` and `mlp` and what depends on them; refuses sliding windows.
Status ReadLayers(const Json& root, ModelConfig* config);

// Fills postnorm, decay_rule, the residual factors and block_size of the MiniMax families.
Status ReadMiniMax(const Json& root, ModelConfig* config);

// Relations between the values that every layer relies on.
Status CheckConsistent(const ModelConfig& config, std::string_view source);

}  // namespace longhaul::model
