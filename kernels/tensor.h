// SPDX-License-Identifier: Apache-2.0
//
// Tensor: an owning, 64-byte aligned tensor in host memory. Views of it (common/tensor.h) are what
// ops take.
#pragma once

#include <cstddef>
#include <memory>

#include "common/tensor.h"

namespace longhaul::kernels {

// Movable, not copyable. Zero-filled at creation. Running out of memory here is fatal with the size
// asked for: sizes are planned, and what a plan needs is checked against the machine before
// anything is allocated.
class Tensor {
 public:
  Tensor() = default;
  Tensor(const Shape& shape, DType dtype);

  const Shape& shape() const { return shape_; }
  DType dtype() const { return dtype_; }
  int64_t numel() const { return shape_.numel(); }
  int64_t bytes() const { return data_ ? numel() * SizeOf(dtype_) : 0; }
  bool empty() const { return data_ == nullptr; }
  TensorView view() const { return TensorView(data_.get(), shape_, dtype_); }
  MutableTensorView mutable_view() { return MutableTensorView(data_.get(), shape_, dtype_); }
  template <typename T>
  T* as() {
    return mutable_view().as<T>();
  }
  template <typename T>
  const T* as() const {
    return view().as<T>();
  }
  void FillZero();

 private:
  struct Free {
    void operator()(std::byte* p) const;
  };
  std::unique_ptr<std::byte, Free> data_;
  Shape shape_;
  DType dtype_ = DType::kF32;
};

}  // namespace longhaul::kernels
