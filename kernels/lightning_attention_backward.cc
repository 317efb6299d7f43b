// SPDX-License-Identifier: Apache-2.0
//
// Segments run leaves first. A segment that starts inside its parents' last chunk leaves what flows
// into their keys, values and state in the workspace; the owner adds those parts in order of
// segment index, so sums do not depend on threads.
#include "kernels/cpu/lightning_attention_backward.h"

#include <algorithm>
#include <cstring>

#include "kernels/cpu/isa.h"
#include "kernels/lightning_attention.h"
#include "kernels/lightning_decay.h"
#include "kernels/lightning_plan.h"
#include "kernels/scratch.h"
#include "kernels/scratch_layout.h"
#include "kernels/segment_order.h"
#include "kernels/storage_of.h"

namespace longhaul::kernels {

namespace cpu {
int64_t LightningGradientScratch(int64_t head_dim, int64_t chunk_size) {
  return 2 * chunk_size * chunk_size + head_dim * std::max(chunk_size, head_dim) +
         kProductRows * head_dim;
}
}  // namespace cpu

namespace {

// Parts that a segment leaves for its ancestors, floats of one head.
struct PartSizes {
  int64_t state = 0;  // dS at the chunk's start
  int64_t rows = 0;   // dk of the ancestors' rows in the chunk; dv as many
  int64_t total() const { return state + 2 * rows; }
};

PartSizes PartsOf(const Segment& segment, int64_t chunk_size, int64_t head_dim) {
  if (segment.parent < 0) return {};
  return {head_dim * head_dim, segment.position % chunk_size * head_dim};
}

void AddTo(float* to, const float* from, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] += from[i];
}

class Backward {
 public:
  explicit Backward(const LightningAttentionBackwardArgs& args)
      : args_(args),
        plan_(args.segments, args.chunk_size),
        table_(DecayTable(args.decay_rates, args.chunk_size)),
        families_(SegmentFamilies(args.segments)),
        heads_(args.qkv.dim(1)),
        dim_(args.qkv.dim(3)),
        storage_(StorageOf(args.qkv.dtype)),
        gradient_(cpu::Pick(cpu::avx2::LightningGradient, cpu::avx512::LightningGradient)),
        unpack_(cpu::Pick(cpu::avx2::UnpackRows, cpu::avx512::UnpackRows)) {
    int64_t offset = 0;
    for (const Segment& s : args.segments) {
      part_at_.push_back(offset);
      offset += PartsOf(s, args.chunk_size, dim_).total() * heads_;
    }
    for (int64_t* at : {&q_, &k_, &v_, &dout_, &dq_, &dk_, &dv_}) {
      *at = layout_.Add(args.chunk_size * dim_);
    }
    for (int64_t* at : {&carry_, &next_}) *at = layout_.Add(dim_ * dim_);
    work_ = layout_.Add(cpu::LightningGradientScratch(dim_, args.chunk_size));
  }

  void Run(Stream& stream) {
    const auto levels = SegmentLevels(args_.segments);
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
      const int64_t items = static_cast<int64_t>(level->size()) * heads_;
      stream.pool().ForEach(items,
                            [&](int64_t i) { RunSegment((*level)[i / heads_], i % heads_); });
    }
  }

 private:
  float* Part(int32_t segment, int64_t head) const {
    const PartSizes sizes = PartsOf(args_.segments[segment], args_.chunk_size, dim_);
    return args_.workspace.as<float>() + part_at_[segment] + head * sizes.total();
  }
  int64_t FirstChunk(int32_t segment) const {
    const int64_t position = args_.segments[segment].position;
    return position - position % args_.chunk_size;
  }

  void RunSegment(int32_t segment, int64_t head) const {
    float* scratch = ScratchOf<float>(Scratch::kSequence, layout_.size());
    const std::vector<LightningChunk> chunks = plan_.ChunksOf(segment);
    const size_t square = static_cast<size_t>(dim_ * dim_) * sizeof(float);
    std::memset(scratch + carry_, 0, square);
    for (auto chunk = chunks.rbegin(); chunk != chunks.rend(); ++chunk) {
      const bool complete = chunk->end == args_.chunk_size;
      if (complete) AddStateParts(segment, head, chunk->begin + args_.chunk_size, scratch);
      std::memcpy(scratch + next_, scratch + carry_, square);
      RunChunk(segment, head, *chunk, scratch);
      AddRowParts(segment, head, *chunk, scratch);
      WriteRows(segment, head, *chunk, scratch);
    }
    if (args_.segments[segment].parent >= 0) LeaveParts(segment, head, chunks.front(), scratch);
  }

  // The gradient of the state at a boundary this segment holds, from segments that start there.
  void AddStateParts(int32_t segment, int64_t head, int64_t boundary, float* scratch) const {
    for (const int32_t s : families_[segment]) {
      if (s == segment || FirstChunk(s) != boundary) continue;
      AddTo(scratch + carry_, Part(s, head), dim_ * dim_);
    }
  }

  void Pack(const PathRange& range, int64_t head, int64_t which, float* out) const {
    cpu::PackArgs pack;
    pack.rows = static_cast<const char*>(args_.qkv.data) +
                (head * 3 + which) * dim_ * SizeOf(args_.qkv.dtype);
    pack.storage = storage_;
    pack.row_stride = heads_ * 3 * dim_;
    pack.dim = dim_;
    pack.out = out;
    pack.out_stride = dim_;
    PackPath(args_.segments, range, PackOrder::kRows, pack);
  }

