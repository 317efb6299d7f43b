// SPDX-License-Identifier: Apache-2.0
#include "kernels/swiglu.h"

#include "kernels/cpu/isa.h"
#include "kernels/elementwise_map.h"

namespace longhaul::kernels {

void Swiglu(Stream& stream, const SwigluArgs& args) {
  RunMap(stream, cpu::Pick(cpu::avx2::SwigluRange, cpu::avx512::SwigluRange), {args.gate, args.up},
         {args.y});
}

void SwigluBackward(Stream& stream, const SwigluBackwardArgs& args) {
  RunMap(stream, cpu::Pick(cpu::avx2::SwigluBackwardRange, cpu::avx512::SwigluBackwardRange),
         {args.dy, args.gate, args.up}, {args.dgate, args.dup});
}

}  // namespace longhaul::kernels
