// SPDX-License-Identifier: Apache-2.0
//
// The order of tasks: position k of epoch e of a data set of n tasks, as a pure function of (seed,
// e, k). A four-round Feistel network over the smallest even number of bits that holds n, walked
// until it lands below n (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002), so
// nothing is stored and a resumed run needs only the cursor.
#pragma once

#include <cstdint>

namespace longhaul::trainer {

class DataOrder {
 public:
  DataOrder(uint64_t seed, uint64_t stream, int64_t size);
  // Index of the task at `position` = epoch * size + k. A permutation within each epoch.
  int64_t At(int64_t position) const;

 private:
  uint64_t Encrypt(uint64_t epoch, uint64_t value) const;

  uint64_t key_;
  int64_t size_;
  int half_bits_;
};

}  // namespace longhaul::trainer
