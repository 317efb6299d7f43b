// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include <cstring>

#include "common/checkpoint/safetensors.h"

namespace longhaul {

Status ConvertToF32(const TensorView& from, float* to) {
  const int64_t n = from.numel();
  switch (from.dtype) {
    case DType::kF32:
      if (n > 0) std::memcpy(to, from.data, static_cast<size_t>(n) * sizeof(float));
      return OkStatus();
    case DType::kBF16:
      for (int64_t i = 0; i < n; ++i) to[i] = static_cast<float>(from.as<BFloat16>()[i]);
      return OkStatus();
    case DType::kF16: {
      const auto* halves = static_cast<const uint16_t*>(from.data);
      for (int64_t i = 0; i < n; ++i) to[i] = _cvtsh_ss(halves[i]);
      return OkStatus();
    }
    case DType::kF64:
      for (int64_t i = 0; i < n; ++i) to[i] = static_cast<float>(from.as<double>()[i]);
      return OkStatus();
    default:
      return InvalidArgument("{} is no floating-point type", DTypeName(from.dtype));
  }
}

}  // namespace longhaul
