// SPDX-License-Identifier: Apache-2.0
#include "trainer/optimizer/optimizer.h"

#include <atomic>
#include <cmath>

#include "common/check.h"
#include "kernels/adamw.h"

namespace longhaul::trainer {

double ClipScale(double norm, double max_norm) {
  if (max_norm == 0) return 1;
  return std::min(1.0, max_norm / (norm + 1e-6));
}

Optimizer::Optimizer(const OptimizerConfig& config, model::Parameters* parameters)
    : config_(config), parameters_(parameters) {
  for (const model::NamedTensor& parameter : parameters->tensors()) {
    m_.emplace_back(parameter.tensor.shape(), DType::kF32);
    v_.emplace_back(parameter.tensor.shape(), DType::kF32);
  }
}

OptimizerReport Optimizer::Step(kernels::Stream& stream, double lr,
                                const model::Gradients& gradients) {
  std::vector<model::NamedTensor>& parameters = parameters_->tensors();
  CHECK_EQ(gradients.tensors().size(), parameters.size());
  OptimizerReport report;
  double squared_norm = 0;
  for (const model::NamedTensor& gradient : gradients.tensors()) {
    const double squares = kernels::SquaredNorm(stream, gradient.tensor.view());
    squared_norm += squares;
    report.grad_rms.push_back(std::sqrt(squares / static_cast<double>(gradient.tensor.numel())));
  }
  report.grad_norm = std::sqrt(squared_norm);
  if (!std::isfinite(report.grad_norm)) {
    report.skipped = true;
    return report;
  }
  report.clip_scale = ClipScale(report.grad_norm, config_.grad_clip);
  ++applied_steps_;
  for (size_t i = 0; i < parameters.size(); ++i) {
    kernels::AdamW(stream, {.grad = gradients.tensors()[i].tensor.view(),
                            .param = parameters[i].tensor.mutable_view(),
                            .m = m_[i].mutable_view(),
                            .v = v_[i].mutable_view(),
                            .step = applied_steps_,
                            .lr = lr,
                            .beta1 = config_.beta1,
                            .beta2 = config_.beta2,
                            .eps = config_.eps,
                            .weight_decay = parameters[i].decays ? config_.weight_decay : 0,
                            .grad_scale = report.clip_scale});
  }
  report.eps_dominated_frac = EpsDominatedFraction(stream);
  return report;
}

double Optimizer::EpsDominatedFraction(kernels::Stream& stream) const {
  const double correction = 1 - std::pow(config_.beta2, static_cast<double>(applied_steps_));
  const float limit = static_cast<float>(config_.eps * config_.eps * correction);
  std::atomic<int64_t> below = 0;
  int64_t total = 0;
  for (const kernels::Tensor& v : v_) {
    const float* values = v.as<float>();
    total += v.numel();
    stream.pool().ForRange(v.numel(), 1 << 16, [&](int64_t begin, int64_t end) {
      int64_t count = 0;
      for (int64_t i = begin; i < end; ++i) count += values[i] < limit;
      below += count;
    });
  }
  return static_cast<double>(below.load()) / static_cast<double>(total);
}

int64_t Optimizer::bytes() const { return 2 * parameters_->bytes(); }

}  // namespace longhaul::trainer
