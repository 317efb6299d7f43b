// SPDX-License-Identifier: Apache-2.0
//
// Weights: the copy of the parameters that layers compute with, in the compute dtype and packed for
// the matrix library, made once per weight version. One copy serves rollout and trainer in a
// process.
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/stream.h"
#include "model/model_config.h"
#include "model/parameters.h"

namespace longhaul::model {

// fp32: everything in fp32. bf16: weights and activations in bf16, sums, norms, router, lightning
// state and head in fp32.
enum class Precision { kFp32, kBf16 };

// Dtype of the two inputs of the LM head product (hidden state and head weight). Sums and logits
// are fp32 either way.
enum class HeadInputs { kFp32, kBf16 };

enum class WeightsUse { kInference, kTraining };  // training also packs for input gradients

struct WeightsOptions {
  Precision precision = Precision::kFp32;
  HeadInputs head_inputs = HeadInputs::kFp32;
  WeightsUse use = WeightsUse::kTraining;
};

// Safe to read from several threads while nobody calls Pack.
class Weights {
 public:
  Weights(const ModelConfig& config, const WeightsOptions& options);
  ~Weights();
  Weights(const Weights&) = delete;
  Weights& operator=(const Weights&) = delete;

  // Takes over the values of `parameters` as weight version `version`.
  void Pack(kernels::Stream& stream, const Parameters& parameters, int64_t version);

  const ModelConfig& config() const;
  const WeightsOptions& options() const;
  int64_t version() const;  // -1 before the first Pack
  int64_t bytes() const;

  struct Impl;  // the packed layers; model/ only
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace longhaul::model
