// SPDX-License-Identifier: Apache-2.0
//
// Loops over rows or elements that are worth several threads only when there is enough to do.
#pragma once

#include <cstdint>
#include <functional>

#include "common/dtype.h"
#include "common/tensor.h"
#include "kernels/stream.h"

namespace longhaul::kernels {

// Elements below which waking another thread costs more than it saves.
inline constexpr int64_t kInlineElements = 32 * 1024;

// body(begin, end) over [0, rows), rows of `row_size` elements, in ranges that are multiples of
// `grain` rows (the last may be shorter). What a row or a grain of rows gives must not depend on
// the range it is in.
void ForRows(Stream& stream, int64_t rows, int64_t row_size, int64_t grain,
             const std::function<void(int64_t, int64_t)>& body);
inline void ForRows(Stream& stream, int64_t rows, int64_t row_size,
                    const std::function<void(int64_t, int64_t)>& body) {
  ForRows(stream, rows, row_size, 1, body);
}

// Stops the process unless the dtype is fp32 or bf16.
void CheckFloat(const TensorView& x);

inline const void* At(const TensorView& x, int64_t element) {
  return static_cast<const char*>(x.data) + element * SizeOf(x.dtype);
}
inline void* At(const MutableTensorView& x, int64_t element) {
  return static_cast<char*>(x.data) + element * SizeOf(x.dtype);
}

}  // namespace longhaul::kernels
