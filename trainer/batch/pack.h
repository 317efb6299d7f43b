// SPDX-License-Identifier: Apache-2.0
//
// Packing: sequences into the token batches of forward and backward passes. As trees, the prompt of
// a group is one segment and its responses are its children, so it is computed once; plainly, each
// sequence is a segment of its own. The order is kept and a batch is closed when the next sequence
// would not fit, so packing is a function of the sequences alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/token_batch.h"
#include "trainer/batch/train_sequence.h"

namespace longhaul::trainer {

enum class PackShape { kTree, kPlain };

struct PackOptions {
  int64_t max_tokens = 0;  // at least the longest sequence (CHECK)
  int64_t max_segments = 0;
  PackShape shape = PackShape::kTree;
};

struct PackedBatch {
  model::TokenBatch tokens;
  // Indices of the sequences, whose responses are the targets in this order: all of the first, then
  // all of the second, ...
  std::vector<int32_t> sequences;
};

std::vector<PackedBatch> PackSequences(std::span<const TrainSequence> sequences,
                                       const PackOptions& options);

}  // namespace longhaul::trainer
