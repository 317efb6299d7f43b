// SPDX-License-Identifier: Apache-2.0
#include "kernels/lightning_plan.h"

#include <algorithm>

#include "common/check.h"
#include "kernels/lightning_attention.h"

namespace longhaul::kernels {

LightningPlan::LightningPlan(Segments segments, int64_t chunk_size)
    : segments_(segments), chunk_size_(chunk_size) {
  CHECK_GE(chunk_size, 1);
  for (const Segment& s : segments) {
    first_state_.push_back(num_states_);
    num_states_ += (s.position + s.length) / chunk_size - s.position / chunk_size;
  }
}

int32_t LightningPlan::HolderOf(int32_t segment, int64_t position) const {
  while (segments_[segment].position >= position) segment = segments_[segment].parent;
  return segment;
}

int64_t LightningPlan::StateAt(int32_t segment, int64_t position) const {
  if (position == 0) return -1;
  const int32_t holder = HolderOf(segment, position);
  const int64_t before = segments_[holder].position / chunk_size_;
  return first_state_[holder] + position / chunk_size_ - before - 1;
}

std::vector<LightningChunk> LightningPlan::ChunksOf(int32_t segment) const {
  const Segment& s = segments_[segment];
  const int64_t end = s.position + s.length;
  std::vector<LightningChunk> chunks;
  for (int64_t p = s.position; p < end;) {
    const int64_t begin = p - p % chunk_size_;
    const int64_t last = std::min(begin + chunk_size_, end);
    chunks.push_back({begin, p - begin, last - begin});
    p = last;
  }
  return chunks;
}

int64_t CountLightningStates(Segments segments, int64_t chunk_size) {
  return LightningPlan(segments, chunk_size).num_states();
}

}  // namespace longhaul::kernels
