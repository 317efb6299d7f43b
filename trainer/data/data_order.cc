// SPDX-License-Identifier: Apache-2.0
#include "trainer/data/data_order.h"

#include <bit>

#include "common/check.h"
#include "common/random.h"

namespace longhaul::trainer {
namespace {

constexpr uint32_t kRounds = 4;

}  // namespace

DataOrder::DataOrder(uint64_t seed, uint64_t stream, int64_t size)
    : key_(RandomKey(seed, RandomStream::kDataOrder) ^ (stream * 0x9e3779b97f4a7c15ull)),
      size_(size) {
  CHECK_GT(size, 0);
  const int bits = std::bit_width(static_cast<uint64_t>(size - 1));
  half_bits_ = (bits + 1) / 2;
}

int64_t DataOrder::At(int64_t position) const {
  CHECK_GE(position, 0);
  const uint64_t epoch = static_cast<uint64_t>(position / size_);
  uint64_t value = static_cast<uint64_t>(position % size_);
  if (size_ == 1) return 0;
  do {
    value = Encrypt(epoch, value);
  } while (value >= static_cast<uint64_t>(size_));
  return static_cast<int64_t>(value);
}

uint64_t DataOrder::Encrypt(uint64_t epoch, uint64_t value) const {
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  uint64_t left = value >> half_bits_;
  uint64_t right = value & mask;
  for (uint32_t round = 0; round < kRounds; ++round) {
    const auto bits =
        Philox(key_, {static_cast<uint32_t>(right), round, static_cast<uint32_t>(epoch),
                      static_cast<uint32_t>(epoch >> 32)});
    const uint64_t next = left ^ (bits[0] & mask);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

}  // namespace longhaul::trainer
