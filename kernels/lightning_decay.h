// SPDX-License-Identifier: Apache-2.0
//
// Tables of exp(-s t), formed in float64 from positions and rounded to fp32 once; values below the
// normal range are 0, for subnormal operands would slow products down. Kept for the life of the
// process: a model has one set of rates a layer.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "kernels/cpu/lightning_attention.h"

namespace longhaul::kernels {

class LightningDecayTable {
 public:
  LightningDecayTable(std::span<const double> rates, int64_t chunk_size);
  cpu::LightningDecay head(int64_t h) const;

 private:
  int64_t chunk_size_;
  std::vector<float> decay_;     // [heads, chunk_size + 1]
  std::vector<float> reversed_;  // [heads, chunk_size + 1]
};

// Thread-safe.
std::shared_ptr<const LightningDecayTable> DecayTable(std::span<const double> rates,
                                                      int64_t chunk_size);

}  // namespace longhaul::kernels
