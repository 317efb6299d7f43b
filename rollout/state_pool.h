// SPDX-License-Identifier: Apache-2.0
//
// StatePool: which lightning state slots are taken. A slot holds the state of all lightning layers
// of one sequence and is never shared: it changes with every token. Numbers only.
//
// Thread-compatible.
#pragma once

#include <cstdint>
#include <vector>

namespace longhaul::rollout {

class StatePool {
 public:
  explicit StatePool(int64_t num_slots);

  int64_t total() const { return static_cast<int64_t>(taken_.size()); }
  int64_t free() const { return static_cast<int64_t>(free_.size()); }
  int64_t used() const { return total() - free(); }

  int32_t Allocate();  // CHECKs that one is free
  void Release(int32_t slot);

 private:
  std::vector<char> taken_;    // [total]
  std::vector<int32_t> free_;  // a stack
};

}  // namespace longhaul::rollout
