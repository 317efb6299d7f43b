// SPDX-License-Identifier: Apache-2.0
#include "kernels/softmax_attention.h"

#include <algorithm>

#include "kernels/attention_rows.h"
#include "kernels/segment_order.h"
#include "kernels/storage_of.h"

namespace longhaul::kernels {
namespace {

static_assert(kKvBlockTokens == cpu::kKeyBlock);

void CheckShapes(const SoftmaxAttentionArgs& args) {
  CHECK_EQ(args.q.shape.rank(), 3);
  CHECK_EQ(args.k.shape.rank(), 3);
  const int64_t tokens = args.q.dim(0), d = args.q.dim(2);
  CHECK_EQ(args.k.dim(0), tokens);
  CHECK_EQ(args.k.dim(2), d);
  CHECK_EQ(args.v.shape, args.k.shape);
  CHECK_EQ(args.o.shape, args.q.shape);
  CHECK_EQ(args.q.dim(1) % args.k.dim(1), 0);
  CHECK(args.k.dtype == args.q.dtype && args.v.dtype == args.q.dtype &&
        args.o.dtype == args.q.dtype);
  if (!args.lse.empty()) CHECK_EQ(args.lse.shape, Shape({tokens, args.q.dim(1)}));
  CheckSegments(args.segments, tokens);
}

// Tokens [first, first + count) of a segment.
struct TokenBlock {
  int32_t segment;
  int64_t first;
  int64_t count;
};

// The latest tokens of a segment, which see the most keys, come first.
std::vector<TokenBlock> TokenBlocks(Segments segments, int64_t block) {
  std::vector<TokenBlock> blocks;
  for (int32_t s = 0; s < static_cast<int32_t>(segments.size()); ++s) {
    const int64_t length = segments[s].length;
    for (int64_t first = (length - 1) / block * block; first >= 0; first -= block) {
      blocks.push_back({s, first, std::min(block, length - first)});
    }
  }
  return blocks;
}

void RunTokenBlock(const SoftmaxAttentionArgs& args, const AttentionShape& shape,
                   const TokenBlock& tokens, int64_t head) {
  const Segment& segment = args.segments[tokens.segment];
  const int64_t d = shape.head_dim;
  AttentionWork work(shape, {segment.start + tokens.first, tokens.count, head},
                     2 * kKvBlockTokens * d);
  work.Begin(args.q, args.o, args.lse);
  float* k_transposed = work.extra();
  float* v = k_transposed + kKvBlockTokens * d;
  const int64_t head_bytes = head * d * SizeOf(args.k.dtype);
  cpu::PackArgs k_pack;
  k_pack.rows = static_cast<const char*>(args.k.data) + head_bytes;
  k_pack.storage = StorageOf(args.k.dtype);
  k_pack.row_stride = shape.key_value_heads * d;
  k_pack.dim = d;
  k_pack.out = k_transposed;
  k_pack.out_stride = kKvBlockTokens;
  cpu::PackArgs v_pack = k_pack;
  v_pack.rows = static_cast<const char*>(args.v.data) + head_bytes;
  v_pack.out = v;
  v_pack.out_stride = d;
  const int64_t position = segment.position + tokens.first;
  const int64_t end = position + tokens.count;
  for (int64_t begin = 0; begin < end; begin += kKvBlockTokens) {
    const PathRange range{tokens.segment, begin, std::min(begin + kKvBlockTokens, end)};
    PackPath(args.segments, range, PackOrder::kColumns, k_pack);
    PackPath(args.segments, range, PackOrder::kRows, v_pack);
    work.Step({cpu::Storage::kF32, k_transposed, v, position - begin + 1});
  }
  work.End();
}

}  // namespace

void SoftmaxAttention(Stream& stream, const SoftmaxAttentionArgs& args) {
  CheckShapes(args);
  const AttentionShape shape{args.q.dim(1), args.k.dim(1), args.q.dim(2), args.scale};
  const std::vector<TokenBlock> blocks = TokenBlocks(args.segments, shape.token_block());
  const int64_t heads = shape.key_value_heads;
  stream.pool().ForEach(static_cast<int64_t>(blocks.size()) * heads, [&](int64_t i) {
    RunTokenBlock(args, shape, blocks[i / heads], i % heads);
  });
}

}  // namespace longhaul::kernels
