// SPDX-License-Identifier: Apache-2.0
//
// The weights as layers compute with them. Each piece knows which parameter it came from, by its
// index in Parameters::tensors(), and that is where its gradient goes. model/ only.
#pragma once

#include <vector>

#include "kernels/logprob.h"
#include "kernels/matmul.h"
#include "kernels/tensor.h"
#include "model/parameters.h"
#include "model/weights.h"

namespace longhaul::model {

// A matrix, packed, with its bias if there is one.
struct LinearWeight {
  kernels::PackedWeight forward;
  kernels::PackedWeight input_gradient;  // empty for inference
  kernels::Tensor bias;                  // [out] fp32, or empty
  int64_t parameter = -1;
  int64_t bias_parameter = -1;
};

// A vector of a norm, in the compute dtype.
struct NormWeight {
  kernels::Tensor weight;
  int64_t parameter = -1;
};

struct SoftmaxAttentionWeights {
  LinearWeight q, k, v, o;
  NormWeight q_norm, k_norm;  // empty without qk_norm
};

struct LightningAttentionWeights {
  LinearWeight qkv, gate, out;
  NormWeight norm;
  std::vector<double> decay_rates;
};

struct DenseMlpWeights {
  LinearWeight gate, up, down;
};

// One of the three matrices, of all experts.
struct ExpertWeights {
  std::vector<LinearWeight> experts;
  std::vector<const kernels::PackedWeight*> forward;
  std::vector<const kernels::PackedWeight*> input_gradient;
};

struct MoeMlpWeights {
  LinearWeight router;  // fp32
  ExpertWeights gate, up, down;
};

struct DecoderLayerWeights {
  NormWeight input_norm, post_attention_norm;
  SoftmaxAttentionWeights softmax;
  LightningAttentionWeights lightning;
  DenseMlpWeights dense;
  MoeMlpWeights moe;
};

struct Weights::Impl {
  ModelConfig config;
  WeightsOptions options;
  int64_t version = -1;
  NormWeight embedding;  // [vocab_size, hidden_size] in the compute dtype
  std::vector<DecoderLayerWeights> layers;
  NormWeight final_norm;
  kernels::PackedHead head;
  int64_t head_parameter = -1;
};

inline DType ComputeDType(const WeightsOptions& options) {
  return options.precision == Precision::kFp32 ? DType::kF32 : DType::kBF16;
}

inline MutableTensorView GradientOf(Gradients* gradients, int64_t parameter) {
  return gradients->tensors()[static_cast<size_t>(parameter)].tensor.mutable_view();
}

}  // namespace longhaul::model
