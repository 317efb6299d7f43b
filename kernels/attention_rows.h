// SPDX-License-Identifier: Apache-2.0
//
// The part that training and paged softmax attention share: one block of query rows and its
// scratch.
#pragma once

#include "common/tensor.h"
#include "kernels/cpu/softmax_attention.h"

namespace longhaul::kernels {

struct AttentionShape {
  int64_t heads = 0;  // query heads
  int64_t key_value_heads = 0;
  int64_t head_dim = 0;
  float scale = 0;
  int64_t group() const { return heads / key_value_heads; }
  // Tokens worked on at a time: enough rows to reuse a key block, few enough for the L2 cache.
  int64_t token_block() const { return group() >= 192 ? 1 : 192 / group(); }
};

// Tokens [begin, begin + tokens) of the packed run, query heads of one key-value head.
struct AttentionItem {
  int64_t begin = 0;
  int64_t tokens = 0;
  int64_t key_value_head = 0;
};

// The online softmax of an item: Begin, a Step for each key block in path order, End.
class AttentionWork {
 public:
  // Takes the sequence scratch of this thread, with `extra` floats for the caller.
  AttentionWork(const AttentionShape& shape, const AttentionItem& item, int64_t extra);

  // `lse` may be empty.
  void Begin(const TensorView& q, const MutableTensorView& o, const MutableTensorView& lse);
  void Step(const cpu::AttentionBlock& block) const { step_(rows_, block); }
  void End() const { end_(rows_, tensors_); }
  float* extra() const { return extra_; }

 private:
  AttentionShape shape_;
  AttentionItem item_;
  cpu::AttentionRows rows_;
  cpu::AttentionTensors tensors_;
  float* extra_;
  void (*begin_)(const cpu::AttentionRows&, const cpu::AttentionTensors&);
  void (*step_)(const cpu::AttentionRows&, const cpu::AttentionBlock&);
  void (*end_)(const cpu::AttentionRows&, const cpu::AttentionTensors&);
};

}  // namespace longhaul::kernels
