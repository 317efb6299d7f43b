// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numbers>

#include "model/config_reader.h"

namespace longhaul::model {
namespace {

constexpr Range<double> kThetas = {1, 1e15};
constexpr Range<double> kFactors = {1e-3, 1e6};
constexpr Range<double> kPartialFactors = {0, 1};

// The formulas of Transformers' modeling_rope_utils.py.
Status ScaleLinear(const Json& scaling, std::vector<double>* inv_freq) {
  ASSIGN_OR_RETURN(double factor, ReadDouble(scaling, "factor", kFactors));
  for (double& f : *inv_freq) f /= factor;
  return OkStatus();
}

Status ScaleLlama3(const Json& scaling, std::vector<double>* inv_freq) {
  ASSIGN_OR_RETURN(double factor, ReadDouble(scaling, "factor", kFactors));
  ASSIGN_OR_RETURN(double low, ReadDouble(scaling, "low_freq_factor", kFactors));
  ASSIGN_OR_RETURN(double high, ReadDouble(scaling, "high_freq_factor", kFactors));
  ASSIGN_OR_RETURN(double original,
                   ReadDouble(scaling, "original_max_position_embeddings", {1, 0x1p36}));
  if (!(high > low)) {
    return InvalidArgument("{}: must be above low_freq_factor {}, found {}",
                           scaling.WhereOf("high_freq_factor"), low, high);
  }
  for (double& f : *inv_freq) {
    const double wavelength = 2 * std::numbers::pi / f;
    if (wavelength > original / low) {
      f /= factor;
    } else if (wavelength >= original / high) {
      const double smooth = (original / wavelength - low) / (high - low);
      f = (1 - smooth) * f / factor + smooth * f;
    }
  }
  return OkStatus();
}

Status Scale(const Json& scaling, std::vector<double>* inv_freq) {
  ASSIGN_OR_RETURN(std::string old_key, scaling.GetStringOr("type", "default"));
  ASSIGN_OR_RETURN(std::string type, scaling.GetStringOr("rope_type", old_key));
  if (type == "default") return OkStatus();
  if (type == "linear") return ScaleLinear(scaling, inv_freq);
  if (type == "llama3") return ScaleLlama3(scaling, inv_freq);
  return Unimplemented("{}: '{}' is not supported (supported: default, linear, llama3)",
                       scaling.WhereOf("rope_type"), type);
}

// `rope_parameters` of Transformers 5, `rope_scaling` before; null where neither says anything.
StatusOr<const Json*> ScalingOf(const Json& root) {
  for (const char* key : {"rope_parameters", "rope_scaling"}) {
    const Json* value = root.Find(key);
    if (!Present(value)) continue;
    if (!value->is_object()) return InvalidArgument("{}: expected an object", value->where());
    for (const Json::Member& member : value->members()) {
      if (member.value.is_object()) {
        return Unimplemented("{}: a rotation for each layer type is not supported", value->where());
      }
    }
    return value;
  }
  return nullptr;
}

}  // namespace

Status ReadRope(const Json& root, const FamilyDefaults& family, ModelConfig* config) {
  ASSIGN_OR_RETURN(const Json* scaling, ScalingOf(root));
  ASSIGN_OR_RETURN(config->rope_theta, ReadDouble(root, "rope_theta", kThetas, family.rope_theta));
  ASSIGN_OR_RETURN(double partial, ReadDouble(root, "partial_rotary_factor", kPartialFactors, 1.0));
  if (scaling != nullptr) {
    ASSIGN_OR_RETURN(config->rope_theta,
                     ReadDouble(*scaling, "rope_theta", kThetas, config->rope_theta));
    ASSIGN_OR_RETURN(partial,
                     ReadDouble(*scaling, "partial_rotary_factor", kPartialFactors, partial));
  }
  config->rotary_dim = static_cast<int64_t>(static_cast<double>(config->head_dim) * partial);
  // Transformers' `minimax` has no rotary_dim and rotates the whole head; the original code has it.
  if (config->model_type == "minimax_m1" || config->model_type == "minimax_text_01") {
    ASSIGN_OR_RETURN(config->rotary_dim,
                     ReadInt(root, "rotary_dim", {2, config->head_dim}, config->rotary_dim));
  }
  const int64_t dim = config->rotary_dim;
  if (dim < 2 || dim % 2 != 0 || dim > config->head_dim) {
    return InvalidArgument("{}: rotary_dim {} must be even, at least 2 and at most head_dim {}",
                           root.where(), dim, config->head_dim);
  }
  config->rope_inv_freq.resize(static_cast<size_t>(dim / 2));
  for (int64_t i = 0; i < dim / 2; ++i) {
    config->rope_inv_freq[static_cast<size_t>(i)] =
        std::pow(config->rope_theta, -2.0 * static_cast<double>(i) / static_cast<double>(dim));
  }
  return scaling == nullptr ? OkStatus() : Scale(*scaling, &config->rope_inv_freq);
}

}  // namespace longhaul::model
