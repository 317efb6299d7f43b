// SPDX-License-Identifier: Apache-2.0
#include "common/random.h"

#include <cmath>
#include <numbers>

#include "common/check.h"

namespace longhaul {
namespace {

std::array<uint32_t, 4> Counter(uint64_t a, uint32_t b, uint32_t c) {
  return {static_cast<uint32_t>(a), static_cast<uint32_t>(a >> 32), b, c};
}

uint64_t Mix(uint64_t x) {  // the finaliser of splitmix64
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ull;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

}  // namespace

std::array<uint32_t, 4> Philox(uint64_t key, const std::array<uint32_t, 4>& counter) {
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  std::array<uint32_t, 4> x = counter;
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = 0xD2511F53ull * x[0], p1 = 0xCD9E8D57ull * x[2];
    x = {static_cast<uint32_t>(p1 >> 32) ^ x[1] ^ k0, static_cast<uint32_t>(p1),
         static_cast<uint32_t>(p0 >> 32) ^ x[3] ^ k1, static_cast<uint32_t>(p0)};
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return x;
}

uint64_t RandomKey(uint64_t seed, RandomStream stream) {
  return Mix(seed + 0x9e3779b97f4a7c15ull * (static_cast<uint64_t>(stream) + 1));
}

uint64_t StableHash(std::string_view text) {
  uint64_t h = 0xcbf29ce484222325ull;
  for (unsigned char ch : text) {
    h ^= ch;
    h *= 0x100000001b3ull;
  }
  return Mix(h);
}

float UniformAt(uint64_t key, uint64_t a, uint32_t b, uint32_t c) {
  const uint32_t bits = Philox(key, Counter(a, b, c))[0];
  return (static_cast<float>(bits >> 8) + 0.5f) * 0x1p-24f;
}

double UniformDoubleAt(uint64_t key, uint64_t a, uint32_t b, uint32_t c) {
  const auto x = Philox(key, Counter(a, b, c));
  const uint64_t bits = (static_cast<uint64_t>(x[0]) << 32 | x[1]) >> 11;
  return (static_cast<double>(bits) + 0.5) * 0x1p-53;
}

float NormalAt(uint64_t key, uint64_t a, uint32_t b, uint32_t c) {
  const auto x = Philox(key, Counter(a, b, c));
  const double u = (static_cast<double>(x[0]) + 0.5) * 0x1p-32;
  const double v = static_cast<double>(x[1]) * 0x1p-32;
  return static_cast<float>(std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v));
}

uint64_t RandomSequence::Next64() {
  const auto x =
      Philox(key_, {static_cast<uint32_t>(sequence_), static_cast<uint32_t>(sequence_ >> 32),
                    static_cast<uint32_t>(index_), static_cast<uint32_t>(index_ >> 32)});
  ++index_;
  return static_cast<uint64_t>(x[0]) << 32 | x[1];
}

uint64_t RandomSequence::Below(uint64_t bound) {
  CHECK_GT(bound, 0u);
  const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  uint64_t x;
  do {
    x = Next64();
  } while (x >= limit);
  return x % bound;
}

int64_t RandomSequence::Between(int64_t low, int64_t high) {
  CHECK_LE(low, high);
  // Unsigned, so that a range wider than int64 does not overflow.
  const uint64_t span = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;
  return static_cast<int64_t>(static_cast<uint64_t>(low) + Below(span));
}

double RandomSequence::Uniform() { return (static_cast<double>(Next64() >> 11) + 0.5) * 0x1p-53; }

}  // namespace longhaul
