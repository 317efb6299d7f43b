// SPDX-License-Identifier: Apache-2.0
#include "kernels/lightning_attention.h"

#include "kernels/cpu/isa.h"
#include "kernels/cpu/lightning_attention.h"
#include "kernels/lightning_decay.h"
#include "kernels/lightning_plan.h"
#include "kernels/scratch.h"
#include "kernels/scratch_layout.h"
#include "kernels/segment_order.h"
#include "kernels/storage_of.h"

namespace longhaul::kernels {

namespace cpu {
int64_t LightningOutputScratch(int64_t head_dim, int64_t chunk_size) {
  return kProductRows * (3 * head_dim + chunk_size);
}
int64_t LightningUpdateScratch(int64_t chunk_size) { return kProductRows * chunk_size; }
}  // namespace cpu

namespace {

void CheckShapes(const LightningAttentionArgs& args) {
  CHECK_EQ(args.qkv.shape.rank(), 4);
  const int64_t tokens = args.qkv.dim(0), heads = args.qkv.dim(1), d = args.qkv.dim(3);
  CHECK_EQ(args.qkv.dim(2), 3);
  CHECK_EQ(static_cast<int64_t>(args.decay_rates.size()), heads);
  CHECK_EQ(args.o.shape, Shape({tokens, heads, d}));
  CHECK(args.o.dtype == args.qkv.dtype);
  CheckSegments(args.segments, tokens);
}

class Forward {
 public:
  explicit Forward(const LightningAttentionArgs& args)
      : args_(args),
        plan_(args.segments, args.chunk_size),
        table_(DecayTable(args.decay_rates, args.chunk_size)),
        heads_(args.qkv.dim(1)),
        dim_(args.qkv.dim(3)),
        storage_(StorageOf(args.qkv.dtype)),
        output_(cpu::Pick(cpu::avx2::LightningOutput, cpu::avx512::LightningOutput)),
        update_(cpu::Pick(cpu::avx2::LightningUpdate, cpu::avx512::LightningUpdate)) {
    if (plan_.num_states() > 0) {
      CHECK_EQ(args.states.shape, Shape({plan_.num_states(), heads_, dim_, dim_}));
    }
    keys_at_ = layout_.Add(dim_ * args.chunk_size);
    values_at_ = layout_.Add(dim_ * args.chunk_size);
    output_at_ = layout_.Add(cpu::LightningOutputScratch(dim_, args.chunk_size));
    update_at_ = layout_.Add(cpu::LightningUpdateScratch(args.chunk_size));
  }

  void Run(Stream& stream) {
    for (const std::vector<int32_t>& level : SegmentLevels(args_.segments)) {
      const int64_t items = static_cast<int64_t>(level.size()) * heads_;
      stream.pool().ForEach(items, [&](int64_t i) { RunSegment(level[i / heads_], i % heads_); });
    }
  }

 private:
  const char* Element(const TensorView& x, int64_t index) const {
    return static_cast<const char*>(x.data) + index * SizeOf(x.dtype);
  }
  float* State(int64_t index, int64_t head) const {
    if (index < 0) return nullptr;
    return args_.states.as<float>() + (index * heads_ + head) * dim_ * dim_;
  }

  void RunSegment(int32_t segment, int64_t head) const {
    float* scratch = ScratchOf<float>(Scratch::kSequence, layout_.size());
    for (const LightningChunk& chunk : plan_.ChunksOf(segment)) {
      PackKeys(segment, head, chunk, scratch);
      RunChunk(segment, head, chunk, scratch);
    }
  }

  void PackKeys(int32_t segment, int64_t head, const LightningChunk& chunk, float* scratch) const {
    const PathRange range{segment, chunk.begin, chunk.begin + chunk.end};
    cpu::PackArgs pack;
    pack.storage = storage_;
    pack.row_stride = heads_ * 3 * dim_;
    pack.dim = dim_;
    pack.rows = Element(args_.qkv, (head * 3 + 1) * dim_);
    pack.out = scratch + keys_at_;
    pack.out_stride = args_.chunk_size;
    PackPath(args_.segments, range, PackOrder::kColumns, pack);
    pack.rows = Element(args_.qkv, (head * 3 + 2) * dim_);
    pack.out = scratch + values_at_;
    pack.out_stride = dim_;
    PackPath(args_.segments, range, PackOrder::kRows, pack);
  }

  void RunChunk(int32_t segment, int64_t head, const LightningChunk& chunk, float* scratch) const {
    const Segment& s = args_.segments[segment];
    const int64_t row = s.start + chunk.begin + chunk.first - s.position;
    cpu::LightningOutputArgs out;
    out.decay = table_->head(head);
    out.head_dim = dim_;
    out.first = chunk.first;
    out.count = chunk.end - chunk.first;
    out.storage = storage_;
    out.q = Element(args_.qkv, (row * heads_ + head) * 3 * dim_);
    out.q_stride = heads_ * 3 * dim_;
    out.k_transposed = scratch + keys_at_;
    out.k_stride = args_.chunk_size;
    out.v = scratch + values_at_;
    out.state = State(plan_.StateAt(segment, chunk.begin), head);
    out.o = const_cast<char*>(Element(args_.o, (row * heads_ + head) * dim_));
    out.o_stride = heads_ * dim_;
    out.scratch = scratch + output_at_;
    output_(out);
    if (chunk.end < args_.chunk_size) return;
    cpu::LightningUpdateArgs update;
    update.decay = out.decay;
    update.head_dim = dim_;
    update.length = args_.chunk_size;
    update.k_transposed = out.k_transposed;
    update.k_stride = out.k_stride;
    update.v = out.v;
    update.state = out.state;
    update.next = State(plan_.StateAt(segment, chunk.begin + args_.chunk_size), head);
    update.scratch = scratch + update_at_;
    update_(update);
  }

  const LightningAttentionArgs& args_;
  LightningPlan plan_;
  std::shared_ptr<const LightningDecayTable> table_;
  int64_t heads_;
  int64_t dim_;
  cpu::Storage storage_;
  void (*output_)(const cpu::LightningOutputArgs&);
  void (*update_)(const cpu::LightningUpdateArgs&);
  ScratchLayout layout_;
  int64_t keys_at_ = 0;
  int64_t values_at_ = 0;
  int64_t output_at_ = 0;
  int64_t update_at_ = 0;
};

}  // namespace

void LightningAttention(Stream& stream, const LightningAttentionArgs& args) {
  CheckShapes(args);
  Forward(args).Run(stream);
}

}  // namespace longhaul::kernels
