// SPDX-License-Identifier: Apache-2.0
//
// Optimizer: AdamW over every tensor of a model with one clip of the global gradient norm, and fp32
// moments. Weight decay applies to the tensors that have `decays` (matrices).
//
//   scale = min(1, grad_clip / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_ has it
//
// An update whose gradient norm is NaN or infinite is skipped: neither weights nor moments change.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/status.h"
#include "kernels/stream.h"
#include "model/parameters.h"
#include "trainer/optimizer/optimizer_config.h"

namespace longhaul::trainer {

// What gradients are multiplied by. max_norm 0: no clip.
double ClipScale(double norm, double max_norm);

struct OptimizerReport {
  double grad_norm = 0;  // before the clip
  double clip_scale = 1;
  bool skipped = false;           // the norm was not finite
  double eps_dominated_frac = 0;  // parameters with sqrt(v / (1 - beta2^n)) < eps
  std::vector<double> grad_rms;   // of each tensor, before the clip
};

// Thread-compatible. Does not own the parameters.
class Optimizer {
 public:
  Optimizer(const OptimizerConfig& config, model::Parameters* parameters);

  OptimizerReport Step(kernels::Stream& stream, double lr, const model::Gradients& gradients);

  void set_grad_clip(double grad_clip) { config_.grad_clip = grad_clip; }
  double grad_clip() const { return config_.grad_clip; }
  int64_t applied_steps() const { return applied_steps_; }
  int64_t bytes() const;

  // Moments as safetensors under `directory` (which exists): optimizer.safetensors or its shards
  // with "m.<tensor>" and "v.<tensor>".
  Status Save(const std::string& directory) const;
  Status Load(const std::string& directory, int64_t applied_steps);

 private:
  double EpsDominatedFraction(kernels::Stream& stream) const;

  OptimizerConfig config_;
  model::Parameters* parameters_;
  std::vector<kernels::Tensor> m_;
  std::vector<kernels::Tensor> v_;
  int64_t applied_steps_ = 0;
};

}  // namespace longhaul::trainer
