// SPDX-License-Identifier: Apache-2.0
#include "common/dtype.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/tensor.h"

namespace longhaul {
namespace {

TEST(BFloat16, RoundsToNearestEven) {
  EXPECT_EQ(BFloat16(1.0f).bits, 0x3f80);
  EXPECT_EQ(BFloat16(std::bit_cast<float>(0x3f808000u)).bits, 0x3f80);  // a tie goes to even
  EXPECT_EQ(BFloat16(std::bit_cast<float>(0x3f818000u)).bits, 0x3f82);
  EXPECT_EQ(BFloat16(std::bit_cast<float>(0x3f808001u)).bits, 0x3f81);
  EXPECT_EQ(BFloat16(std::bit_cast<float>(0x7f7fffffu)).bits,
            0x7f80);  // past the largest: infinity
  EXPECT_EQ(BFloat16(-0.0f).bits, 0x8000);
}

TEST(BFloat16, EveryValueSurvivesFloat) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    BFloat16 value;
    value.bits = static_cast<uint16_t>(bits);
    const float wide = static_cast<float>(value);
    if (std::isnan(wide)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(BFloat16(wide))));
    } else {
      ASSERT_EQ(BFloat16(wide).bits, bits);
    }
  }
}

TEST(BFloat16, NanWhosePayloadIsLowStaysNan) {
  EXPECT_TRUE(std::isnan(static_cast<float>(BFloat16(std::bit_cast<float>(0x7f800001u)))));
}

TEST(DType, SizesAndNames) {
  EXPECT_EQ(SizeOf(DType::kBF16), 2);
  EXPECT_EQ(SizeOf(DType::kF64), 8);
  EXPECT_EQ(DTypeName(DTypeOf<int32_t>()), "I32");
}

TEST(TensorView, ShapeBytesAndType) {
  const float data[6] = {};
  const TensorView view(data, {2, 3});
  EXPECT_EQ(view.numel(), 6);
  EXPECT_EQ(view.bytes(), 24);
  EXPECT_EQ(view.shape.ToString(), "[2, 3]");
  EXPECT_EQ(Shape().numel(), 1);
  EXPECT_FALSE(Shape({2, 3}) == Shape({3, 2}));
  EXPECT_DEATH((void)view.as<int32_t>(), "CHECK failed");
  EXPECT_DEATH((void)view.dim(2), "CHECK failed");
}

}  // namespace
}  // namespace longhaul
