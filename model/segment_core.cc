// SPDX-License-Identifier: Apache-2.0
#include "model/segment_core.h"

#include "kernels/lightning_attention.h"
#include "kernels/softmax_attention.h"

namespace longhaul::model {

void SegmentCore::Softmax(kernels::Stream& stream, int64_t, const SoftmaxCoreArgs& args) {
  kernels::SoftmaxAttention(stream, {.q = args.q,
                                     .k = args.k,
                                     .v = args.v,
                                     .segments = segments_,
                                     .scale = args.scale,
                                     .o = args.o,
                                     .lse = args.lse});
}

void SegmentCore::Lightning(kernels::Stream& stream, int64_t, const LightningCoreArgs& args) {
  kernels::LightningAttention(stream, {.qkv = args.qkv,
                                       .decay_rates = args.decay_rates,
                                       .segments = segments_,
                                       .chunk_size = chunk_size_,
                                       .o = args.o,
                                       .states = args.states});
}

}  // namespace longhaul::model
