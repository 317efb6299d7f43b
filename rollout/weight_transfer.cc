// SPDX-License-Identifier: Apache-2.0
#include "rollout/weight_transfer.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace longhaul::rollout {
namespace {

std::string ShapeText(const proto::TensorVersion& tensor) {
  std::string text = "[";
  for (int i = 0; i < tensor.shape_size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(tensor.shape(i));
  }
  return text + "]";
}

Status CheckTensor(const proto::TensorVersion& expected, const model::Parameters& parameters) {
  if (!parameters.Has(expected.name())) {
    return FailedPrecondition("weights: tensor '{}' is not in this worker's model",
                              expected.name());
  }
  const std::string shape = parameters.Get(expected.name()).shape().ToString();
  if (shape != ShapeText(expected) || expected.dtype() != "F32") {
    return FailedPrecondition("weights: tensor '{}' is {} {} at the trainer, F32 {} here",
                              expected.name(), expected.dtype(), ShapeText(expected), shape);
  }
  return OkStatus();
}

}  // namespace

Status WeightTransfer::Prepare(kernels::Stream& stream, const proto::PrepareWeightsRequest& request,
                               proto::PrepareWeightsReply* reply) {
  prepared_version_ = -1;
  if (!request.shared_memory()) {
    return Unimplemented("weights can only be taken from memory shared with the trainer");
  }
  const model::Parameters& parameters = *model_.parameters;
  if (request.tensors_size() != static_cast<int>(parameters.tensors().size())) {
    return FailedPrecondition("weights: version {} has {} tensors, this worker's model {}",
                              request.weight_version(), request.tensors_size(),
                              parameters.tensors().size());
  }
  const std::vector<uint64_t> checksums = model::Checksums(stream, parameters);
  std::unordered_map<std::string, uint64_t> by_name;
  for (size_t i = 0; i < checksums.size(); ++i) {
    by_name[parameters.tensors()[i].name] = checksums[i];
  }
  mismatch_.clear();
  for (const proto::TensorVersion& expected : request.tensors()) {
    RETURN_IF_ERROR(CheckTensor(expected, parameters));
    const uint64_t checksum = by_name.at(expected.name());
    reply->add_checksums(checksum);
    if (checksum != expected.checksum() && mismatch_.empty()) mismatch_ = expected.name();
  }
  reply->set_weight_version(request.weight_version());
  prepared_version_ = request.weight_version();
  return OkStatus();
}

Status WeightTransfer::Commit(kernels::Stream& stream, int64_t weight_version) {
  if (prepared_version_ != weight_version || weight_version < 0) {
    return FailedPrecondition("weights: version {} was not prepared (last prepared: {})",
                              weight_version, prepared_version_);
  }
  if (!mismatch_.empty()) {
    return FailedPrecondition("weights: version {}: the checksum of tensor '{}' differs",
                              weight_version, mismatch_);
  }
  if (model_.weights->version() != weight_version) {
    model_.weights->Pack(stream, *model_.parameters, weight_version);
  }
  return OkStatus();
}

}  // namespace longhaul::rollout
