// SPDX-License-Identifier: Apache-2.0
//
// TokenBatch: a packed run of tokens cut into segments with parents (kernels/segments.h), and which
// tokens of it are predicted. It owns its arrays.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/segments.h"

namespace longhaul::model {

struct TokenBatch {
  std::vector<int32_t> token_ids;  // [num_tokens]
  std::vector<kernels::Segment> segments;
  // Predictions: token target[i] is predicted by the hidden state of packed row row[i]. The first
  // token of a branch is predicted by the last row of its parent.
  std::vector<int32_t> rows;     // [num_targets]
  std::vector<int32_t> targets;  // [num_targets]

  int64_t num_tokens() const { return static_cast<int64_t>(token_ids.size()); }
  int64_t num_targets() const { return static_cast<int64_t>(targets.size()); }

  // Appends a segment and returns its index. parent -1 starts a new root.
  int32_t AddSegment(std::span<const int32_t> tokens, int32_t parent);
  // Asks for the log-prob of every token of `segment` from `first` on (offset inside the segment).
  // The token at offset 0 is predicted by its parent's last row; a root's first token cannot be a
  // target.
  void AddTargets(int32_t segment, int64_t first);
};

}  // namespace longhaul::model
