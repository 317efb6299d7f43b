// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <set>

#include "common/checkpoint/safetensors.h"
#include "model/parameter_names.h"
#include "model/parameters.h"

namespace longhaul::model {
namespace {

// Buffers that a Transformers save of `minimax` writes for each lightning layer; functions of the
// config.
bool IsDecayBuffer(std::string_view name) {
  for (const char* buffer : {".self_attn.slope_rate", ".self_attn.query_decay",
                             ".self_attn.key_decay", ".self_attn.diagonal_decay"}) {
    if (name.ends_with(buffer)) return true;
  }
  return false;
}

// A part of a tensor of the checkpoint: elements [offset, offset + numel).
struct Source {
  std::string name;
  int64_t offset = 0;
  Shape file_shape;
};

// Where Transformers 5 keeps a matrix of the experts in memory, and what some of its saves hold:
// gate and up rows stacked, experts stacked.
Source StackedSource(const ModelConfig& config, const std::string& name, const Shape& shape) {
  const MoeNames names = MoeNamesOf(config);
  const std::string marker = std::string(".") + names.block + ".";
  const size_t at = name.find(marker);
  if (at == std::string::npos) return {};
  const std::string mlp = name.substr(0, at) + ".mlp.";
  const std::string rest = name.substr(at + marker.size());
  if (rest == "gate.weight") return {mlp + rest, 0, shape};
  if (!rest.starts_with("experts.")) return {};
  const size_t dot = rest.find('.', 8);
  const int64_t expert = std::stoll(rest.substr(8, dot - 8));
  const std::string matrix = rest.substr(dot + 1, rest.rfind('.') - dot - 1);
  const int64_t experts = config.num_experts, numel = shape.numel();
  if (matrix == names.down) {
    return {mlp + "experts.down_proj", expert * numel, Shape{experts, shape[0], shape[1]}};
  }
  const int64_t second = matrix == names.up ? 1 : 0;
  return {mlp + "experts.gate_up_proj", (2 * expert + second) * numel,
          Shape{experts, 2 * shape[0], shape[1]}};
}

StatusOr<Source> FindSource(const SafetensorsReader& reader, const ModelConfig& config,
                            const NamedTensor& p, const std::string& dir) {
  if (reader.Has(p.name)) return Source{p.name, 0, p.tensor.shape()};
  Source stacked = StackedSource(config, p.name, p.tensor.shape());
  if (!stacked.name.empty() && reader.Has(stacked.name)) return stacked;
  return NotFound("{}: tensor '{}' of shape {} is missing (model_type {})", dir, p.name,
                  p.tensor.shape().ToString(), config.model_type);
}

Status CheckFinite(const NamedTensor& p, const std::string& file) {
  const float* data = p.tensor.as<float>();
  for (int64_t i = 0; i < p.tensor.numel(); ++i) {
    if (!std::isfinite(data[i])) {
      return DataLoss("{}: tensor '{}' has the value {} at element {}", file, p.name, data[i], i);
    }
  }
  return OkStatus();
}

Status ReadOne(const SafetensorsReader& reader, const Source& source, NamedTensor* p) {
  ASSIGN_OR_RETURN(TensorView view, reader.Get(source.name, source.file_shape));
  const auto* bytes = static_cast<const std::byte*>(view.data);
  const TensorView part(bytes + source.offset * SizeOf(view.dtype), p->tensor.shape(), view.dtype);
  const Status converted = ConvertToF32(part, p->tensor.as<float>());
  const std::string file = reader.FileOf(source.name);
  if (!converted.ok()) return Annotate(converted, file + ": tensor '" + source.name + "'");
  return CheckFinite(*p, file);
}

Status RefuseUnknown(const SafetensorsReader& reader, const ModelConfig& config,
                     const std::set<std::string>& used) {
  for (const std::string& name : reader.Names()) {
    if (used.contains(name) || IsDecayBuffer(name)) continue;
    // A tied checkpoint may hold the head as a second copy of the embedding.
    if (name == kHeadName && config.tie_word_embeddings) continue;
    if (name.ends_with("rotary_emb.inv_freq")) continue;
    return InvalidArgument("{}: tensor '{}' is not part of this model (model_type {})",
                           reader.FileOf(name), name, config.model_type);
  }
  return OkStatus();
}

}  // namespace

StatusOr<Parameters> Parameters::Load(const ModelConfig& config, const std::string& model_dir) {
  ASSIGN_OR_RETURN(std::unique_ptr<SafetensorsReader> reader, SafetensorsReader::Open(model_dir));
  Parameters parameters = Create(config);
  std::set<std::string> used;
  for (NamedTensor& p : parameters.tensors_) {
    ASSIGN_OR_RETURN(Source source, FindSource(*reader, config, p, model_dir));
    RETURN_IF_ERROR(ReadOne(*reader, source, &p));
    used.insert(source.name);
  }
  RETURN_IF_ERROR(RefuseUnknown(*reader, config, used));
  return parameters;
}

}  // namespace longhaul::model
