// SPDX-License-Identifier: Apache-2.0
#include "kernels/attention_rows.h"

#include "kernels/cpu/isa.h"
#include "kernels/scratch.h"
#include "kernels/scratch_layout.h"
#include "kernels/storage_of.h"

namespace longhaul::kernels {

AttentionWork::AttentionWork(const AttentionShape& shape, const AttentionItem& item, int64_t extra)
    : shape_(shape),
      item_(item),
      begin_(cpu::Pick(cpu::avx2::AttentionBegin, cpu::avx512::AttentionBegin)),
      step_(cpu::Pick(cpu::avx2::AttentionStep, cpu::avx512::AttentionStep)),
      end_(cpu::Pick(cpu::avx2::AttentionEnd, cpu::avx512::AttentionEnd)) {
  const int64_t rows = item.tokens * shape.group();
  ScratchLayout layout;
  const int64_t q = layout.Add(rows * shape.head_dim), o = layout.Add(rows * shape.head_dim);
  const int64_t max = layout.Add(rows), sum = layout.Add(rows);
  const int64_t scores = layout.Add(cpu::kProductRows * cpu::kKeyBlock);
  const int64_t rest = layout.Add(extra);
  float* base = ScratchOf<float>(Scratch::kSequence, layout.size());
  rows_ = {shape.head_dim, item.tokens, shape.group(), shape.scale,  base + q,
           base + o,       base + max,  base + sum,    base + scores};
  extra_ = base + rest;
}

void AttentionWork::Begin(const TensorView& q, const MutableTensorView& o,
                          const MutableTensorView& lse) {
  const int64_t head = item_.key_value_head * shape_.group();
  const int64_t first = item_.begin * shape_.heads + head;
  const int64_t bytes = first * shape_.head_dim * SizeOf(q.dtype);
  tensors_.storage = StorageOf(q.dtype);
  tensors_.q = static_cast<const char*>(q.data) + bytes;
  tensors_.o = static_cast<char*>(o.data) + bytes;
  tensors_.token_stride = shape_.heads * shape_.head_dim;
  tensors_.lse = lse.empty() ? nullptr : lse.as<float>() + first;
  tensors_.lse_stride = shape_.heads;
  begin_(rows_, tensors_);
}

}  // namespace longhaul::kernels
