// SPDX-License-Identifier: Apache-2.0
//
// Lightning attention from state slots: prefill, decode and reading a state.
#include <algorithm>
#include <cstring>

#include "kernels/cpu/isa.h"
#include "kernels/cpu/lightning_attention.h"
#include "kernels/lightning_attention.h"
#include "kernels/lightning_decay.h"
#include "kernels/lightning_plan.h"
#include "kernels/scratch.h"
#include "kernels/storage_of.h"

namespace longhaul::kernels {
namespace {

int64_t Aligned(int64_t bytes) { return (bytes + 63) / 64 * 64; }

// The parts of one head inside a slot.
struct HeadSlot {
  float* state = nullptr;
  char* k_transposed = nullptr;  // [head_dim, chunk_size]
  char* v = nullptr;             // [chunk_size, head_dim]
};

struct SlotLayout {
  int64_t heads = 0;
  int64_t head_dim = 0;
  int64_t chunk_size = 0;
  DType dtype = DType::kF32;

  int64_t state_bytes() const { return Aligned(heads * head_dim * head_dim * 4); }
  int64_t key_bytes() const { return Aligned(heads * head_dim * chunk_size * SizeOf(dtype)); }
  int64_t bytes() const { return state_bytes() + 2 * key_bytes(); }
  HeadSlot Head(const LightningPool& pool, int32_t slot, int64_t head) const {
    char* base = static_cast<char*>(pool.base) + slot * pool.stride_bytes;
    const int64_t keys = head * head_dim * chunk_size * SizeOf(dtype);
    return {reinterpret_cast<float*>(base) + head * head_dim * head_dim,
            base + state_bytes() + keys, base + state_bytes() + key_bytes() + keys};
  }
};

// Writes the keys and values of `count` rows as columns and rows [first, first + count).
template <typename T>
void AppendRows(const SlotLayout& layout, const HeadSlot& slot, int64_t first, int64_t count,
                const T* qkv) {
  const int64_t d = layout.head_dim;
  T* keys = reinterpret_cast<T*>(slot.k_transposed) + first;
  T* values = reinterpret_cast<T*>(slot.v) + first * d;
  for (int64_t r = 0; r < count; ++r) {
    const T* row = qkv + r * layout.heads * 3 * d;
    for (int64_t a = 0; a < d; ++a) keys[a * layout.chunk_size + r] = row[d + a];
    std::memcpy(values + r * d, row + 2 * d, static_cast<size_t>(d) * sizeof(T));
  }
}

class Advance {
 public:
  explicit Advance(const LightningAdvanceArgs& args)
      : args_(args),
        layout_{args.qkv.dim(1), args.qkv.dim(3), args.chunk_size, args.qkv.dtype},
        table_(DecayTable(args.decay_rates, args.chunk_size)),
        storage_(StorageOf(args.qkv.dtype)),
        output_(cpu::Pick(cpu::avx2::LightningOutput, cpu::avx512::LightningOutput)),
        update_(cpu::Pick(cpu::avx2::LightningUpdate, cpu::avx512::LightningUpdate)) {}

  void Run(Stream& stream) {
    const int64_t heads = layout_.heads;
    stream.pool().ForEach(static_cast<int64_t>(args_.sequences.size()) * heads,
                          [&](int64_t i) { RunHead(args_.sequences[i / heads], i % heads); });
  }

 private:
  void RunHead(const LightningSequence& sequence, int64_t head) const {
    const int64_t chunk = layout_.chunk_size;
    const HeadSlot slot = layout_.Head(args_.pool, sequence.slot, head);
    for (int64_t done = 0; done < sequence.length;) {
      const int64_t position = sequence.position + done;
      const int64_t count = std::min(chunk - position % chunk, sequence.length - done);
      RunRows(slot, head, position, {sequence.start + done, count});
      done += count;
    }
  }

  struct RowRange {
    int64_t begin;
    int64_t count;
  };

