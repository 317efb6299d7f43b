// SPDX-License-Identifier: Apache-2.0
//
// Rotates heads in place; T is float or uint16_t (bf16 bits).
#pragma once

#include <cstdint>

namespace longhaul::kernels::cpu {

template <typename T>
struct RotaryTokensArgs {
  const float* cos_sin = nullptr;  // [tokens, 2 * half]
  float sign = 1;                  // of the sine: -1 turns back
  int64_t tokens = 0;
  int64_t heads = 0;
  int64_t head_dim = 0;
  int64_t half = 0;
  T* x = nullptr;  // [tokens, heads, head_dim]
};

namespace avx2 {
void RotaryTokensF32(const RotaryTokensArgs<float>& args);
void RotaryTokensBf16(const RotaryTokensArgs<uint16_t>& args);
}  // namespace avx2
namespace avx512 {
void RotaryTokensF32(const RotaryTokensArgs<float>& args);
void RotaryTokensBf16(const RotaryTokensArgs<uint16_t>& args);
}  // namespace avx512

}  // namespace longhaul::kernels::cpu
