// SPDX-License-Identifier: Apache-2.0
//
// Elementwise maps over `n` elements of contiguous memory, fp32 or bf16, computed in fp32. Outputs
// may be inputs.
#pragma once

#include <cstdint>

#include "common/dtype.h"

namespace longhaul::kernels::cpu {

struct AddScaledArgs {
  const void* a = nullptr;
  DType a_dtype = DType::kF32;
  float alpha = 1;
  const void* b = nullptr;  // may be null
  DType b_dtype = DType::kF32;
  float beta = 1;
  void* y = nullptr;
  DType y_dtype = DType::kF32;
  int64_t n = 0;
};

// Up to three inputs and two outputs of one dtype; what they are is said at each function.
struct MapArgs {
  DType dtype = DType::kF32;
  int64_t n = 0;
  const void* in[3] = {nullptr, nullptr, nullptr};
  void* out[2] = {nullptr, nullptr};
};

namespace avx2 {
void AddScaledRange(const AddScaledArgs& args);
void SiluRange(const MapArgs& args);                 // x -> y
void SiluBackwardRange(const MapArgs& args);         // dy, x -> dx
void SigmoidGateRange(const MapArgs& args);          // gate, x -> y
void SigmoidGateBackwardRange(const MapArgs& args);  // dy, gate, x -> dgate, dx
void SwigluRange(const MapArgs& args);               // gate, up -> y
void SwigluBackwardRange(const MapArgs& args);       // dy, gate, up -> dgate, dup
}  // namespace avx2

namespace avx512 {
void AddScaledRange(const AddScaledArgs& args);
void SiluRange(const MapArgs& args);
void SiluBackwardRange(const MapArgs& args);
void SigmoidGateRange(const MapArgs& args);
void SigmoidGateBackwardRange(const MapArgs& args);
void SwigluRange(const MapArgs& args);
void SwigluBackwardRange(const MapArgs& args);
}  // namespace avx512

}  // namespace longhaul::kernels::cpu
