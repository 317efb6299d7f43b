// SPDX-License-Identifier: Apache-2.0
//
// Cuts one scratch block (kernels/scratch.h) into pieces.
#pragma once

#include <cstdint>

namespace longhaul::kernels {

class ScratchLayout {
 public:
  // Reserves a 64-byte aligned piece and returns its offset in floats.
  int64_t Add(int64_t floats) {
    const int64_t offset = size_;
    size_ += (floats + 15) / 16 * 16;
    return offset;
  }
  int64_t size() const { return size_; }

 private:
  int64_t size_ = 0;
};

}  // namespace longhaul::kernels
