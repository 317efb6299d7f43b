// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace longhaul::kernels::cpu {

// Softmax over each row of logits, in fp32 with a fixed order of lanes.
struct SoftmaxRowsArgs {
  const float* logits = nullptr;  // [rows, n]
  int64_t rows = 0;
  int64_t n = 0;
  float* probs = nullptr;  // [rows, n]
};

// dlogits holds the gradient of the probabilities and becomes that of the logits:
// p_e (d_e - sum_j p_j d_j).
struct SoftmaxBackwardRowsArgs {
  const float* probs = nullptr;
  int64_t rows = 0;
  int64_t n = 0;
  float* dlogits = nullptr;
};

// Weighted sums of rows picked by index, and their gradients; T is float or uint16_t (bf16 bits).
//   y[t] = sum over choices c in order of weights[t, c] * x[slot_of[t, c]]
template <typename T>
struct CombineRowsArgs {
  const T* x = nullptr;              // [slots, dim]
  const int32_t* slot_of = nullptr;  // [rows, choices]
  const float* weights = nullptr;    // [rows, choices], or null for 1
  int64_t rows = 0;
  int64_t choices = 0;
  int64_t dim = 0;
  T* y = nullptr;  // [rows, dim]
};
//   dx[slot_of[t, c]] = weights[t, c] * dy[t]        dweights[t, c] = dy[t] . x[slot_of[t, c]]
template <typename T>
struct CombineBackwardRowsArgs {
  const T* dy = nullptr;
  const T* x = nullptr;
  const int32_t* slot_of = nullptr;
  const float* weights = nullptr;
  int64_t rows = 0;
  int64_t choices = 0;
  int64_t dim = 0;
  T* dx = nullptr;
  float* dweights = nullptr;
};

namespace avx2 {
void SoftmaxRows(const SoftmaxRowsArgs& args);
void SoftmaxBackwardRows(const SoftmaxBackwardRowsArgs& args);
void CombineRowsF32(const CombineRowsArgs<float>& args);
void CombineRowsBf16(const CombineRowsArgs<uint16_t>& args);
void CombineBackwardRowsF32(const CombineBackwardRowsArgs<float>& args);
void CombineBackwardRowsBf16(const CombineBackwardRowsArgs<uint16_t>& args);
}  // namespace avx2
namespace avx512 {
void SoftmaxRows(const SoftmaxRowsArgs& args);
void SoftmaxBackwardRows(const SoftmaxBackwardRowsArgs& args);
void CombineRowsF32(const CombineRowsArgs<float>& args);
void CombineRowsBf16(const CombineRowsArgs<uint16_t>& args);
void CombineBackwardRowsF32(const CombineBackwardRowsArgs<float>& args);
void CombineBackwardRowsBf16(const CombineBackwardRowsArgs<uint16_t>& args);
}  // namespace avx512

}  // namespace longhaul::kernels::cpu
