// SPDX-License-Identifier: Apache-2.0
//
// Softmax attention over the key-value cache, and writing to the cache.
#include <algorithm>
#include <cstring>
#include <vector>

#include "kernels/attention_rows.h"
#include "kernels/softmax_attention.h"
#include "kernels/storage_of.h"

namespace longhaul::kernels {
namespace {

void CheckSequences(std::span<const PagedSequence> sequences, int64_t num_tokens) {
  for (const PagedSequence& s : sequences) {
    CHECK(s.start >= 0 && s.length >= 0 && s.position >= 0 && s.start + s.length <= num_tokens);
    const int64_t blocks = (s.position + s.length + kKvBlockTokens - 1) / kKvBlockTokens;
    CHECK_LE(blocks, static_cast<int64_t>(s.blocks.size()));
  }
}

char* BlockAt(const KvPool& pool, const PagedSequence& sequence, int64_t position) {
  const int64_t block = sequence.blocks[position / kKvBlockTokens];
  return static_cast<char*>(pool.base) + block * pool.stride_bytes;
}

template <typename T>
void AppendSequence(const KvAppendArgs& args, const PagedSequence& sequence) {
  const int64_t heads = args.k.dim(1), d = args.k.dim(2);
  for (int64_t i = 0; i < sequence.length; ++i) {
    const int64_t position = sequence.position + i;
    const int64_t column = position % kKvBlockTokens;
    T* k_block = reinterpret_cast<T*>(BlockAt(args.pool, sequence, position));
    T* v_block = k_block + heads * d * kKvBlockTokens;
    const T* k = args.k.as<T>() + (sequence.start + i) * heads * d;
    const T* v = args.v.as<T>() + (sequence.start + i) * heads * d;
    for (int64_t e = 0; e < heads * d; ++e) k_block[e * kKvBlockTokens + column] = k[e];
    for (int64_t h = 0; h < heads; ++h) {
      std::memcpy(v_block + (h * kKvBlockTokens + column) * d, v + h * d,
                  static_cast<size_t>(d) * sizeof(T));
    }
  }
}

struct RowBlock {
  const PagedSequence* sequence;
  int64_t first;
  int64_t count;
};

std::vector<RowBlock> RowBlocks(std::span<const PagedSequence> sequences, int64_t block) {
  std::vector<RowBlock> blocks;
  for (const PagedSequence& s : sequences) {
    for (int64_t first = 0; first < s.length; first += block) {
      blocks.push_back({&s, first, std::min(block, s.length - first)});
    }
  }
  return blocks;
}

void RunRowBlock(const PagedAttentionArgs& args, const AttentionShape& shape, const RowBlock& rows,
                 int64_t head) {
  const PagedSequence& sequence = *rows.sequence;
  AttentionWork work(shape, {sequence.start + rows.first, rows.count, head}, 0);
  work.Begin(args.q, args.o, MutableTensorView());
  const int64_t head_bytes = shape.head_dim * kKvBlockTokens * SizeOf(args.q.dtype);
  const int64_t position = sequence.position + rows.first;
  for (int64_t begin = 0; begin < position + rows.count; begin += kKvBlockTokens) {
    const char* k = BlockAt(args.pool, sequence, begin) + head * head_bytes;
    work.Step(
        {StorageOf(args.q.dtype), k, k + shape.key_value_heads * head_bytes, position - begin + 1});
  }
  work.End();
}

}  // namespace

int64_t KvBlockBytes(int64_t num_key_value_heads, int64_t head_dim, DType dtype) {
  const int64_t bytes = 2 * num_key_value_heads * head_dim * kKvBlockTokens * SizeOf(dtype);
  return (bytes + 63) / 64 * 64;
}

void KvAppend(Stream& stream, const KvAppendArgs& args) {
  CHECK_EQ(args.k.shape.rank(), 3);
  CHECK_EQ(args.v.shape, args.k.shape);
  CHECK(args.v.dtype == args.k.dtype);
  CheckSequences(args.sequences, args.k.dim(0));
  const cpu::Storage storage = StorageOf(args.k.dtype);
  stream.pool().ForEach(static_cast<int64_t>(args.sequences.size()), [&](int64_t i) {
    storage == cpu::Storage::kF32 ? AppendSequence<float>(args, args.sequences[i])
                                  : AppendSequence<BFloat16>(args, args.sequences[i]);
  });
}

void PagedAttention(Stream& stream, const PagedAttentionArgs& args) {
  CHECK_EQ(args.q.shape.rank(), 3);
  CHECK_EQ(args.o.shape, args.q.shape);
  CHECK(args.o.dtype == args.q.dtype);
  CHECK(args.num_key_value_heads > 0 && args.q.dim(1) % args.num_key_value_heads == 0);
  CheckSequences(args.sequences, args.q.dim(0));
  const AttentionShape shape{args.q.dim(1), args.num_key_value_heads, args.q.dim(2), args.scale};
  const std::vector<RowBlock> blocks = RowBlocks(args.sequences, shape.token_block());
  const int64_t heads = shape.key_value_heads;
  stream.pool().ForEach(static_cast<int64_t>(blocks.size()) * heads,
                        [&](int64_t i) { RunRowBlock(args, shape, blocks[i / heads], i % heads); });
}

}  // namespace longhaul::kernels
