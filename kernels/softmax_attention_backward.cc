// SPDX-License-Identifier: Apache-2.0
//
// Two passes over the pairs of query rows and keys: one sums dq per query row, one sums dk and dv
// per key. Pairs are computed twice, and in return every sum has one owner and one order: key
// blocks in path order for dq; for a key, the rows of its own segment, then those of the segments
// below in order of index.
#include "kernels/cpu/softmax_attention_backward.h"

#include <algorithm>
#include <cstring>

#include "kernels/attention_rows.h"
#include "kernels/cpu/isa.h"
#include "kernels/scratch.h"
#include "kernels/scratch_layout.h"
#include "kernels/segment_order.h"
#include "kernels/softmax_attention.h"
#include "kernels/storage_of.h"

namespace longhaul::kernels {
namespace {

void CheckShapes(const SoftmaxAttentionBackwardArgs& args) {
  CHECK_EQ(args.q.shape.rank(), 3);
  CHECK_EQ(args.k.shape.rank(), 3);
  CHECK_EQ(args.k.dim(0), args.q.dim(0));
  CHECK_EQ(args.k.dim(2), args.q.dim(2));
  CHECK_EQ(args.q.dim(1) % args.k.dim(1), 0);
  CHECK(args.v.shape == args.k.shape && args.dk.shape == args.k.shape &&
        args.dv.shape == args.k.shape);
  CHECK(args.o.shape == args.q.shape && args.dout.shape == args.q.shape &&
        args.dq.shape == args.q.shape);
  CHECK_EQ(args.lse.shape, Shape({args.q.dim(0), args.q.dim(1)}));
  for (const DType dtype : {args.k.dtype, args.v.dtype, args.o.dtype, args.dout.dtype,
                            args.dq.dtype, args.dk.dtype, args.dv.dtype}) {
    CHECK(dtype == args.q.dtype);
  }
  CheckSegments(args.segments, args.q.dim(0));
}

// Tokens [first, first + count) of a segment.
struct TokenBlock {
  int32_t segment;
  int64_t first;
  int64_t count;
};

std::vector<TokenBlock> TokenBlocks(Segments segments, int64_t block) {
  std::vector<TokenBlock> blocks;
  for (int32_t s = 0; s < static_cast<int32_t>(segments.size()); ++s) {
    for (int64_t first = 0; first < segments[s].length; first += block) {
      blocks.push_back({s, first, std::min(block, segments[s].length - first)});
    }
  }
  return blocks;
}

class Backward {
 public:
  explicit Backward(const SoftmaxAttentionBackwardArgs& args)
      : args_(args),
        shape_{args.q.dim(1), args.k.dim(1), args.q.dim(2), args.scale},
        storage_(StorageOf(args.q.dtype)),
        families_(SegmentFamilies(args.segments)),
        load_(cpu::Pick(cpu::avx2::GradientLoad, cpu::avx512::GradientLoad)),
        weights_(cpu::Pick(cpu::avx2::GradientWeights, cpu::avx512::GradientWeights)),
        query_(cpu::Pick(cpu::avx2::QueryGradient, cpu::avx512::QueryGradient)),
        key_(cpu::Pick(cpu::avx2::KeyGradient, cpu::avx512::KeyGradient)),
        unpack_(cpu::Pick(cpu::avx2::UnpackRows, cpu::avx512::UnpackRows)) {
    const int64_t rows = shape_.token_block() * shape_.group(), d = shape_.head_dim;
    for (int64_t* at : {&q_, &dout_, &dq_}) *at = layout_.Add(rows * d);
    for (int64_t* at : {&lse_, &delta_}) *at = layout_.Add(rows);
    for (int64_t* at : {&p_, &ds_}) *at = layout_.Add(rows * kKvBlockTokens);
    for (int64_t* at : {&kt_, &vt_, &k_, &dk_, &dv_}) *at = layout_.Add(kKvBlockTokens * d);
  }

  void Run(Stream& stream) {
    const int64_t heads = shape_.key_value_heads;
    const auto queries = TokenBlocks(args_.segments, shape_.token_block());
    const auto keys = TokenBlocks(args_.segments, kKvBlockTokens);
    const int64_t query_items = static_cast<int64_t>(queries.size()) * heads;
    const int64_t key_items = static_cast<int64_t>(keys.size()) * heads;
    stream.pool().ForEach(query_items + key_items, [&](int64_t i) {
      if (i < key_items) {
        RunKeys(keys[i / heads], i % heads);
      } else {
        // The last query blocks see the most keys.
        const int64_t j = key_items + query_items - 1 - i;
        RunQueries(queries[j / heads], j % heads);
      }
    });
  }

 private:
  // Packs the query rows of a block and their statistics.
  cpu::GradientRows Load(const TokenBlock& tokens, int64_t head, float* scratch) const {
    const int64_t d = shape_.head_dim;
    const cpu::GradientRows rows{d,
                                 tokens.count,
                                 shape_.group(),
                                 shape_.scale,
                                 scratch + q_,
                                 scratch + dout_,
                                 scratch + lse_,
                                 scratch + delta_,
                                 scratch + p_,
                                 scratch + ds_};
    const int64_t first = FirstQuery(tokens, head);
    const int64_t bytes = first * d * SizeOf(args_.q.dtype);
    load_(rows, {storage_, static_cast<const char*>(args_.q.data) + bytes,
                 static_cast<const char*>(args_.dout.data) + bytes,
                 static_cast<const char*>(args_.o.data) + bytes, shape_.heads * d,
                 args_.lse.as<float>() + first, shape_.heads});
    return rows;
  }

