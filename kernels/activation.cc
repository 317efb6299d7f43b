// SPDX-License-Identifier: Apache-2.0
#include "kernels/activation.h"

#include "kernels/cpu/isa.h"
#include "kernels/elementwise_map.h"

namespace longhaul::kernels {

void Silu(Stream& stream, const SiluArgs& args) {
  RunMap(stream, cpu::Pick(cpu::avx2::SiluRange, cpu::avx512::SiluRange), {args.x}, {args.y});
}

void SiluBackward(Stream& stream, const SiluBackwardArgs& args) {
  RunMap(stream, cpu::Pick(cpu::avx2::SiluBackwardRange, cpu::avx512::SiluBackwardRange),
         {args.dy, args.x}, {args.dx});
}

void SigmoidGate(Stream& stream, const SigmoidGateArgs& args) {
  RunMap(stream, cpu::Pick(cpu::avx2::SigmoidGateRange, cpu::avx512::SigmoidGateRange),
         {args.gate, args.x}, {args.y});
}

void SigmoidGateBackward(Stream& stream, const SigmoidGateBackwardArgs& args) {
  RunMap(stream,
         cpu::Pick(cpu::avx2::SigmoidGateBackwardRange, cpu::avx512::SigmoidGateBackwardRange),
         {args.dy, args.gate, args.x}, {args.dgate, args.dx});
}

}  // namespace longhaul::kernels
