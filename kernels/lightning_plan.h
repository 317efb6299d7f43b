// SPDX-License-Identifier: Apache-2.0
//
// Where the chunk boundaries of a tree of segments lie and which state belongs to which: shared by
// the forward and the backward of lightning attention.
#pragma once

#include <vector>

#include "kernels/segments.h"

namespace longhaul::kernels {

// The rows of a segment that lie in one chunk of its path.
struct LightningChunk {
  int64_t begin = 0;  // path position of the chunk's start
  int64_t first = 0;  // offset of the segment's first row in the chunk
  int64_t end = 0;    // offset behind its last row
};

class LightningPlan {
 public:
  LightningPlan(Segments segments, int64_t chunk_size);

  int64_t num_states() const { return num_states_; }
  // The state at the chunk boundary `position` on the path of `segment`; -1 at position 0.
  int64_t StateAt(int32_t segment, int64_t position) const;
  // The segment on that path that holds the token before `position`, which must not be 0.
  int32_t HolderOf(int32_t segment, int64_t position) const;
  // Chunks the segment has rows in, ascending.
  std::vector<LightningChunk> ChunksOf(int32_t segment) const;

 private:
  Segments segments_;
  int64_t chunk_size_;
  int64_t num_states_ = 0;
  std::vector<int64_t> first_state_;  // of each segment
};

}  // namespace longhaul::kernels
