// SPDX-License-Identifier: Apache-2.0
//
// Parameters: the fp32 master copy of every tensor under its checkpoint name, in layer order.
// Gradients: a second set of the same shapes. These are what the optimizer, the checkpoint and the
// weight publisher see.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/status.h"
#include "kernels/stream.h"
#include "kernels/tensor.h"
#include "model/model_config.h"

namespace longhaul::model {

struct NamedTensor {
  std::string name;        // as in the checkpoint: "model.layers.0.self_attn.q_proj.weight"
  kernels::Tensor tensor;  // fp32
  bool decays = true;      // weight decay applies (matrices); false for norms and biases
};

// Movable, not copyable. Thread-compatible.
class Parameters {
 public:
  // Zeroed tensors of every name and shape the config asks for.
  static Parameters Create(const ModelConfig& config);
  // Random initialisation: normal(0, initializer_range) from the counter generator keyed by (seed,
  // tensor name), norms 1; with postnorm, Xavier gains as MiniMax-01 (section 4.2) describes.
  static Parameters Random(const ModelConfig& config, uint64_t seed);
  // Reads DIR/*.safetensors. Missing tensors, wrong shapes, NaN and Inf are errors that name file
  // and tensor; tensors that the model does not have are errors too, except the decay buffers a
  // Transformers save of `minimax` writes.
  static StatusOr<Parameters> Load(const ModelConfig& config, const std::string& model_dir);

  std::vector<NamedTensor>& tensors() { return tensors_; }
  const std::vector<NamedTensor>& tensors() const { return tensors_; }
  kernels::Tensor& Get(std::string_view name);
  const kernels::Tensor& Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  int64_t numel() const;
  int64_t bytes() const;
  void FillZero();

 private:
  std::vector<NamedTensor> tensors_;
  std::unordered_map<std::string, size_t> index_;
};
using Gradients = Parameters;

// Every tensor name and shape of a config, in layer order.
struct ParameterSpec {
  std::string name;
  Shape shape;
  bool decays = true;
};
std::vector<ParameterSpec> ParameterSpecs(const ModelConfig& config);

// 64-bit checksum of the bytes of each tensor, in order: what a weight version is verified by.
std::vector<uint64_t> Checksums(kernels::Stream& stream, const Parameters& parameters);

}  // namespace longhaul::model
