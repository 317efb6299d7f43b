// SPDX-License-Identifier: Apache-2.0
//
// TrainingPass: forward, log-probs and backward of one packed batch, with explicit Forward and
// Backward in every layer and no autograd graph. Memory for the largest batch is laid out and
// allocated at creation and reused.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/status.h"
#include "kernels/stream.h"
#include "kernels/tensor.h"
#include "model/parameters.h"
#include "model/token_batch.h"
#include "model/weights.h"

namespace longhaul::model {

enum class Recompute {
  kNone,   // every activation the backward needs is kept
  kLayer,  // only the input of each layer is kept; the layer is run again in the backward
};

struct TrainingPassOptions {
  int64_t max_tokens = 0;  // packed tokens of the largest batch
  int64_t max_targets = 0;
  int64_t max_segments = 0;
  Recompute recompute = Recompute::kNone;
};

// What a pass will allocate, by purpose, in bytes. Known before anything is allocated.
struct MemoryLine {
  std::string purpose;
  int64_t bytes = 0;
};
std::vector<MemoryLine> PlanTrainingMemory(const ModelConfig& config, const WeightsOptions& weights,
                                           const TrainingPassOptions& options);

// Called with each layer's output (residual included, before the final norm), in layer order. fp32
// [num_tokens, hidden_size].
using HiddenObserver = void (*)(void* context, int64_t layer, const TensorView& hidden);

// Thread-compatible. The order of calls is Forward, Logprobs, Backward; the batch and weights stay
// unchanged in between. With weights packed for inference only (a frozen reference) nothing is kept
// and Backward may not be called.
class TrainingPass {
 public:
  static StatusOr<std::unique_ptr<TrainingPass>> Create(const ModelConfig& config,
                                                        const WeightsOptions& weights,
                                                        const TrainingPassOptions& options);
  ~TrainingPass();

  void Forward(kernels::Stream& stream, const Weights& weights, const TokenBatch& batch);

  // Log-prob and entropy of every target at the given temperature. [num_targets] each.
  void Logprobs(kernels::Stream& stream, float temperature, std::span<float> logprobs,
                std::span<float> entropy);

  // Adds the gradient of sum dlogprobs * logprobs + dentropy * entropy (+ aux_loss_coef *
  // load-balance loss of this batch) to `gradients`. dentropy may be empty.
  void Backward(kernels::Stream& stream, std::span<const float> dlogprobs,
                std::span<const float> dentropy, Gradients* gradients);

  void set_hidden_observer(HiddenObserver observer, void* context);
  // The load-balance loss of kernels/router.h, summed over the layers with experts.
  void set_aux_loss_coef(double coef);
  // Final-norm output of the last Forward, [num_tokens, hidden_size] in the compute dtype.
  TensorView final_hidden() const;
  // Full logits of a few rows of the last Forward, [rows, vocab_size] fp32, for inspection.
  void Logits(kernels::Stream& stream, std::span<const int32_t> rows, MutableTensorView logits);

  struct RouterStats {
    double max_violation = 0;  // max over layers of (largest expert load / mean load) - 1
    double entropy = 0;        // mean router entropy in nats
    double balance_loss = 0;   // load-balance loss, summed over layers; each is 1 when even
  };
  RouterStats router_stats() const;  // of the last Forward; zeros without experts

 private:
  struct Impl;
  explicit TrainingPass(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace longhaul::model
