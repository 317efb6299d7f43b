// SPDX-License-Identifier: Apache-2.0
//
// Decay rates of lightning attention: slopes per head (as in ALiBi, Press et al. 2022) times a
// factor per layer.
#include <bit>
#include <cmath>

#include "common/check.h"
#include "model/model_config.h"

namespace longhaul::model {
namespace {

void AppendSlopes(int64_t heads, int64_t step, int64_t count, std::vector<double>* slopes) {
  for (int64_t h = 0; count > 0; h += step, --count) {
    slopes->push_back(std::exp2(-8.0 * static_cast<double>(h + 1) / static_cast<double>(heads)));
  }
}

// For a head count that is no power of two: the slopes of the next lower power, then every second
// one of the next higher power.
std::vector<double> Slopes(int64_t heads) {
  std::vector<double> slopes;
  const auto lower = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(heads)));
  AppendSlopes(lower, 1, lower, &slopes);
  AppendSlopes(2 * lower, 2, heads - lower, &slopes);
  return slopes;
}

}  // namespace

std::vector<double> ModelConfig::DecayRates(int64_t layer) const {
  CHECK(layer >= 0 && layer < num_hidden_layers);
  const double l = static_cast<double>(layer), last = static_cast<double>(num_hidden_layers - 1);
  std::vector<double> rates;
  double factor = 0;
  if (decay_rule == DecayRule::kNative) {
    AppendSlopes(num_attention_heads, 1, num_attention_heads, &rates);
    factor = 1 - l / (last + 1e-5) + 1e-5;
  } else {
    rates = Slopes(num_attention_heads);
    factor = (num_hidden_layers == 1 ? 1 : 1 - l / last) + 1e-5;  // one layer: as vLLM
  }
  for (double& rate : rates) rate *= factor;
  return rates;
}

}  // namespace longhaul::model
