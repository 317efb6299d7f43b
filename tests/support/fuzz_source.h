// SPDX-License-Identifier: Apache-2.0
//
// What fuzzers are made of: how many runs, and random values, a function of the run's seed alone. A
// failure prints the seed; LONGHAUL_FUZZ_FIRST=<seed> LONGHAUL_FUZZ_RUNS=1 does that run again.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/random.h"

namespace longhaul {

inline int64_t FuzzNumber(const char* variable, int64_t missing) {
  const char* text = std::getenv(variable);
  return text == nullptr ? missing : std::atoll(text);
}
// Seeds of a test: from FirstSeed() on, as many. LONGHAUL_FUZZ_RUNS: run it long under the address
// sanitizer.
inline int64_t FuzzRuns(int64_t missing) { return FuzzNumber("LONGHAUL_FUZZ_RUNS", missing); }
inline int64_t FirstSeed() { return FuzzNumber("LONGHAUL_FUZZ_FIRST", 0); }

class FuzzSource {
 public:
  // `test` keeps the tests of a binary apart.
  FuzzSource(uint64_t test, int64_t seed)
      : random_(RandomKey(test, RandomStream::kTest), static_cast<uint64_t>(seed)) {}

  uint64_t Below(uint64_t bound) { return random_.Below(bound); }
  bool Chance(uint64_t one_in) { return Below(one_in) == 0; }
  template <typename Items>
  const auto& Pick(const Items& items) {
    return items[Below(std::size(items))];
  }
  std::string Bytes(uint64_t most) {
    std::string bytes(Below(most + 1), '\0');
    for (char& byte : bytes) byte = static_cast<char>(Below(256));
    return bytes;
  }

  // Flips, cuts, repeats and inserts.
  void Mutate(std::string& bytes) {
    for (uint64_t edits = Below(4) + 1; edits > 0 && !bytes.empty(); --edits) {
      const size_t at = Below(bytes.size());
      switch (Below(6)) {
        case 0:
          bytes[at] = static_cast<char>(Below(256));
          break;
        case 1:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << Below(8)));
          break;
        case 2:
          bytes.erase(at, Below(8) + 1);
          break;
        case 3:
          bytes.insert(at, Bytes(8));
          break;
        case 4:
          bytes.resize(at);
          break;
        default:
          bytes.insert(at, bytes.substr(Below(bytes.size()), Below(40)));
      }
    }
  }

 private:
  RandomSequence random_;
};

}  // namespace longhaul
