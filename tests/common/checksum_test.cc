// SPDX-License-Identifier: Apache-2.0
#include "common/checksum.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>

namespace longhaul {
namespace {

// Published values of XXH64 with seed 0.
TEST(Checksum64, KnownAnswers) {
  EXPECT_EQ(Checksum64(""), 0xef46db3751d8e999ull);
  EXPECT_EQ(Checksum64("a"), 0xd24ec4f1a98c6e5bull);
  EXPECT_EQ(Checksum64("abc"), 0x44bc2cf5ad770999ull);
  EXPECT_EQ(Checksum64("Nobody inspects the spammish repetition"), 0xfbcea83c8a378bf1ull);
}

TEST(Checksum64, DoesNotDependOnTheCut) {
  std::string bytes(1000, '\0');
  std::iota(bytes.begin(), bytes.end(), '\0');
  for (size_t step : {1u, 3u, 31u, 32u, 33u, 64u, 999u}) {
    Checksum64Stream stream;
    for (size_t i = 0; i < bytes.size(); i += step) {
      stream.Update(bytes.data() + i, std::min(step, bytes.size() - i));
    }
    EXPECT_EQ(stream.Digest(), Checksum64(bytes)) << step;
  }
}

TEST(Checksum64, EveryBitCounts) {
  std::string bytes(77, 'x');
  const uint64_t whole = Checksum64(bytes);
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_NE(Checksum64(flipped), whole) << bit;
  }
}

TEST(Checksum64, HexHasSixteenDigits) { EXPECT_EQ(ChecksumHex(0xabc), "0000000000000abc"); }

// RFC 3720, appendix B.4.
TEST(Crc32c, KnownAnswers) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

}  // namespace
}  // namespace longhaul
