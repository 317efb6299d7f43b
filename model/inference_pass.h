// SPDX-License-Identifier: Apache-2.0
//
// InferencePass: the model run forward on rows of many sequences at once, over paged keys and
// values (softmax layers) and state slots (lightning layers). Prefill in any chunks and decode are
// the same call, and give the bits of TrainingPass.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/status.h"
#include "kernels/stream.h"
#include "kernels/tensor.h"
#include "model/training_pass.h"
#include "model/weights.h"

namespace longhaul::model {

struct InferencePassOptions {
  int64_t max_batch_tokens = 0;  // rows of one call
  int64_t max_logits_rows = 0;   // rows of one Logits call
  int64_t num_kv_blocks =
      0;  // of kernels::kKvBlockTokens tokens, shared by all softmax layers of a sequence
  int64_t num_state_slots = 0;  // sequences with live lightning state
};
std::vector<MemoryLine> PlanInferenceMemory(const ModelConfig& config,
                                            const WeightsOptions& weights,
                                            const InferencePassOptions& options);
int64_t KvBlockBytesAllLayers(const ModelConfig& config, Precision precision);
int64_t StateSlotBytesAllLayers(const ModelConfig& config, Precision precision);

// Tokens of one sequence to run: they sit at path positions position, position + 1, ...
struct SequenceRows {
  std::span<const int32_t> token_ids;
  int64_t position = 0;
  std::span<const int32_t>
      kv_blocks;            // block of position p is kv_blocks[p / kKvBlockTokens]; covers all rows
  int32_t state_slot = -1;  // -1 only if the model has no lightning layer
};

// Thread-compatible; owned by one engine thread.
class InferencePass {
 public:
  static StatusOr<std::unique_ptr<InferencePass>> Create(const ModelConfig& config,
                                                         const WeightsOptions& weights,
                                                         const InferencePassOptions& options);
  ~InferencePass();

  // Runs all rows; hidden states stay until the next call. Rows are numbered through the sequences
  // in order.
  void Forward(kernels::Stream& stream, const Weights& weights,
               std::span<const SequenceRows> sequences);

  // Logits of some rows of the last Forward, [rows, vocab_size] fp32, untempered.
  void Logits(kernels::Stream& stream, const Weights& weights, std::span<const int32_t> rows,
              MutableTensorView logits);

  // Copies for forks: a whole cache block, a whole state slot (all layers).
  void CopyKvBlock(int32_t from, int32_t to);
  void CopyStateSlot(int32_t from, int32_t to);

  // State of a lightning layer after `position` tokens, [heads, head_dim, head_dim] fp32, for
  // inspection.
  void LightningState(kernels::Stream& stream, int64_t layer, int32_t slot, int64_t position,
                      MutableTensorView state);
  void set_hidden_observer(HiddenObserver observer, void* context);

 private:
  struct Impl;
  explicit InferencePass(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace longhaul::model
