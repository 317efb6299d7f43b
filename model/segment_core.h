// SPDX-License-Identifier: Apache-2.0
//
// Attention of the training pass: over the segments of a packed batch. model/ only.
#pragma once

#include "model/layer_run.h"

namespace longhaul::model {

class SegmentCore : public AttentionCore {
 public:
  SegmentCore(kernels::Segments segments, int64_t chunk_size)
      : segments_(segments), chunk_size_(chunk_size) {}
  void Softmax(kernels::Stream& stream, int64_t layer, const SoftmaxCoreArgs& args) override;
  void Lightning(kernels::Stream& stream, int64_t layer, const LightningCoreArgs& args) override;

 private:
  kernels::Segments segments_;
  int64_t chunk_size_;
};

}  // namespace longhaul::model
