// SPDX-License-Identifier: Apache-2.0
#include "common/checkpoint/safetensors.h"
#include "trainer/optimizer/optimizer.h"

namespace longhaul::trainer {

Status Optimizer::Save(const std::string& directory) const {
  std::vector<TensorSpec> specs;
  const std::vector<model::NamedTensor>& parameters = parameters_->tensors();
  for (const model::NamedTensor& parameter : parameters) {
    specs.push_back({"m." + parameter.name, DType::kF32, parameter.tensor.shape()});
    specs.push_back({"v." + parameter.name, DType::kF32, parameter.tensor.shape()});
  }
  ASSIGN_OR_RETURN(
      auto writer,
      SafetensorsWriter::Create({.directory = directory, .stem = "optimizer", .tensors = specs}));
  for (size_t i = 0; i < parameters.size(); ++i) {
    RETURN_IF_ERROR(writer->Write("m." + parameters[i].name, m_[i].view()));
    RETURN_IF_ERROR(writer->Write("v." + parameters[i].name, v_[i].view()));
  }
  return writer->Finish();
}

Status Optimizer::Load(const std::string& directory, int64_t applied_steps) {
  const std::string index = JoinPath(directory, "optimizer.safetensors.index.json");
  ASSIGN_OR_RETURN(auto reader,
                   SafetensorsReader::Open(
                       FileExists(index) ? index : JoinPath(directory, "optimizer.safetensors")));
  const std::vector<model::NamedTensor>& parameters = parameters_->tensors();
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Shape& shape = parameters[i].tensor.shape();
    RETURN_IF_ERROR(reader->ReadF32("m." + parameters[i].name, shape, m_[i].as<float>()));
    RETURN_IF_ERROR(reader->ReadF32("v." + parameters[i].name, shape, v_[i].as<float>()));
  }
  applied_steps_ = applied_steps;
  return OkStatus();
}

}  // namespace longhaul::trainer
