// SPDX-License-Identifier: Apache-2.0
#include "trainer/eval/statistics.h"

#include <gtest/gtest.h>

namespace longhaul::trainer {
namespace {

TEST(StatisticsTest, PassAtKIsUnbiased) {
  // 1 - C(3, 2) / C(5, 2) = 1 - 3 / 10.
  EXPECT_NEAR(PassAtK({{.samples = 5, .correct = 2}}, 2), 0.7, 1e-12);
  EXPECT_NEAR(PassAtK({{.samples = 5, .correct = 2}}, 1), 0.4, 1e-12);
  EXPECT_NEAR(PassAtK({{.samples = 5, .correct = 4}}, 2), 1, 1e-12);
  EXPECT_NEAR(PassAtK({{.samples = 5, .correct = 0}}, 5), 0, 1e-12);
  EXPECT_NEAR(PassAtK({{.samples = 4, .correct = 4}, {.samples = 4, .correct = 0}}, 4), 0.5, 1e-12);
  EXPECT_NEAR(PassAtK({{.samples = 1, .correct = 1}, {.samples = 4, .correct = 0}}, 4), 0, 1e-12);
}

TEST(StatisticsTest, AvgAtKLeavesOutTasksWithoutASample) {
  EXPECT_NEAR(AvgAtK({{.samples = 4, .correct = 1}, {.samples = 0}, {.samples = 2, .correct = 2}}),
              0.625, 1e-12);
}

TEST(StatisticsTest, WilsonMatchesItsTextbookValues) {
  // Newcombe 1998, Table I: 81 of 263.
  const Interval interval = WilsonInterval(81, 263);
  EXPECT_NEAR(interval.low, 0.2553, 5e-5);
  EXPECT_NEAR(interval.high, 0.3662, 5e-5);
  EXPECT_EQ(WilsonInterval(0, 10).low, 0);
  EXPECT_GT(WilsonInterval(0, 10).high, 0.2);
}

TEST(StatisticsTest, BootstrapCoversTheMeanAndRepeats) {
  std::vector<TaskOutcome> outcomes;
  for (int i = 0; i < 100; ++i) outcomes.push_back({.samples = 4, .correct = i % 5});
  const Interval a = BootstrapInterval(outcomes);
  const Interval b = BootstrapInterval(outcomes);
  EXPECT_EQ(a.low, b.low);
  EXPECT_EQ(a.high, b.high);
  // The standard error of the mean is 0.0354.
  EXPECT_NEAR(a.low, 0.5 - 1.96 * 0.0354, 0.012);
  EXPECT_NEAR(a.high, 0.5 + 1.96 * 0.0354, 0.012);
}

}  // namespace
}  // namespace longhaul::trainer
