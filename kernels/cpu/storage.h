// SPDX-License-Identifier: Apache-2.0
//
// What callers of kernels/cpu functions that take untyped pointers need to know.
#pragma once

#include <cstdint>

namespace longhaul::kernels::cpu {

enum class Storage { kF32, kBf16 };

// Rows that fill the registers of a product (kernels/cpu/row_product.h): sequence kernels work on
// this many at a time.
inline constexpr int64_t kProductRows = 12;

}  // namespace longhaul::kernels::cpu
