// SPDX-License-Identifier: Apache-2.0
#include "kernels/row_loop.h"

#include <algorithm>

namespace longhaul::kernels {

void ForRows(Stream& stream, int64_t rows, int64_t row_size, int64_t grain,
             const std::function<void(int64_t, int64_t)>& body) {
  if (rows <= 0) return;
  if (rows * row_size <= kInlineElements || stream.pool().num_threads() == 1) {
    body(0, rows);
    return;
  }
  const int64_t wanted = std::max<int64_t>(1, kInlineElements / 2 / std::max<int64_t>(1, row_size));
  stream.pool().ForRange(rows, (wanted + grain - 1) / grain * grain, body);
}

void CheckFloat(const TensorView& x) {
  CHECK(x.dtype == DType::kF32 || x.dtype == DType::kBF16) << DTypeName(x.dtype);
}

}  // namespace longhaul::kernels
