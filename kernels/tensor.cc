// SPDX-License-Identifier: Apache-2.0
#include "kernels/tensor.h"

#include <cstdlib>
#include <cstring>
#include <string>

#include "common/out_of_memory.h"

namespace longhaul::kernels {

Tensor::Tensor(const Shape& shape, DType dtype) : shape_(shape), dtype_(dtype) {
  const size_t bytes = static_cast<size_t>(shape.numel() * SizeOf(dtype));
  const size_t rounded = (bytes + 63) / 64 * 64 + 64;
  data_.reset(static_cast<std::byte*>(std::aligned_alloc(64, rounded)));
  if (data_ == nullptr) {
    EndOutOfMemory(std::to_string(rounded) + " bytes for a tensor " + shape.ToString());
  }
  std::memset(data_.get(), 0, rounded);
}

void Tensor::FillZero() {
  if (data_) std::memset(data_.get(), 0, static_cast<size_t>(bytes()));
}

void Tensor::Free::operator()(std::byte* p) const { std::free(p); }

}  // namespace longhaul::kernels
