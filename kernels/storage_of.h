// SPDX-License-Identifier: Apache-2.0
//
// The storage type that kernels/cpu functions are told for a dtype.
#pragma once

#include "common/check.h"
#include "common/dtype.h"
#include "kernels/cpu/storage.h"

namespace longhaul::kernels {

// Stops the process unless the dtype is fp32 or bf16.
inline cpu::Storage StorageOf(DType dtype) {
  CHECK(dtype == DType::kF32 || dtype == DType::kBF16) << DTypeName(dtype);
  return dtype == DType::kF32 ? cpu::Storage::kF32 : cpu::Storage::kBf16;
}

}  // namespace longhaul::kernels
