// SPDX-License-Identifier: Apache-2.0
#include "model/export.h"

#include <vector>

#include "common/checkpoint/safetensors.h"
#include "common/file.h"
#include "common/json.h"
#include "kernels/tensor.h"
#include "model/parameter_names.h"

namespace longhaul::model {
namespace {

DType StoredDType(const std::string& name, DType dtype) {
  return IsRouterName(name) ? DType::kF32 : dtype;
}

kernels::Tensor ToBf16(const kernels::Tensor& tensor) {
  kernels::Tensor rounded(tensor.shape(), DType::kBF16);
  const float* from = tensor.as<float>();
  BFloat16* to = rounded.as<BFloat16>();
  for (int64_t i = 0; i < tensor.numel(); ++i) to[i] = BFloat16(from[i]);
  return rounded;
}

Status WriteGenerationConfig(const std::string& dir, const ModelConfig& config) {
  Json root = Json::Object();
  if (config.bos_token_id.has_value()) root.Set("bos_token_id", *config.bos_token_id);
  if (config.eos_token_ids.size() == 1) root.Set("eos_token_id", config.eos_token_ids[0]);
  if (config.eos_token_ids.size() > 1) root.Set("eos_token_id", config.eos_token_ids);
  root.Set("do_sample", true);
  return WriteFileAtomic(JoinPath(dir, "generation_config.json"), root.ToPrettyString() + "\n");
}

}  // namespace

Status SaveModel(const std::string& dir, const ModelConfig& config, const Parameters& parameters,
                 const SaveOptions& options) {
  if (options.dtype != DType::kF32 && options.dtype != DType::kBF16) {
    return InvalidArgument("a model is saved as F32 or BF16, not {}", DTypeName(options.dtype));
  }
  const std::string dtype = options.dtype == DType::kF32 ? "float32" : "bfloat16";
  SafetensorsWriter::Args args{.directory = dir, .max_shard_bytes = options.max_shard_bytes};
  for (const NamedTensor& p : parameters.tensors()) {
    args.tensors.push_back({p.name, StoredDType(p.name, options.dtype), p.tensor.shape()});
  }
  ASSIGN_OR_RETURN(std::unique_ptr<SafetensorsWriter> writer,
                   SafetensorsWriter::Create(std::move(args)));
  for (const NamedTensor& p : parameters.tensors()) {
    if (StoredDType(p.name, options.dtype) == DType::kF32) {
      RETURN_IF_ERROR(writer->Write(p.name, p.tensor.view()));
    } else {
      RETURN_IF_ERROR(writer->Write(p.name, ToBf16(p.tensor).view()));
    }
  }
  RETURN_IF_ERROR(writer->Finish());
  RETURN_IF_ERROR(WriteGenerationConfig(dir, config));
  return WriteFileAtomic(JoinPath(dir, "config.json"), config.ToJson(dtype));
}

}  // namespace longhaul::model
