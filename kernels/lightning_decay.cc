// SPDX-License-Identifier: Apache-2.0
#include "kernels/lightning_decay.h"

#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "common/check.h"

namespace longhaul::kernels {

LightningDecayTable::LightningDecayTable(std::span<const double> rates, int64_t chunk_size)
    : chunk_size_(chunk_size) {
  const int64_t row = chunk_size + 1;
  decay_.resize(rates.size() * row);
  reversed_.resize(rates.size() * row);
  for (size_t h = 0; h < rates.size(); ++h) {
    CHECK_GE(rates[h], 0) << "head " << h;
    for (int64_t t = 0; t < row; ++t) {
      float value = static_cast<float>(std::exp(-rates[h] * static_cast<double>(t)));
      if (value < std::numeric_limits<float>::min()) value = 0;
      decay_[h * row + t] = value;
      reversed_[h * row + chunk_size - t] = value;
    }
  }
}

cpu::LightningDecay LightningDecayTable::head(int64_t h) const {
  const int64_t offset = h * (chunk_size_ + 1);
  return {decay_.data() + offset, reversed_.data() + offset, chunk_size_};
}

std::shared_ptr<const LightningDecayTable> DecayTable(std::span<const double> rates,
                                                      int64_t chunk_size) {
  using Key = std::pair<int64_t, std::vector<double>>;
  static std::mutex mutex;
  static std::map<Key, std::shared_ptr<const LightningDecayTable>> tables;
  Key key(chunk_size, std::vector<double>(rates.begin(), rates.end()));
  std::lock_guard lock(mutex);
  auto& table = tables[std::move(key)];
  if (table == nullptr) table = std::make_shared<LightningDecayTable>(rates, chunk_size);
  return table;
}

}  // namespace longhaul::kernels
