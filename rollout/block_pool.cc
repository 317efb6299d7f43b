// SPDX-License-Identifier: Apache-2.0
#include "rollout/block_pool.h"

#include "common/check.h"

namespace longhaul::rollout {

BlockPool::BlockPool(int64_t num_blocks) : references_(static_cast<size_t>(num_blocks), 0) {
  free_.reserve(references_.size());
  for (int64_t block = num_blocks - 1; block >= 0; --block) {
    free_.push_back(static_cast<int32_t>(block));
  }
}

int32_t BlockPool::Allocate() {
  CHECK(!free_.empty()) << "no free key-value block of " << total();
  const int32_t block = free_.back();
  free_.pop_back();
  references_[static_cast<size_t>(block)] = 1;
  return block;
}

void BlockPool::Share(int32_t block) {
  CHECK_GT(references(block), 0) << "block " << block << " is free";
  ++references_[static_cast<size_t>(block)];
}

void BlockPool::Release(int32_t block) {
  CHECK_GT(references(block), 0) << "block " << block << " is free";
  if (--references_[static_cast<size_t>(block)] == 0) free_.push_back(block);
}

int64_t BlockPool::references(int32_t block) const {
  CHECK(block >= 0 && block < total()) << "block " << block;
  return references_[static_cast<size_t>(block)];
}

}  // namespace longhaul::rollout
