// SPDX-License-Identifier: Apache-2.0
//
// Copies of rows into fp32 scratch, as they are or transposed.
#pragma once

#include <cstdint>

#include "kernels/cpu/storage.h"

namespace longhaul::kernels::cpu {

struct PackArgs {
  const void* rows = nullptr;  // row r starts r * row_stride elements further
  Storage storage = Storage::kF32;
  int64_t row_stride = 0;
  int64_t count = 0;  // rows
  int64_t dim = 0;
  float* out = nullptr;
  int64_t out_stride = 0;  // between rows of out
};

namespace avx2 {
void PackRows(const PackArgs& args);     // out[r][i] = rows[r][i]
void PackColumns(const PackArgs& args);  // out[i][r] = rows[r][i]

// The way back: rows[r][i] = out[r][i], rounded to the storage type; `rows` must be writable.
void UnpackRows(const PackArgs& args);
}  // namespace avx2
namespace avx512 {
void PackRows(const PackArgs& args);
void PackColumns(const PackArgs& args);
void UnpackRows(const PackArgs& args);
}  // namespace avx512

}  // namespace longhaul::kernels::cpu
