// SPDX-License-Identifier: Apache-2.0
#include "kernels/cast.h"

#include <cstring>

#include "kernels/cpu/elementwise.h"
#include "kernels/cpu/isa.h"
#include "kernels/row_loop.h"

namespace longhaul::kernels {
namespace {

void CopyElements(const void* from, DType from_dtype, void* to, DType to_dtype, int64_t n) {
  static const auto range = cpu::Pick(cpu::avx2::AddScaledRange, cpu::avx512::AddScaledRange);
  if (from_dtype == to_dtype) {
    std::memcpy(to, from, static_cast<size_t>(n * SizeOf(from_dtype)));
    return;
  }
  range({from, from_dtype, 1.0f, nullptr, DType::kF32, 0.0f, to, to_dtype, n});
}

}  // namespace

void Cast(Stream& stream, const CastArgs& args) {
  CheckFloat(args.x);
  CheckFloat(args.y);
  CHECK_EQ(args.x.numel(), args.y.numel());
  ForRows(stream, args.x.numel(), 1, [&](int64_t begin, int64_t end) {
    CopyElements(At(args.x, begin), args.x.dtype, At(args.y, begin), args.y.dtype, end - begin);
  });
}

void GatherRows(Stream& stream, const GatherRowsArgs& args) {
  CheckFloat(args.x);
  CheckFloat(args.y);
  const int64_t n = static_cast<int64_t>(args.rows.size()), dim = args.x.dim(1);
  CHECK_EQ(args.y.shape, (Shape{n, dim}));
  ForRows(stream, n, dim, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t row = args.rows[static_cast<size_t>(i)];
      CHECK(row >= 0 && row < args.x.dim(0)) << "row " << row << " of " << args.x.shape;
      CopyElements(At(args.x, row * dim), args.x.dtype, At(args.y, i * dim), args.y.dtype, dim);
    }
  });
}

}  // namespace longhaul::kernels
