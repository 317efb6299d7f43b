// SPDX-License-Identifier: Apache-2.0
#include "kernels/logprob.h"

#include <algorithm>
#include <cstring>

#include "kernels/cpu/isa.h"
#include "kernels/head_rows.h"
#include "kernels/logit_row.h"

namespace longhaul::kernels {
namespace {

constexpr int64_t kRowGrain = 8;  // rows of a block that one thread takes at a time

void CheckHidden(const TensorView& hidden, const PackedHead* head) {
  CHECK(head != nullptr);
  CHECK_EQ(hidden.shape.rank(), 2);
  CHECK_EQ(hidden.dim(1), head->hidden_size());
}

void CheckRows(std::span<const int32_t> rows, int64_t num_tokens) {
  for (const int32_t row : rows) CHECK(row >= 0 && row < num_tokens) << "row " << row;
}

void CheckTargets(std::span<const int32_t> targets, int64_t n, int64_t vocab_size) {
  CHECK_EQ(static_cast<int64_t>(targets.size()), n);
  for (const int32_t t : targets) CHECK(t >= 0 && t < vocab_size) << "target " << t;
}

void ReduceRows(Stream& stream, const LogprobArgs& args, int64_t first, int64_t count) {
  const HeadRows rows(stream, args.hidden, args.rows.subspan(first, count), args.head);
  const float inverse_temperature = 1.0f / args.temperature;
  std::vector<LogitRow> reductions(count);
  std::vector<float> target_logits(count);
  for (int64_t block = 0; block < rows.num_blocks(); ++block) {
    const int64_t n = rows.BlockSize(block), begin = block * kVocabBlock;
    const float* logits = rows.Logits(stream, block).as<float>();
    stream.pool().ForRange(count, kRowGrain, [&](int64_t from, int64_t to) {
      for (int64_t r = from; r < to; ++r) {
        reductions[r].Add(LogitStats(logits + r * n, n, inverse_temperature));
        const int64_t target = args.targets[first + r] - begin;
        if (target >= 0 && target < n) target_logits[r] = logits[r * n + target];
      }
    });
  }
  for (int64_t r = 0; r < count; ++r) {
    args.logprobs.as<float>()[first + r] =
        reductions[r].LogprobOf(target_logits[r], inverse_temperature);
    args.entropy.as<float>()[first + r] = static_cast<float>(reductions[r].entropy());
    args.lse.as<float>()[first + r] = static_cast<float>(reductions[r].lse());
  }
}

// Logits of a block become the gradient with respect to them.
void BlockGradient(Stream& stream, const LogprobBackwardArgs& args, int64_t first, int64_t begin,
                   const MutableTensorView& logits) {
  const auto gradient = cpu::Pick(cpu::avx2::LogitGradient, cpu::avx512::LogitGradient);
  const int64_t n = logits.dim(1);
  const float inverse_temperature = 1.0f / args.temperature;
  const float* dentropy = args.dentropy.empty() ? nullptr : args.dentropy.as<float>();
  stream.pool().ForRange(logits.dim(0), kRowGrain, [&](int64_t from, int64_t to) {
    for (int64_t r = from; r < to; ++r) {
      const int64_t i = first + r;
      float* row = logits.as<float>() + r * n;
      const float dlogprob = args.dlogprobs.as<float>()[i];
      gradient({row, n, inverse_temperature, args.lse.as<float>()[i], args.entropy.as<float>()[i],
                dlogprob, dentropy == nullptr ? 0 : dentropy[i]});
      const int64_t target = args.targets[i] - begin;
      if (target >= 0 && target < n) row[target] += dlogprob * inverse_temperature;
    }
  });
}

void BackwardRows(Stream& stream, const LogprobBackwardArgs& args, int64_t first, int64_t count) {
  const std::span<const int32_t> tokens = args.rows.subspan(first, count);
  const HeadRows rows(stream, args.hidden, tokens, args.head);
  const int64_t size = args.head->hidden_size();
  const MutableTensorView dx = rows.spare();
  for (int64_t block = 0; block < rows.num_blocks(); ++block) {
    const int64_t begin = block * kVocabBlock;
    const MutableTensorView logits = rows.Logits(stream, block);
    BlockGradient(stream, args, first, begin, logits);
    const TensorView dy = rows.InComputeDtype(stream, logits);
    const Accumulate accumulate = block == 0 ? Accumulate::kOverwrite : Accumulate::kAdd;
    LinearInputGradient(stream, {dy, &args.head->backward()[block], accumulate, dx});
    const MutableTensorView dweight(args.dweight.as<float>() + begin * size,
                                    Shape({rows.BlockSize(block), size}));
    LinearWeightGradient(stream, {dy, rows.x(), dweight, MutableTensorView()});
  }
  // Rows may repeat, so they are added one after the other.
  for (int64_t r = 0; r < count; ++r) {
    float* to = args.dhidden.as<float>() + tokens[r] * size;
    const float* from = dx.as<float>() + r * size;
    for (int64_t i = 0; i < size; ++i) to[i] += from[i];
  }
}

}  // namespace

void HeadLogits(Stream& stream, const HeadLogitsArgs& args) {
  CheckHidden(args.hidden, args.head);
  CheckRows(args.rows, args.hidden.dim(0));
  const int64_t n = static_cast<int64_t>(args.rows.size()), vocab = args.head->vocab_size();
  CHECK_EQ(args.logits.shape, Shape({n, vocab}));
  ForHeadRows(n, [&](int64_t first, int64_t count) {
    const HeadRows rows(stream, args.hidden, args.rows.subspan(first, count), args.head);
    for (int64_t block = 0; block < rows.num_blocks(); ++block) {
      const MutableTensorView logits = rows.Logits(stream, block);
      const int64_t columns = rows.BlockSize(block);
      for (int64_t r = 0; r < count; ++r) {
        std::memcpy(args.logits.as<float>() + (first + r) * vocab + block * kVocabBlock,
                    logits.as<float>() + r * columns, static_cast<size_t>(columns) * sizeof(float));
      }
    }
  });
}

void Logprob(Stream& stream, const LogprobArgs& args) {
  CheckHidden(args.hidden, args.head);
  CheckRows(args.rows, args.hidden.dim(0));
  const int64_t n = static_cast<int64_t>(args.rows.size());
  CheckTargets(args.targets, n, args.head->vocab_size());
  CHECK_GT(args.temperature, 0);
  CHECK(args.logprobs.numel() == n && args.entropy.numel() == n && args.lse.numel() == n);
  ForHeadRows(n, [&](int64_t first, int64_t count) { ReduceRows(stream, args, first, count); });
}

void LogprobBackward(Stream& stream, const LogprobBackwardArgs& args) {
  CheckHidden(args.hidden, args.head);
  CheckRows(args.rows, args.hidden.dim(0));
  const int64_t n = static_cast<int64_t>(args.rows.size());
  CheckTargets(args.targets, n, args.head->vocab_size());
  CHECK_GT(args.temperature, 0);
  CHECK(!args.head->backward().empty()) << "the head was not packed for training";
  CHECK(args.lse.numel() == n && args.entropy.numel() == n && args.dlogprobs.numel() == n);
  CHECK_EQ(args.dhidden.shape, args.hidden.shape);
  CHECK_EQ(args.dweight.shape, Shape({args.head->vocab_size(), args.head->hidden_size()}));
  ForHeadRows(n, [&](int64_t first, int64_t count) { BackwardRows(stream, args, first, count); });
}

}  // namespace longhaul::kernels