  int64_t FirstQuery(const TokenBlock& tokens, int64_t head) const {
    const int64_t token = args_.segments[tokens.segment].start + tokens.first;
    return token * shape_.heads + head * shape_.group();
  }

  void PackKeys(const PathRange& range, int64_t head, float* scratch) const {
    const int64_t d = shape_.head_dim;
    const int64_t bytes = head * d * SizeOf(args_.k.dtype);
    cpu::PackArgs pack;
    pack.storage = storage_;
    pack.row_stride = shape_.key_value_heads * d;
    pack.dim = d;
    pack.rows = static_cast<const char*>(args_.k.data) + bytes;
    pack.out = scratch + k_;
    pack.out_stride = d;
    PackPath(args_.segments, range, PackOrder::kRows, pack);
    pack.out = scratch + kt_;
    pack.out_stride = kKvBlockTokens;
    PackPath(args_.segments, range, PackOrder::kColumns, pack);
    pack.rows = static_cast<const char*>(args_.v.data) + bytes;
    pack.out = scratch + vt_;
    PackPath(args_.segments, range, PackOrder::kColumns, pack);
  }

  void RunQueries(const TokenBlock& tokens, int64_t head) const {
    float* scratch = ScratchOf<float>(Scratch::kSequence, layout_.size());
    const int64_t d = shape_.head_dim, width = shape_.group() * d;
    const cpu::GradientRows rows = Load(tokens, head, scratch);
    float* dq = scratch + dq_;
    std::memset(dq, 0, static_cast<size_t>(tokens.count * width) * sizeof(float));
    const int64_t position = args_.segments[tokens.segment].position + tokens.first;
    const int64_t end = position + tokens.count;
    for (int64_t begin = 0; begin < end; begin += kKvBlockTokens) {
      const PathRange range{tokens.segment, begin, std::min(begin + kKvBlockTokens, end)};
      PackKeys(range, head, scratch);
      const cpu::GradientKeys keys{range.end - begin, position - begin + 1, scratch + kt_,
                                   scratch + vt_};
      weights_(rows, keys);
      query_(rows, keys, scratch + k_, dq);
    }
    const int64_t bytes = FirstQuery(tokens, head) * d * SizeOf(args_.dq.dtype);
    unpack_({static_cast<char*>(args_.dq.data) + bytes, storage_, shape_.heads * d, tokens.count,
             width, dq, width});
  }

  void RunKeys(const TokenBlock& block, int64_t head) const {
    float* scratch = ScratchOf<float>(Scratch::kSequence, layout_.size());
    const int64_t d = shape_.head_dim;
    const Segment& owner = args_.segments[block.segment];
    const int64_t position = owner.position + block.first;
    PackKeys({block.segment, position, position + block.count}, head, scratch);
    std::memset(scratch + dk_, 0, static_cast<size_t>(block.count * d) * sizeof(float));
    std::memset(scratch + dv_, 0, static_cast<size_t>(block.count * d) * sizeof(float));
    for (const int32_t s : families_[block.segment]) {
      const Segment& segment = args_.segments[s];
      int64_t first = s == block.segment ? block.first : 0;
      while (first < segment.length) {
        const int64_t count = std::min(shape_.token_block(), segment.length - first);
        const cpu::GradientRows rows = Load({s, first, count}, head, scratch);
        const cpu::GradientKeys keys{block.count, segment.position + first - position + 1,
                                     scratch + kt_, scratch + vt_};
        weights_(rows, keys);
        key_(rows, keys, scratch + dk_, scratch + dv_);
        first += count;
      }
    }
    const int64_t stride = shape_.key_value_heads * d;
    const int64_t bytes =
        ((owner.start + block.first) * stride + head * d) * SizeOf(args_.dk.dtype);
    unpack_({static_cast<char*>(args_.dk.data) + bytes, storage_, stride, block.count, d,
             scratch + dk_, d});
    unpack_({static_cast<char*>(args_.dv.data) + bytes, storage_, stride, block.count, d,
             scratch + dv_, d});
  }

  const SoftmaxAttentionBackwardArgs& args_;
  AttentionShape shape_;
  cpu::Storage storage_;
  std::vector<std::vector<int32_t>> families_;
  decltype(&cpu::avx2::GradientLoad) load_;
  decltype(&cpu::avx2::GradientWeights) weights_;
  decltype(&cpu::avx2::QueryGradient) query_;
  decltype(&cpu::avx2::KeyGradient) key_;
  decltype(&cpu::avx2::UnpackRows) unpack_;
  ScratchLayout layout_;
  int64_t q_, dout_, dq_, lse_, delta_, p_, ds_, kt_, vt_, k_, dk_, dv_;  // offsets in the scratch
};

}  // namespace

void SoftmaxAttentionBackward(Stream& stream, const SoftmaxAttentionBackwardArgs& args) {
  CheckShapes(args);
  Backward(args).Run(stream);
}

}  // namespace longhaul::kernels
