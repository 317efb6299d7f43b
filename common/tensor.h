// SPDX-License-Identifier: Apache-2.0
//
// Views of dense row-major tensors: pointer, shape and dtype. Views never own; kernels::Tensor
// owns.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <string>

#include "common/check.h"
#include "common/dtype.h"

namespace longhaul {

// Up to four dimensions, outermost first.
class Shape {
 public:
  static constexpr int kMaxRank = 4;

  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) {
    CHECK_LE(static_cast<int>(dims.size()), kMaxRank);
    for (int64_t d : dims) dims_[rank_++] = d;
  }
  int rank() const { return rank_; }
  int64_t operator[](int i) const {
    CHECK(i >= 0 && i < rank_);
    return dims_[i];
  }
  int64_t numel() const {
    int64_t n = 1;
    for (int i = 0; i < rank_; ++i) n *= dims_[i];
    return n;
  }
  void Append(int64_t dim) {
    CHECK_LT(rank_, kMaxRank);
    dims_[rank_++] = dim;
  }
  bool operator==(const Shape& other) const {
    if (rank_ != other.rank_) return false;
    for (int i = 0; i < rank_; ++i) {
      if (dims_[i] != other.dims_[i]) return false;
    }
    return true;
  }
  std::string ToString() const {
    std::string s = "[";
    for (int i = 0; i < rank_; ++i) s += (i ? ", " : "") + std::to_string(dims_[i]);
    return s + "]";
  }

 private:
  int64_t dims_[kMaxRank] = {0, 0, 0, 0};
  int rank_ = 0;
};
inline std::ostream& operator<<(std::ostream& os, const Shape& shape) {
  return os << shape.ToString();
}

struct TensorView {
  const void* data = nullptr;
  Shape shape;
  DType dtype = DType::kF32;

  TensorView() = default;
  TensorView(const void* d, Shape s, DType t) : data(d), shape(s), dtype(t) {}
  template <typename T>
  TensorView(const T* d, Shape s) : data(d), shape(s), dtype(DTypeOf<T>()) {}

  bool empty() const { return data == nullptr; }
  int64_t dim(int i) const { return shape[i]; }
  int64_t numel() const { return shape.numel(); }
  int64_t bytes() const { return numel() * SizeOf(dtype); }
  template <typename T>
  const T* as() const {
    CHECK(dtype == DTypeOf<T>());
    return static_cast<const T*>(data);
  }
};

struct MutableTensorView {
  void* data = nullptr;
  Shape shape;
  DType dtype = DType::kF32;

  MutableTensorView() = default;
  MutableTensorView(void* d, Shape s, DType t) : data(d), shape(s), dtype(t) {}
  template <typename T>
  MutableTensorView(T* d, Shape s) : data(d), shape(s), dtype(DTypeOf<T>()) {}
  operator TensorView() const {
    return TensorView(data, shape, dtype);
  }  // NOLINT: a view of a view

  bool empty() const { return data == nullptr; }
  int64_t dim(int i) const { return shape[i]; }
  int64_t numel() const { return shape.numel(); }
  int64_t bytes() const { return numel() * SizeOf(dtype); }
  template <typename T>
  T* as() const {
    CHECK(dtype == DTypeOf<T>());
    return static_cast<T*>(data);
  }
};

}  // namespace longhaul
