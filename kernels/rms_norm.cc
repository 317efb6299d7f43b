// SPDX-License-Identifier: Apache-2.0
#include "kernels/rms_norm.h"

#include <algorithm>
#include <vector>

#include "kernels/cpu/gemm.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/rms_norm.h"
#include "kernels/row_loop.h"

namespace longhaul::kernels {
namespace {

// Rows whose weight gradients are added in fp32; the sums of such runs are added in float64.
constexpr int64_t kGradientRows = 64;

void CheckRows(const TensorView& x, const TensorView& weight) {
  CheckFloat(x);
  CHECK_EQ(x.shape.rank(), 2);
  CHECK_EQ(weight.shape, Shape{x.dim(1)});
  CHECK_EQ(weight.dtype, x.dtype) << DTypeName(weight.dtype);
}

template <typename T>
cpu::RmsNormRowsArgs<T> RowsOf(const RmsNormArgs& args, int64_t begin, int64_t end) {
  const int64_t dim = args.x.dim(1);
  float* rstd = args.rstd.empty() ? nullptr : args.rstd.as<float>() + begin;
  return {static_cast<const T*>(At(args.x, begin * dim)),
          static_cast<const T*>(args.weight.data),
          args.eps,
          end - begin,
          dim,
          static_cast<T*>(At(args.y, begin * dim)),
          rstd};
}

template <typename T>
cpu::RmsNormBackwardRowsArgs<T> RowsOf(const RmsNormBackwardArgs& args, int64_t begin, int64_t end,
                                       float* dweight) {
  const int64_t dim = args.x.dim(1);
  return {static_cast<const T*>(At(args.dy, begin * dim)),
          static_cast<const T*>(At(args.x, begin * dim)),
          static_cast<const T*>(args.weight.data),
          args.rstd.as<float>() + begin,
          end - begin,
          dim,
          static_cast<T*>(At(args.dx, begin * dim)),
          dweight};
}

}  // namespace

void RmsNorm(Stream& stream, const RmsNormArgs& args) {
  static const auto f32 = cpu::Pick(cpu::avx2::RmsNormRowsF32, cpu::avx512::RmsNormRowsF32);
  static const auto bf16 = cpu::Pick(cpu::avx2::RmsNormRowsBf16, cpu::avx512::RmsNormRowsBf16);
  CheckRows(args.x, args.weight);
  CHECK_EQ(args.y.shape, args.x.shape);
  CHECK_EQ(args.y.dtype, args.x.dtype) << DTypeName(args.y.dtype);
  if (!args.rstd.empty()) CHECK_EQ(args.rstd.shape, Shape{args.x.dim(0)});
  ForRows(stream, args.x.dim(0), args.x.dim(1), [&](int64_t begin, int64_t end) {
    args.x.dtype == DType::kF32 ? f32(RowsOf<float>(args, begin, end))
                                : bf16(RowsOf<uint16_t>(args, begin, end));
  });
}

void RmsNormBackward(Stream& stream, const RmsNormBackwardArgs& args) {
  static const auto f32 =
      cpu::Pick(cpu::avx2::RmsNormBackwardRowsF32, cpu::avx512::RmsNormBackwardRowsF32);
  static const auto bf16 =
      cpu::Pick(cpu::avx2::RmsNormBackwardRowsBf16, cpu::avx512::RmsNormBackwardRowsBf16);
  static const auto sum = cpu::Pick(cpu::avx2::ColumnSumF32, cpu::avx512::ColumnSumF32);
  CheckRows(args.x, args.weight);
  const int64_t rows = args.x.dim(0), dim = args.x.dim(1);
  CHECK_EQ(args.dy.shape, args.x.shape);
  CHECK_EQ(args.dx.shape, args.x.shape);
  CHECK(args.dy.dtype == args.x.dtype && args.dx.dtype == args.x.dtype);
  CHECK_EQ(args.rstd.shape, Shape{rows});
  CHECK_EQ(args.dweight.shape, Shape{dim});
  const int64_t runs = (rows + kGradientRows - 1) / kGradientRows;
  std::vector<float> partial(static_cast<size_t>(runs * dim), 0.0f);
  ForRows(stream, rows, dim, kGradientRows, [&](int64_t begin, int64_t end) {
    for (int64_t first = begin; first < end; first += kGradientRows) {
      const int64_t last = std::min(end, first + kGradientRows);
      float* dweight = partial.data() + first / kGradientRows * dim;
      args.x.dtype == DType::kF32 ? f32(RowsOf<float>(args, first, last, dweight))
                                  : bf16(RowsOf<uint16_t>(args, first, last, dweight));
    }
  });
  sum({partial.data(), dim, runs, dim, args.dweight.as<float>()});
}

}  // namespace longhaul::kernels
