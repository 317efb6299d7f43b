// SPDX-License-Identifier: Apache-2.0
#include "model/exactness.h"

#include <gtest/gtest.h>

#include "tests/model/test_models.h"

namespace longhaul::model {
namespace {

class ExactnessTest : public testing::TestWithParam<std::string> {};

void ExpectExact(const std::string& model, const ExactnessOptions& options) {
  const ModelConfig config = TestModel(model);
  const StatusOr<ExactnessReport> report =
      CheckExactness(config, TestParameters(config, 7), options);
  ASSERT_TRUE(report.ok()) << Message(report.status());
  EXPECT_EQ(report->rows.size(), 12u);
  for (const ExactnessRow& row : report->rows) {
    EXPECT_TRUE(row.pass()) << model << ", " << row.how << ": " << row.different_tokens
                            << " other tokens, " << row.different_bits << " of " << row.tokens
                            << " other bits, largest " << row.largest_difference;
    EXPECT_GE(row.tokens, options.num_tokens / 2);
  }
}

TEST_P(ExactnessTest, Fp32) { ExpectExact(GetParam(), {.num_tokens = 256}); }

TEST_P(ExactnessTest, Bf16AtAnotherTemperature) {
  ExpectExact(GetParam(), {.precision = Precision::kBf16, .num_tokens = 256, .temperature = 0.7f});
}

TEST_P(ExactnessTest, Bf16WithHeadInputsInBf16) {
  ExpectExact(GetParam(),
              {.precision = Precision::kBf16, .head_inputs = HeadInputs::kBf16, .num_tokens = 128});
}

INSTANTIATE_TEST_SUITE_P(Models, ExactnessTest, testing::ValuesIn(TestModelNames()),
                         [](const auto& info) { return info.param; });

TEST(Exactness, RefusesNonsense) {
  const ModelConfig config = TestModel("llama");
  const Parameters parameters = TestParameters(config, 7);
  EXPECT_FALSE(CheckExactness(config, parameters, {.num_tokens = 0}).ok());
  EXPECT_FALSE(CheckExactness(config, parameters, {.temperature = 0}).ok());
}

}  // namespace
}  // namespace longhaul::model
