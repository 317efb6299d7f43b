// SPDX-License-Identifier: Apache-2.0
#include "rollout/state_pool.h"

#include "common/check.h"

namespace longhaul::rollout {

StatePool::StatePool(int64_t num_slots) : taken_(static_cast<size_t>(num_slots), 0) {
  free_.reserve(taken_.size());
  for (int64_t slot = num_slots - 1; slot >= 0; --slot) free_.push_back(static_cast<int32_t>(slot));
}

int32_t StatePool::Allocate() {
  CHECK(!free_.empty()) << "no free state slot of " << total();
  const int32_t slot = free_.back();
  free_.pop_back();
  taken_[static_cast<size_t>(slot)] = 1;
  return slot;
}

void StatePool::Release(int32_t slot) {
  CHECK(slot >= 0 && slot < total() && taken_[static_cast<size_t>(slot)]) << "slot " << slot;
  taken_[static_cast<size_t>(slot)] = 0;
  free_.push_back(slot);
}

}  // namespace longhaul::rollout
