// SPDX-License-Identifier: Apache-2.0
#include "kernels/embedding.h"

#include <algorithm>
#include <cstring>

#include "kernels/cpu/elementwise.h"
#include "kernels/cpu/isa.h"
#include "kernels/row_loop.h"

namespace longhaul::kernels {
namespace {

// Columns one thread adds for all tokens: a multiple of the cache line.
constexpr int64_t kGradientColumns = 64;

void CheckTokens(std::span<const int32_t> token_ids, int64_t vocab_size) {
  for (int32_t id : token_ids) {
    CHECK(id >= 0 && id < vocab_size) << "token " << id << " of " << vocab_size;
  }
}

}  // namespace

void Embedding(Stream& stream, const EmbeddingArgs& args) {
  CheckFloat(args.table);
  CHECK_EQ(args.y.dtype, args.table.dtype) << DTypeName(args.y.dtype);
  const int64_t n = static_cast<int64_t>(args.token_ids.size()), dim = args.table.dim(1);
  CHECK_EQ(args.y.shape, (Shape{n, dim}));
  CheckTokens(args.token_ids, args.table.dim(0));
  ForRows(stream, n, dim, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      std::memcpy(At(args.y, i * dim), At(args.table, args.token_ids[i] * dim),
                  static_cast<size_t>(dim * SizeOf(args.y.dtype)));
    }
  });
}

void EmbeddingBackward(Stream& stream, const EmbeddingBackwardArgs& args) {
  static const auto add = cpu::Pick(cpu::avx2::AddScaledRange, cpu::avx512::AddScaledRange);
  CheckFloat(args.dy);
  const int64_t n = static_cast<int64_t>(args.token_ids.size()), dim = args.dtable.dim(1);
  CHECK_EQ(args.dy.shape, (Shape{n, dim}));
  CheckTokens(args.token_ids, args.dtable.dim(0));
  float* table = args.dtable.as<float>();
  const int64_t blocks = (dim + kGradientColumns - 1) / kGradientColumns;
  ForRows(stream, blocks, n * kGradientColumns, [&](int64_t begin, int64_t end) {
    const int64_t first = begin * kGradientColumns;
    const int64_t count = std::min(dim, end * kGradientColumns) - first;
    for (int64_t i = 0; i < n; ++i) {
      float* row = table + args.token_ids[i] * dim + first;
      add({row, DType::kF32, 1.0f, At(args.dy, i * dim + first), args.dy.dtype, 1.0f, row,
           DType::kF32, count});
    }
  });
}

}  // namespace longhaul::kernels
