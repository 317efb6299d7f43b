// SPDX-License-Identifier: Apache-2.0
#include "kernels/logit_row.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/cpu/isa.h"
#include "kernels/logprob.h"

namespace longhaul::kernels {

void LogitRow::Add(const cpu::LogitBlockStats& block) {
  if (empty_) {
    empty_ = false;
    max_ = block.max;
    sum_ = block.sum;
    weighted_ = block.weighted;
    return;
  }
  const float max = std::max(max_, block.max);
  const double old_shift = static_cast<double>(max_) - max;
  const double new_shift = static_cast<double>(block.max) - max;
  const double old_scale = std::exp(old_shift), new_scale = std::exp(new_shift);
  weighted_ = (weighted_ + old_shift * sum_) * old_scale +
              (block.weighted + new_shift * block.sum) * new_scale;
  sum_ = sum_ * old_scale + block.sum * new_scale;
  max_ = max;
}

double LogitRow::lse() const { return max_ + std::log(sum_); }

double LogitRow::entropy() const { return std::log(sum_) - weighted_ / sum_; }

float LogitRow::LogprobOf(float logit, float inverse_temperature) const {
  const float x = logit * inverse_temperature;
  return static_cast<float>(static_cast<double>(x) - lse());
}

cpu::LogitBlockStats LogitStats(const float* logits, int64_t n, float inverse_temperature) {
  const auto stats = cpu::Pick(cpu::avx2::LogitStats, cpu::avx512::LogitStats);
  return stats(logits, n, inverse_temperature);
}

LogitRow ReduceLogits(const float* logits, int64_t vocab_size, float inverse_temperature,
                      std::vector<cpu::LogitBlockStats>* blocks) {
  LogitRow row;
  if (blocks != nullptr) blocks->clear();
  for (int64_t v = 0; v < vocab_size; v += kVocabBlock) {
    const int64_t n = std::min(kVocabBlock, vocab_size - v);
    const cpu::LogitBlockStats stats = LogitStats(logits + v, n, inverse_temperature);
    row.Add(stats);
    if (blocks != nullptr) blocks->push_back(stats);
  }
  return row;
}

}  // namespace longhaul::kernels
