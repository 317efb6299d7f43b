// SPDX-License-Identifier: Apache-2.0
#include "trainer/weight_publisher.h"

#include <chrono>

#include "common/checksum.h"
#include "proto/rollout.pb.h"

namespace longhaul::trainer {
namespace {

proto::PrepareWeightsRequest DescribeWeights(const model::Parameters& parameters,
                                             const std::vector<uint64_t>& checksums,
                                             int64_t weight_version) {
  proto::PrepareWeightsRequest request;
  request.set_weight_version(weight_version);
  request.set_shared_memory(true);
  for (size_t i = 0; i < checksums.size(); ++i) {
    const model::NamedTensor& parameter = parameters.tensors()[i];
    proto::TensorVersion& tensor = *request.add_tensors();
    tensor.set_name(parameter.name);
    for (int d = 0; d < parameter.tensor.shape().rank(); ++d) {
      tensor.add_shape(parameter.tensor.shape()[d]);
    }
    tensor.set_dtype(std::string(DTypeName(parameter.tensor.dtype())));
    tensor.set_checksum(checksums[i]);
  }
  return request;
}

Status CheckEcho(const proto::PrepareWeightsRequest& request,
                 const proto::PrepareWeightsReply& reply) {
  const int64_t version = request.weight_version();
  if (reply.weight_version() != version || reply.checksums_size() != request.tensors_size()) {
    return DataLoss(
        "weight version {}: the worker echoed version {} with {} checksums, {} were sent", version,
        reply.weight_version(), reply.checksums_size(), request.tensors_size());
  }
  for (int i = 0; i < request.tensors_size(); ++i) {
    if (reply.checksums(i) == request.tensors(i).checksum()) continue;
    return DataLoss("weight version {}: tensor '{}' arrived with checksum {}, sent was {}", version,
                    request.tensors(i).name(), ChecksumHex(reply.checksums(i)),
                    ChecksumHex(request.tensors(i).checksum()));
  }
  return OkStatus();
}

}  // namespace

StatusOr<PublishReport> WeightPublisher::Publish(WorkerClient& worker, int64_t weight_version) {
  const auto start = std::chrono::steady_clock::now();
  const proto::PrepareWeightsRequest request = DescribeWeights(
      *args_.parameters, model::Checksums(*args_.stream, *args_.parameters), weight_version);
  StatusOr<proto::PrepareWeightsReply> reply = worker.PrepareWeights(request);
  if (!reply.ok()) {
    return Annotate(reply.status(), fmt::format("preparing weight version {}", weight_version));
  }
  RETURN_IF_ERROR(CheckEcho(request, *reply));
  const Status committed = worker.CommitWeights(weight_version);
  if (!committed.ok()) {
    return Annotate(committed, fmt::format("committing weight version {}", weight_version));
  }
  args_.coordinator->SetVersion(weight_version);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return PublishReport{.bytes = args_.parameters->bytes(), .seconds = elapsed.count()};
}

}  // namespace longhaul::trainer
