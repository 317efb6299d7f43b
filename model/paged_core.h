// SPDX-License-Identifier: Apache-2.0
//
// Attention of the inference pass: over cache blocks and state slots. Owns both pools. A block, and
// a slot, holds all layers of its kind next to one another, so that a fork copies one stretch of
// memory. model/ only.
#pragma once

#include <span>
#include <vector>

#include "kernels/lightning_attention.h"
#include "kernels/softmax_attention.h"
#include "kernels/tensor.h"
#include "model/inference_pass.h"
#include "model/layer_run.h"

namespace longhaul::model {

class PagedCore : public AttentionCore {
 public:
  PagedCore(const ModelConfig& config, DType dtype, const InferencePassOptions& options);

  // The sequences of the next layers' rows; token and block spans must live until then.
  void Begin(std::span<const SequenceRows> sequences);
  void Softmax(kernels::Stream& stream, int64_t layer, const SoftmaxCoreArgs& args) override;
  void Lightning(kernels::Stream& stream, int64_t layer, const LightningCoreArgs& args) override;

  void CopyKvBlock(int32_t from, int32_t to);
  void CopyStateSlot(int32_t from, int32_t to);
  kernels::LightningPool StatePool(int64_t layer) const;

 private:
  kernels::KvPool BlockPool(int64_t layer) const;

  const ModelConfig& config_;
  DType dtype_;
  int64_t num_kv_blocks_;
  int64_t num_state_slots_;
  std::vector<int64_t> ordinal_;  // by layer: which of its kind it is
  int64_t block_bytes_ = 0;       // of one layer
  int64_t slot_bytes_ = 0;
  int64_t block_stride_ = 0;  // of all layers
  int64_t slot_stride_ = 0;
  kernels::Tensor blocks_;
  kernels::Tensor slots_;
  std::vector<kernels::PagedSequence> paged_;
  std::vector<kernels::LightningSequence> lightning_;
};

}  // namespace longhaul::model
