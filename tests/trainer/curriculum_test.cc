// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "trainer/curriculum/domain_curriculum.h"
#include "trainer/curriculum/length_curriculum.h"
#include "trainer/data/data_order.h"
#include "trainer/optimizer/lr_schedule.h"

namespace longhaul::trainer {
namespace {

LengthCurriculumConfig ThreeStages() {
  LengthCurriculumConfig config;
  config.stages = {{.max_response_length = 40, .changes = {}},
                   {.max_response_length = 60, .changes = {}},
                   {.max_response_length = 80, .changes = {.grad_clip = 0.25}}};
  config.advance_when = {
      .ppl_slope_below = 0.02, .ppl_window = 3, .p99_len_frac_above = 0.8, .min_steps = 4};
  config.on_advance = {.grad_clip = 0.5, .is_weight_max = 3.0};
  return config;
}

TEST(LengthCurriculumTest, AdvancesOnlyWhenEveryConditionHolds) {
  LengthCurriculum curriculum(ThreeStages(), 10);
  EXPECT_EQ(curriculum.max_response_length(), 40);
  MetricSet metrics;
  curriculum.Report(metrics);
  EXPECT_EQ(metrics.ToJson(0).Find("curriculum/ppl_slope"), nullptr) << "nothing to fit it to yet";
  // Flat and long, but too early until the fourth step.
  EXPECT_FALSE(curriculum.Observe(1, 2.0, 39).has_value());
  EXPECT_FALSE(curriculum.Observe(2, 2.0, 39).has_value());
  EXPECT_FALSE(curriculum.Observe(3, 2.0, 39).has_value());
  // Falling perplexity.
  EXPECT_FALSE(curriculum.Observe(4, 1.5, 39).has_value());
  EXPECT_FALSE(curriculum.Observe(5, 1.5, 39).has_value());
  // Converged, but short responses.
  EXPECT_FALSE(curriculum.Observe(6, 1.5, 30).has_value());
  const auto boundary = curriculum.Observe(7, 1.5, 35);
  ASSERT_TRUE(boundary.has_value());
  EXPECT_EQ(boundary->step, 8);
  EXPECT_EQ(boundary->max_response_length, 60);
  EXPECT_NEAR(boundary->inputs.p99_len_frac, 35.0 / 40, 1e-12);
  EXPECT_NEAR(boundary->inputs.ppl_slope, 0, 1e-12);
  EXPECT_EQ(curriculum.changes().grad_clip, 0.5);
  EXPECT_EQ(curriculum.changes().is_weight_max, 3.0);
}

TEST(LengthCurriculumTest, LastStageStaysAndItsOwnChangesWin) {
  LengthCurriculum curriculum(ThreeStages(), 10);
  for (int64_t step = 1; step <= 20; ++step) {
    curriculum.Observe(step, 2.0, static_cast<double>(curriculum.max_response_length()));
  }
  EXPECT_EQ(curriculum.stage(), 2);
  EXPECT_EQ(curriculum.boundaries().size(), 2u);
  EXPECT_EQ(curriculum.boundaries()[1].step, 9);
  EXPECT_EQ(curriculum.changes().grad_clip, 0.25);
  EXPECT_EQ(curriculum.changes().is_weight_max, 3.0);
}

TEST(LengthCurriculumTest, SlopeIsRelativeAndPerStep) {
  EXPECT_NEAR(RelativeSlope({1.0, 2.0, 3.0}), 0.5, 1e-12);
  EXPECT_NEAR(RelativeSlope({40.0, 30.0, 20.0}), -10.0 / 30, 1e-12);
  EXPECT_NEAR(RelativeSlope({7.0, 7.0}), 0, 1e-12);
}

TEST(LengthCurriculumTest, ResumesInTheMiddleOfAWindow) {
  LengthCurriculum whole(ThreeStages(), 10);
  LengthCurriculum first(ThreeStages(), 10);
  for (int64_t step = 1; step <= 6; ++step) {
    whole.Observe(step, 2.0 + 0.001 * static_cast<double>(step), 38);
    first.Observe(step, 2.0 + 0.001 * static_cast<double>(step), 38);
  }
  LengthCurriculum second(ThreeStages(), 10);
  const Json state = Json::Parse(first.Save().ToString(), "state").value();
  ASSERT_TRUE(second.Load(state).ok());
  for (int64_t step = 7; step <= 12; ++step) {
    const double ppl = 2.0 + 0.002 * static_cast<double>(step);
    EXPECT_EQ(second.Observe(step, ppl, 50).has_value(), whole.Observe(step, ppl, 50).has_value());
  }
  EXPECT_EQ(second.Save().ToString(), whole.Save().ToString());
}

TEST(LengthCurriculumTest, ResumesWithAShorterWindow) {
  LengthCurriculumConfig config = ThreeStages();
  config.advance_when.ppl_window = 8;
  LengthCurriculum before(config, 10);
  for (int64_t step = 1; step <= 7; ++step) before.Observe(step, 2.0, 39);
  LengthCurriculum after(ThreeStages(), 10);
  ASSERT_TRUE(after.Load(before.Save()).ok());
  EXPECT_TRUE(after.Observe(8, 2.0, 39).has_value());
}

TEST(LengthCurriculumTest, RefusesAStateOfAStageThatIsGone) {
  LengthCurriculum curriculum(ThreeStages(), 10);
  for (int64_t step = 1; step <= 20; ++step) curriculum.Observe(step, 2.0, 80);
  LengthCurriculumConfig shorter = ThreeStages();
  shorter.stages.pop_back();
  LengthCurriculum other(shorter, 10);
  const Status status = other.Load(curriculum.Save());
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
}

TEST(DomainCurriculumTest, RampsUp) {
  const DomainCurriculum curriculum(
      {{.name = "general", .from_step = 10, .ramp_steps = 4, .weight = 2}});
  EXPECT_EQ(curriculum.Weight("general", 9), 0);
  EXPECT_EQ(curriculum.Weight("general", 10), 0.5);
  EXPECT_EQ(curriculum.Weight("general", 13), 2);
  EXPECT_EQ(curriculum.Weight("general", 99), 2);
  EXPECT_EQ(curriculum.Weight("math", 0), 1);
}

TEST(DataOrderTest, EveryEpochIsAnotherPermutation) {
  for (int64_t size : {1, 2, 3, 7, 64, 65, 1000}) {
    const DataOrder order(7, 0, size);
    std::vector<std::vector<int64_t>> epochs;
    for (int64_t epoch = 0; epoch < 3; ++epoch) {
      std::vector<int64_t> seen;
      for (int64_t k = 0; k < size; ++k) seen.push_back(order.At(epoch * size + k));
      EXPECT_EQ(std::set<int64_t>(seen.begin(), seen.end()).size(), static_cast<size_t>(size));
      EXPECT_GE(*std::min_element(seen.begin(), seen.end()), 0);
      EXPECT_LT(*std::max_element(seen.begin(), seen.end()), size);
      epochs.push_back(seen);
    }
    if (size >= 64) {
      EXPECT_NE(epochs[0], epochs[1]);
      EXPECT_NE(epochs[1], epochs[2]);
    }
  }
  EXPECT_NE(DataOrder(7, 0, 1000).At(0) * 1000 + DataOrder(7, 0, 1000).At(1),
            DataOrder(8, 0, 1000).At(0) * 1000 + DataOrder(8, 0, 1000).At(1));
}

TEST(LrScheduleTest, WarmsUpAndDecays) {
  const LrSchedule linear{.type = ScheduleType::kLinear,
                          .peak = 1,
                          .minimum = 0.2,
                          .warmup_steps = 4,
                          .total_steps = 12};
  EXPECT_NEAR(linear.At(0), 0.25, 1e-15);
  EXPECT_NEAR(linear.At(3), 1, 1e-15);
  EXPECT_NEAR(linear.At(8), 0.6, 1e-15);
  EXPECT_NEAR(linear.At(12), 0.2, 1e-15);
  EXPECT_NEAR(linear.At(50), 0.2, 1e-15);
  const LrSchedule constant{.type = ScheduleType::kConstant, .peak = 3, .minimum = 0};
  EXPECT_EQ(constant.At(0), 3);
  EXPECT_EQ(constant.At(1000), 3);
}

}  // namespace
}  // namespace longhaul::trainer
