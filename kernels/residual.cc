// SPDX-License-Identifier: Apache-2.0
#include "kernels/residual.h"

#include "kernels/cpu/elementwise.h"
#include "kernels/cpu/isa.h"
#include "kernels/row_loop.h"

namespace longhaul::kernels {

void AddScaled(Stream& stream, const AddScaledArgs& args) {
  static const auto range = cpu::Pick(cpu::avx2::AddScaledRange, cpu::avx512::AddScaledRange);
  CheckFloat(args.a);
  CheckFloat(args.y);
  CHECK_EQ(args.a.numel(), args.y.numel());
  if (!args.b.empty()) {
    CheckFloat(args.b);
    CHECK_EQ(args.a.numel(), args.b.numel());
  }
  ForRows(stream, args.y.numel(), 1, [&](int64_t begin, int64_t end) {
    range({At(args.a, begin), args.a.dtype, args.alpha,
           args.b.empty() ? nullptr : At(args.b, begin), args.b.dtype, args.beta, At(args.y, begin),
           args.y.dtype, end - begin});
  });
}

}  // namespace longhaul::kernels
