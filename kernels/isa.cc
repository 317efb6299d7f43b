// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/isa.h"

#include <cstdlib>
#include <string_view>

namespace longhaul::kernels::cpu {
namespace {

Isa Choose() {
  const char* wanted = std::getenv("LONGHAUL_ISA");
  if (wanted != nullptr && std::string_view(wanted) == "avx2") return Isa::kAvx2;
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512cd");
  return avx512 ? Isa::kAvx512 : Isa::kAvx2;
}

}  // namespace

Isa ChosenIsa() {
  static const Isa isa = Choose();
  return isa;
}

}  // namespace longhaul::kernels::cpu
