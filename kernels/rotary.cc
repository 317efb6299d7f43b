// SPDX-License-Identifier: Apache-2.0
#include "kernels/rotary.h"

#include <cmath>

#include "kernels/cpu/isa.h"
#include "kernels/cpu/rotary.h"
#include "kernels/row_loop.h"

namespace longhaul::kernels {
namespace {

// What a sine and a cosine cost, in elements of ForRows.
constexpr int64_t kTrigonometryCost = 32;

template <typename T>
cpu::RotaryTokensArgs<T> TokensOf(const RotaryArgs& args, int64_t begin, int64_t end) {
  const int64_t rotary_dim = args.cos_sin.dim(1);
  const int64_t heads = args.x.dim(1), head_dim = args.x.dim(2);
  return {args.cos_sin.as<float>() + begin * rotary_dim,
          args.direction == RotaryDirection::kForward ? 1.0f : -1.0f,
          end - begin,
          heads,
          head_dim,
          rotary_dim / 2,
          static_cast<T*>(At(args.x, begin * heads * head_dim))};
}

}  // namespace

void RotaryTable(Stream& stream, const RotaryTableArgs& args) {
  const int64_t tokens = static_cast<int64_t>(args.positions.size());
  const int64_t half = static_cast<int64_t>(args.inv_freq.size());
  CHECK_EQ(args.cos_sin.shape, (Shape{tokens, 2 * half}));
  float* table = args.cos_sin.as<float>();
  ForRows(stream, tokens, half * kTrigonometryCost, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      float* row = table + t * 2 * half;
      for (int64_t i = 0; i < half; ++i) {
        const double angle = static_cast<double>(args.positions[t]) * args.inv_freq[i];
        row[i] = static_cast<float>(std::cos(angle) * args.scale);
        row[half + i] = static_cast<float>(std::sin(angle) * args.scale);
      }
    }
  });
}

void Rotary(Stream& stream, const RotaryArgs& args) {
  static const auto f32 = cpu::Pick(cpu::avx2::RotaryTokensF32, cpu::avx512::RotaryTokensF32);
  static const auto bf16 = cpu::Pick(cpu::avx2::RotaryTokensBf16, cpu::avx512::RotaryTokensBf16);
  CheckFloat(args.x);
  CHECK_EQ(args.x.shape.rank(), 3);
  CHECK_EQ(args.cos_sin.dim(0), args.x.dim(0));
  CHECK(args.cos_sin.dim(1) % 2 == 0 && args.cos_sin.dim(1) <= args.x.dim(2))
      << args.cos_sin.shape << " for heads of " << args.x.dim(2);
  ForRows(stream, args.x.dim(0), args.x.dim(1) * args.x.dim(2), [&](int64_t begin, int64_t end) {
    args.x.dtype == DType::kF32 ? f32(TokensOf<float>(args, begin, end))
                                : bf16(TokensOf<uint16_t>(args, begin, end));
  });
}

}  // namespace longhaul::kernels
