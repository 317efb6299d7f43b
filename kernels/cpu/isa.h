// SPDX-License-Identifier: Apache-2.0
//
// Choosing an instruction set at run time.
//
// Every kernels/cpu/<op>.cc is compiled twice, with LONGHAUL_ISA set to avx2 and avx512, and
// defines its functions in `namespace longhaul::kernels::cpu::LONGHAUL_ISA`. Its header
// kernels/cpu/<op>.h declares them for both. They take raw pointers and sizes and work on a range
// of rows; threads are dealt out by kernels/<op>.cc, which calls
//
//   const auto rows = cpu::Pick(cpu::avx2::RmsNormRows, cpu::avx512::RmsNormRows);
//
// Such a file must not define inline or template functions of external linkage (no standard
// containers, no common/ headers with inline functions that may be emitted): the linker would be
// free to keep the AVX-512 copy for everybody. Helpers live in anonymous namespaces
// (kernels/cpu/simd.h does); a test looks at the object files.
#pragma once

namespace longhaul::kernels::cpu {

enum class Isa { kAvx2, kAvx512 };

// The widest of the two this machine has; LONGHAUL_ISA=avx2 in the environment asks for the
// narrower one.
Isa ChosenIsa();

template <typename F>
F* Pick(F* avx2, F* avx512) {
  return ChosenIsa() == Isa::kAvx512 ? avx512 : avx2;
}

}  // namespace longhaul::kernels::cpu
