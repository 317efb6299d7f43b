// SPDX-License-Identifier: Apache-2.0
//
// StepRunner: carries out what the scheduler decided: cache copies, the forward pass, logits of the
// rows that draw, and the draws.
//
// Owned by the engine thread. Buffers are reused from step to step.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "common/status.h"
#include "common/thread_pool.h"
#include "kernels/sample.h"
#include "kernels/stream.h"
#include "kernels/tensor.h"
#include "model/inference_pass.h"
#include "rollout/group.h"
#include "rollout/scheduler.h"

namespace longhaul::rollout {

struct DrawnToken {
  LiveSample* sample = nullptr;
  kernels::SampledToken token;
  bool finite = true;  // false: the logits were not numbers, and `token` means nothing
};

class StepRunner {
 public:
  // `num_threads` 0 = all cores.
  static StatusOr<std::unique_ptr<StepRunner>> Create(const model::ModelConfig& config,
                                                      const model::WeightsOptions& weights,
                                                      const model::InferencePassOptions& options,
                                                      int num_threads);

  // The schedule's sequences are LiveSamples. Tokens in the order of its rows; valid until the next
  // call.
  std::span<const DrawnToken> Run(const model::Weights& weights, const Schedule& schedule);
  kernels::Stream& stream() { return stream_; }
  int64_t num_rows() const { return num_rows_; }  // of the last Run

 private:
  StepRunner(std::unique_ptr<model::InferencePass> pass, const model::ModelConfig& config,
             const model::InferencePassOptions& options, int num_threads);
  void CopyCaches(const Schedule& schedule);
  void CollectRows(const Schedule& schedule);
  void Draw(const model::Weights& weights, size_t first, size_t count);

  ThreadPool pool_;
  kernels::Stream stream_;
  std::unique_ptr<model::InferencePass> pass_;
  const int64_t vocab_size_;
  const size_t max_logits_rows_;
  kernels::Tensor logits_;  // [max_logits_rows, vocab_size] fp32
  int64_t num_rows_ = 0;
  std::vector<model::SequenceRows> sequences_;
  // Of the rows that draw:
  std::vector<int32_t> rows_;
  std::vector<kernels::SampleRow> sample_rows_;
  std::vector<kernels::SampledToken> tokens_;
  std::vector<DrawnToken> drawn_;
};

}  // namespace longhaul::rollout
