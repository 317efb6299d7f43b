// SPDX-License-Identifier: Apache-2.0
//
// BlockPool: who holds which key-value cache blocks. A block holds kernels::kKvBlockTokens tokens
// of all softmax layers of a sequence; forks share the full ones by counting references. Numbers
// only: the memory is the InferencePass's.
//
// Thread-compatible.
#pragma once

#include <cstdint>
#include <vector>

namespace longhaul::rollout {

class BlockPool {
 public:
  explicit BlockPool(int64_t num_blocks);

  int64_t total() const { return static_cast<int64_t>(references_.size()); }
  int64_t free() const { return static_cast<int64_t>(free_.size()); }
  int64_t used() const { return total() - free(); }

  // A block with one reference. CHECKs that one is free.
  int32_t Allocate();
  // One more holder.
  void Share(int32_t block);
  // One holder less; free without any.
  void Release(int32_t block);
  int64_t references(int32_t block) const;

 private:
  std::vector<int32_t> references_;  // [total], 0 = free
  std::vector<int32_t> free_;        // a stack, so that the order of calls alone decides
};

}  // namespace longhaul::rollout