  void RunChunk(int32_t segment, int64_t head, const LightningChunk& chunk, float* scratch) const {
    const PathRange all{segment, chunk.begin, chunk.begin + chunk.end};
    const PathRange own{segment, chunk.begin + chunk.first, chunk.begin + chunk.end};
    Pack(own, head, 0, scratch + q_);
    Pack(all, head, 1, scratch + k_);
    Pack(all, head, 2, scratch + v_);
    cpu::PackArgs pack;
    pack.rows = static_cast<const char*>(args_.dout.data) + head * dim_ * SizeOf(args_.dout.dtype);
    pack.storage = storage_;
    pack.row_stride = heads_ * dim_;
    pack.dim = dim_;
    pack.out = scratch + dout_;
    pack.out_stride = dim_;
    PackPath(args_.segments, own, PackOrder::kRows, pack);
    const int64_t state = plan_.StateAt(segment, chunk.begin);
    cpu::LightningGradientArgs gradient;
    gradient.decay = table_->head(head);
    gradient.head_dim = dim_;
    gradient.first = chunk.first;
    gradient.end = chunk.end;
    gradient.q = scratch + q_;
    gradient.dout = scratch + dout_;
    gradient.k = scratch + k_;
    gradient.v = scratch + v_;
    if (state >= 0)
      gradient.state = args_.states.as<float>() + (state * heads_ + head) * dim_ * dim_;
    if (chunk.end == args_.chunk_size) gradient.end_gradient = scratch + next_;
    gradient.dq = scratch + dq_;
    gradient.dk = scratch + dk_;
    gradient.dv = scratch + dv_;
    if (chunk.begin > 0) gradient.start_gradient = scratch + carry_;
    gradient.scratch = scratch + work_;
    gradient_(gradient);
  }

  // What segments that start inside this chunk left for this segment's rows.
  void AddRowParts(int32_t segment, int64_t head, const LightningChunk& chunk,
                   float* scratch) const {
    for (const int32_t s : families_[segment]) {
      if (s == segment || FirstChunk(s) != chunk.begin) continue;
      const PartSizes sizes = PartsOf(args_.segments[s], args_.chunk_size, dim_);
      const float* part = Part(s, head) + sizes.state;
      const int64_t from = chunk.first * dim_, count = (chunk.end - chunk.first) * dim_;
      AddTo(scratch + dk_ + from, part + from, count);
      AddTo(scratch + dv_ + from, part + sizes.rows + from, count);
    }
  }

  void WriteRows(int32_t segment, int64_t head, const LightningChunk& chunk, float* scratch) const {
    const Segment& s = args_.segments[segment];
    const int64_t row = s.start + chunk.begin + chunk.first - s.position;
    char* out = static_cast<char*>(args_.dqkv.data);
    const float* parts[] = {scratch + dq_, scratch + dk_ + chunk.first * dim_,
                            scratch + dv_ + chunk.first * dim_};
    for (int64_t which = 0; which < 3; ++which) {
      const int64_t element = ((row * heads_ + head) * 3 + which) * dim_;
      unpack_({out + element * SizeOf(args_.dqkv.dtype), storage_, heads_ * 3 * dim_,
               chunk.end - chunk.first, dim_, const_cast<float*>(parts[which]), dim_});
    }
  }

  void LeaveParts(int32_t segment, int64_t head, const LightningChunk& chunk,
                  const float* scratch) const {
    float* part = Part(segment, head);
    const int64_t square = dim_ * dim_, rows = chunk.first * dim_;
    if (chunk.begin > 0) std::copy_n(scratch + carry_, square, part);
    std::copy_n(scratch + dk_, rows, part + square);
    std::copy_n(scratch + dv_, rows, part + square + rows);
  }

  const LightningAttentionBackwardArgs& args_;
  LightningPlan plan_;
  std::shared_ptr<const LightningDecayTable> table_;
  std::vector<std::vector<int32_t>> families_;
  int64_t heads_;
  int64_t dim_;
  cpu::Storage storage_;
  decltype(&cpu::avx2::LightningGradient) gradient_;
  decltype(&cpu::avx2::UnpackRows) unpack_;
  std::vector<int64_t> part_at_;  // offset of each segment's parts in the workspace
  ScratchLayout layout_;
  int64_t q_, k_, v_, dout_, dq_, dk_, dv_, carry_, next_, work_;  // offsets in the scratch
};

}  // namespace

int64_t LightningBackwardWorkspace(Segments segments, int64_t chunk_size, int64_t heads,
                                   int64_t head_dim) {
  int64_t floats = 0;
  for (const Segment& s : segments) floats += PartsOf(s, chunk_size, head_dim).total() * heads;
  return floats;
}

void LightningAttentionBackward(Stream& stream, const LightningAttentionBackwardArgs& args) {
  CHECK_EQ(args.qkv.shape.rank(), 4);
  const int64_t tokens = args.qkv.dim(0), heads = args.qkv.dim(1), d = args.qkv.dim(3);
  CHECK_EQ(args.qkv.dim(2), 3);
  CHECK_EQ(static_cast<int64_t>(args.decay_rates.size()), heads);
  CHECK_EQ(args.dqkv.shape, args.qkv.shape);
  CHECK_EQ(args.dout.shape, Shape({tokens, heads, d}));
  CHECK(args.dout.dtype == args.qkv.dtype && args.dqkv.dtype == args.qkv.dtype);
  CheckSegments(args.segments, tokens);
  const int64_t need = LightningBackwardWorkspace(args.segments, args.chunk_size, heads, d);
  CHECK(need == 0 || args.workspace.numel() >= need);
  Backward(args).Run(stream);
}

}  // namespace longhaul::kernels
