// SPDX-License-Identifier: Apache-2.0
//
// The one reduction of a row of logits: block by block (kVocabBlock columns), fp32 inside a block,
// float64 between blocks. Training, scoring and sampling all go through it.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/cpu/logit_block.h"

namespace longhaul::kernels {

// Adds blocks in order of columns.
class LogitRow {
 public:
  void Add(const cpu::LogitBlockStats& block);

  // NaN when a logit was NaN or +inf.
  double lse() const;
  double entropy() const;  // nats
  float LogprobOf(float logit, float inverse_temperature) const;
  float max() const { return max_; }
  double sum() const { return sum_; }  // of exp(x - max)

 private:
  bool empty_ = true;
  float max_ = 0;
  double sum_ = 0;
  double weighted_ = 0;  // of (x - max) exp(x - max)
};

// Stats of a block with the instruction set of this machine.
cpu::LogitBlockStats LogitStats(const float* logits, int64_t n, float inverse_temperature);

// A whole row. `blocks` (may be null) receives the stats of each block.
LogitRow ReduceLogits(const float* logits, int64_t vocab_size, float inverse_temperature,
                      std::vector<cpu::LogitBlockStats>* blocks);

}  // namespace longhaul::kernels
