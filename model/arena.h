// SPDX-License-Identifier: Apache-2.0
//
// Arena: one allocation that tensors are laid out in, in order. A layout function runs once without
// memory to learn the size for the largest batch, and again before each batch with its own sizes:
// the same code plans and places. model/ only.
//
//   Arena planner;           Layout(&planner, largest);   planner.peak_bytes();
//   Arena arena(bytes);      Layout(&arena, this_batch);
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "common/check.h"
#include "kernels/tensor.h"

namespace longhaul::model {

// Thread-compatible.
class Arena {
 public:
  static constexpr int64_t kAlignment = 64;

  Arena() = default;  // plans: views have the right shapes and must not be read
  explicit Arena(int64_t bytes) : memory_(Shape{bytes}, DType::kU8), capacity_(bytes) {}

  MutableTensorView Take(const Shape& shape, DType dtype) {
    const int64_t bytes = shape.numel() * SizeOf(dtype);
    std::byte* data = nullptr;
    if (capacity_ >= 0) data = static_cast<std::byte*>(memory_.mutable_view().data) + used_;
    used_ += (bytes + kAlignment - 1) / kAlignment * kAlignment;
    peak_ = std::max(peak_, used_);
    CHECK(capacity_ < 0 || used_ <= capacity_) << used_ << " bytes of " << capacity_;
    return MutableTensorView(data, shape, dtype);
  }
  // What is taken after a mark lives until the arena is rewound to it.
  int64_t mark() const { return used_; }
  void Rewind(int64_t mark) { used_ = mark; }
  int64_t peak_bytes() const { return peak_; }

 private:
  kernels::Tensor memory_;
  int64_t capacity_ = -1;  // none: planning
  int64_t used_ = 0;
  int64_t peak_ = 0;
};

}  // namespace longhaul::model
