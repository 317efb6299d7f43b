// SPDX-License-Identifier: Apache-2.0
//
// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011). A draw is a pure function of (key, counter), so a sample depends on what it
// is, never on which thread or batch drew it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace longhaul {

// What random numbers are used for; draws of different streams never coincide.
enum class RandomStream : uint32_t {
  kSampling = 1,
  kInit = 2,
  kDataOrder = 3,
  kTask = 4,
  kTest = 5
};

// 128 random bits for a 64-bit key and a 128-bit counter.
std::array<uint32_t, 4> Philox(uint64_t key, const std::array<uint32_t, 4>& counter);

// A key made of a run's seed and a stream.
uint64_t RandomKey(uint64_t seed, RandomStream stream);

// Stable 64-bit hash of a string (FNV-1a, then mixed): how a prompt's uid enters a counter.
uint64_t StableHash(std::string_view text);

// Uniform in (0, 1) with 24 bits, for draw (a, b, c) of a key.
float UniformAt(uint64_t key, uint64_t a, uint32_t b, uint32_t c);
// Uniform in (0, 1) with 53 bits.
double UniformDoubleAt(uint64_t key, uint64_t a, uint32_t b, uint32_t c);
// Standard normal (Box-Muller on one Philox draw).
float NormalAt(uint64_t key, uint64_t a, uint32_t b, uint32_t c);

// A sequence of draws from one key, for generators of data: state is one counter.
class RandomSequence {
 public:
  RandomSequence(uint64_t key, uint64_t sequence) : key_(key), sequence_(sequence) {}
  uint64_t Next64();
  // Uniform integer in [0, bound), without modulo bias.
  uint64_t Below(uint64_t bound);
  // Uniform integer in [low, high].
  int64_t Between(int64_t low, int64_t high);
  double Uniform();

 private:
  uint64_t key_;
  uint64_t sequence_;
  uint64_t index_ = 0;
};

}  // namespace longhaul