  void RunRows(const HeadSlot& slot, int64_t head, int64_t position, RowRange rows) const {
    const int64_t d = layout_.head_dim, chunk = layout_.chunk_size;
    const int64_t element = SizeOf(layout_.dtype);
    const char* qkv = static_cast<const char*>(args_.qkv.data) +
                      (rows.begin * layout_.heads + head) * 3 * d * element;
    const int64_t first = position % chunk;
    if (storage_ == cpu::Storage::kF32) {
      AppendRows(layout_, slot, first, rows.count, reinterpret_cast<const float*>(qkv));
    } else {
      AppendRows(layout_, slot, first, rows.count, reinterpret_cast<const BFloat16*>(qkv));
    }
    float* scratch = ScratchOf<float>(
        Scratch::kSequence,
        std::max(cpu::LightningOutputScratch(d, chunk), cpu::LightningUpdateScratch(chunk)));
    const float* state = position < chunk ? nullptr : slot.state;
    cpu::LightningOutputArgs out;
    out.decay = table_->head(head);
    out.head_dim = d;
    out.first = first;
    out.count = rows.count;
    out.storage = out.key_storage = storage_;
    out.q = qkv;
    out.q_stride = layout_.heads * 3 * d;
    out.k_transposed = slot.k_transposed;
    out.k_stride = chunk;
    out.v = slot.v;
    out.state = state;
    out.o = static_cast<char*>(args_.o.data) + (rows.begin * layout_.heads + head) * d * element;
    out.o_stride = layout_.heads * d;
    out.scratch = scratch;
    output_(out);
    if (first + rows.count < chunk) return;
    update_({out.decay, d, chunk, storage_, slot.k_transposed, chunk, slot.v, state, slot.state,
             scratch});
  }

  const LightningAdvanceArgs& args_;
  SlotLayout layout_;
  std::shared_ptr<const LightningDecayTable> table_;
  cpu::Storage storage_;
  void (*output_)(const cpu::LightningOutputArgs&);
  void (*update_)(const cpu::LightningUpdateArgs&);
};

}  // namespace

int64_t LightningSlotBytes(int64_t heads, int64_t head_dim, int64_t chunk_size, DType dtype) {
  return SlotLayout{heads, head_dim, chunk_size, dtype}.bytes();
}

void LightningAdvance(Stream& stream, const LightningAdvanceArgs& args) {
  CHECK_EQ(args.qkv.shape.rank(), 4);
  CHECK_EQ(args.qkv.dim(2), 3);
  CHECK_EQ(static_cast<int64_t>(args.decay_rates.size()), args.qkv.dim(1));
  CHECK_EQ(args.o.shape, Shape({args.qkv.dim(0), args.qkv.dim(1), args.qkv.dim(3)}));
  CHECK(args.o.dtype == args.qkv.dtype);
  for (const LightningSequence& s : args.sequences) {
    CHECK(s.start >= 0 && s.length >= 0 && s.start + s.length <= args.qkv.dim(0));
    CHECK(s.position >= 0 && s.slot >= 0);
  }
  Advance(args).Run(stream);
}

void LightningState(Stream& stream, const LightningStateArgs& args) {
  CHECK_EQ(args.state.shape.rank(), 3);
  const int64_t heads = args.state.dim(0), d = args.state.dim(1);
  CHECK_EQ(args.state.dim(2), d);
  CHECK_EQ(static_cast<int64_t>(args.decay_rates.size()), heads);
  const SlotLayout layout{heads, d, args.chunk_size, args.dtype};
  const auto table = DecayTable(args.decay_rates, args.chunk_size);
  const auto update = cpu::Pick(cpu::avx2::LightningUpdate, cpu::avx512::LightningUpdate);
  const int64_t length = args.position % args.chunk_size;
  stream.pool().ForEach(heads, [&](int64_t head) {
    const HeadSlot slot = layout.Head(args.pool, args.slot, head);
    const float* state = args.position < args.chunk_size ? nullptr : slot.state;
    float* out = args.state.as<float>() + head * d * d;
    const size_t bytes = static_cast<size_t>(d * d) * sizeof(float);
    if (length == 0) {
      state == nullptr ? std::memset(out, 0, bytes) : std::memcpy(out, state, bytes);
      return;
    }
    float* scratch =
        ScratchOf<float>(Scratch::kSequence, cpu::LightningUpdateScratch(args.chunk_size));
    update({table->head(head), d, length, StorageOf(args.dtype), slot.k_transposed, args.chunk_size,
            slot.v, state, out, scratch});
  });
}

}  // namespace longhaul::kernels
