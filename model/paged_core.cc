// SPDX-License-Identifier: Apache-2.0
#include "model/paged_core.h"

#include <algorithm>
#include <cstring>

namespace longhaul::model {
namespace {

int64_t Aligned(int64_t bytes) { return (bytes + 63) / 64 * 64; }

int64_t Count(const ModelConfig& config, AttentionKind kind) {
  return std::count(config.attention.begin(), config.attention.end(), kind);
}
int64_t BlockBytes(const ModelConfig& config, DType dtype) {
  return Aligned(kernels::KvBlockBytes(config.num_key_value_heads, config.head_dim, dtype));
}
int64_t SlotBytes(const ModelConfig& config, DType dtype) {
  return Aligned(kernels::LightningSlotBytes(config.num_attention_heads, config.head_dim,
                                             config.block_size, dtype));
}
DType DTypeOf(Precision precision) {
  return precision == Precision::kFp32 ? DType::kF32 : DType::kBF16;
}

}  // namespace

int64_t KvBlockBytesAllLayers(const ModelConfig& config, Precision precision) {
  return Count(config, AttentionKind::kSoftmax) * BlockBytes(config, DTypeOf(precision));
}

int64_t StateSlotBytesAllLayers(const ModelConfig& config, Precision precision) {
  return Count(config, AttentionKind::kLightning) * SlotBytes(config, DTypeOf(precision));
}

PagedCore::PagedCore(const ModelConfig& config, DType dtype, const InferencePassOptions& options)
    : config_(config),
      dtype_(dtype),
      num_kv_blocks_(options.num_kv_blocks),
      num_state_slots_(options.num_state_slots) {
  int64_t softmax = 0, lightning = 0;
  for (AttentionKind kind : config.attention) {
    ordinal_.push_back(kind == AttentionKind::kSoftmax ? softmax++ : lightning++);
  }
  if (softmax > 0) block_bytes_ = BlockBytes(config, dtype);
  if (lightning > 0) slot_bytes_ = SlotBytes(config, dtype);
  block_stride_ = block_bytes_ * softmax;
  slot_stride_ = slot_bytes_ * lightning;
  blocks_ = kernels::Tensor(Shape{block_stride_ * num_kv_blocks_}, DType::kU8);
  slots_ = kernels::Tensor(Shape{slot_stride_ * num_state_slots_}, DType::kU8);
}

void PagedCore::Begin(std::span<const SequenceRows> sequences) {
  paged_.clear();
  lightning_.clear();
  int64_t start = 0;
  for (const SequenceRows& s : sequences) {
    const int64_t length = static_cast<int64_t>(s.token_ids.size());
    CHECK_GE(length, 1);
    CHECK_GE(s.position, 0);
    if (block_stride_ > 0) {
      const int64_t covered = static_cast<int64_t>(s.kv_blocks.size()) * kernels::kKvBlockTokens;
      CHECK_LE(s.position + length, covered) << "cache blocks do not cover all rows";
      for (int32_t block : s.kv_blocks) CHECK(block >= 0 && block < num_kv_blocks_) << block;
      paged_.push_back({start, length, s.position, s.kv_blocks});
    }
    if (slot_stride_ > 0) {
      CHECK(s.state_slot >= 0 && s.state_slot < num_state_slots_) << "state slot " << s.state_slot;
      lightning_.push_back({start, length, s.position, s.state_slot});
    }
    start += length;
  }
}

kernels::KvPool PagedCore::BlockPool(int64_t layer) const {
  auto* base = static_cast<std::byte*>(const_cast<void*>(blocks_.view().data));
  return {base + ordinal_[static_cast<size_t>(layer)] * block_bytes_, block_stride_};
}

kernels::LightningPool PagedCore::StatePool(int64_t layer) const {
  auto* base = static_cast<std::byte*>(const_cast<void*>(slots_.view().data));
  return {base + ordinal_[static_cast<size_t>(layer)] * slot_bytes_, slot_stride_};
}

void PagedCore::Softmax(kernels::Stream& stream, int64_t layer, const SoftmaxCoreArgs& args) {
  const kernels::KvPool pool = BlockPool(layer);
  kernels::KvAppend(stream, {.k = args.k, .v = args.v, .sequences = paged_, .pool = pool});
  kernels::PagedAttention(stream, {.q = args.q,
                                   .num_key_value_heads = config_.num_key_value_heads,
                                   .sequences = paged_,
                                   .pool = pool,
                                   .scale = args.scale,
                                   .o = args.o});
}

void PagedCore::Lightning(kernels::Stream& stream, int64_t layer, const LightningCoreArgs& args) {
  kernels::LightningAdvance(stream, {.qkv = args.qkv,
                                     .decay_rates = args.decay_rates,
                                     .sequences = lightning_,
                                     .chunk_size = config_.block_size,
                                     .pool = StatePool(layer),
                                     .o = args.o});
}

void PagedCore::CopyKvBlock(int32_t from, int32_t to) {
  CHECK(from >= 0 && from < num_kv_blocks_ && to >= 0 && to < num_kv_blocks_);
  auto* base = static_cast<std::byte*>(blocks_.mutable_view().data);
  if (from == to || block_stride_ == 0) return;
  std::memcpy(base + to * block_stride_, base + from * block_stride_,
              static_cast<size_t>(block_stride_));
}

void PagedCore::CopyStateSlot(int32_t from, int32_t to) {
  CHECK(from >= 0 && from < num_state_slots_ && to >= 0 && to < num_state_slots_);
  auto* base = static_cast<std::byte*>(slots_.mutable_view().data);
  if (from == to || slot_stride_ == 0) return;
  std::memcpy(base + to * slot_stride_, base + from * slot_stride_,
              static_cast<size_t>(slot_stride_));
}

}  // namespace longhaul::model
