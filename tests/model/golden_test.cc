// SPDX-License-Identifier: Apache-2.0
//
// Every golden folder (tests/golden/models; made with a float64 reference that agrees with the
// public implementations) against this model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "common/checkpoint/safetensors.h"
#include "model/parity.h"

namespace longhaul::model {
namespace {

std::string Golden(const std::string& name) {
  return std::string(LONGHAUL_SOURCE_DIR) + "/tests/golden/models/" + name;
}

std::string Describe(const ParityReport& report) {
  std::string text;
  for (const ParityRow& row : report.rows) {
    if (row.pass) continue;
    text += fmt::format("{}: {} (allowed {}) {}\n", row.tensor, row.largest, row.allowed, row.note);
  }
  return text;
}

struct GoldenCase {
  std::string model;
  std::string file;

  friend void PrintTo(const GoldenCase& c, std::ostream* os) { *os << c.model << "/" << c.file; }
};

class GoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(GoldenTest, Fp32IsWithinTolerance) {
  const std::string dir = Golden(GetParam().model);
  for (int threads : {1, 2}) {
    const StatusOr<ParityReport> report =
        RunParity(dir, dir + "/" + GetParam().file, {.num_threads = threads});
    ASSERT_TRUE(report.ok()) << Message(report.status());
    EXPECT_TRUE(report->pass()) << Describe(*report);
    EXPECT_THAT(report->unknown, testing::IsEmpty());
  }
}

// What fp32 reaches (logits 1.2e-5, gradients 4e-6 of their largest entry); a loss of accuracy
// shows here first.
TEST_P(GoldenTest, Fp32IsFarInsideTheTolerance) {
  const std::string dir = Golden(GetParam().model);
  const StatusOr<ParityReport> report = RunParity(
      dir, dir + "/" + GetParam().file, {.num_threads = 2, .atol = 3e-5, .grad_rtol = 2e-5});
  ASSERT_TRUE(report.ok()) << Message(report.status());
  EXPECT_TRUE(report->pass()) << Describe(*report);
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenTest,
                         testing::Values(GoldenCase{"llama", "golden.safetensors"},
                                         GoldenCase{"llama-tied", "golden.safetensors"},
                                         GoldenCase{"qwen2", "golden.safetensors"},
                                         GoldenCase{"qwen3", "golden.safetensors"},
                                         GoldenCase{"mixtral", "golden.safetensors"},
                                         GoldenCase{"qwen3-moe", "golden.safetensors"},
                                         GoldenCase{"minimax-native", "golden.safetensors"},
                                         GoldenCase{"minimax-m1", "golden.safetensors"},
                                         GoldenCase{"minimax-m1", "decode.safetensors"},
                                         GoldenCase{"minimax-m1", "tree.safetensors"},
                                         GoldenCase{"minimax-m1", "long.safetensors"}),
                         [](const auto& info) {
                           std::string name = info.param.model + "_" + info.param.file;
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return !std::isalnum(c); },
                               '_');
                           return name;
                         });

// bf16 is a range to expect: as far from fp32 as the reference's own bf16, give or take.
TEST(GoldenBf16, LogitsAreAsCloseAsTheReferenceInBf16) {
  for (const char* name : {"llama", "minimax-m1"}) {
    const std::string dir = Golden(name);
    const std::string out = testing::TempDir() + "/bf16.safetensors";
    const StatusOr<ParityReport> report =
        RunParity(dir, dir + "/bf16.safetensors",
                  {.precision = Precision::kBf16, .num_threads = 2, .atol = 1e9, .out_path = out});
    ASSERT_TRUE(report.ok()) << Message(report.status());
    const auto ours = std::move(SafetensorsReader::Open(out)).value();
    const auto theirs = std::move(SafetensorsReader::Open(dir + "/bf16.safetensors")).value();
    const auto exact = std::move(SafetensorsReader::Open(dir + "/golden.safetensors")).value();
    const std::vector<float> a = ours->GetF32("logits").value();
    const std::vector<float> b = theirs->GetF32("logits").value();
    const std::vector<float> c = exact->GetF32("logits").value();
    double our_error = 0, their_error = 0;
    for (size_t i = 0; i < c.size(); ++i) {
      our_error += std::fabs(a[i] - c[i]);
      their_error += std::fabs(b[i] - c[i]);
    }
    EXPECT_GT(our_error, 0.1 * their_error) << name << ": this is not bf16";
    EXPECT_LT(our_error, 1.5 * their_error) << name;
    std::filesystem::remove(out);
  }
}

TEST(Parity, WritesWhatItComputedUnderTheSameNames) {
  const std::string dir = Golden("llama-tied"), out = testing::TempDir() + "/parity.safetensors";
  const StatusOr<ParityReport> report =
      RunParity(dir, dir + "/golden.safetensors", {.out_path = out});
  ASSERT_TRUE(report.ok()) << Message(report.status());
  const auto written = std::move(SafetensorsReader::Open(out)).value();
  const auto golden = std::move(SafetensorsReader::Open(dir + "/golden.safetensors")).value();
  EXPECT_EQ(written->Names(), golden->Names());
  for (const std::string& name : golden->Names()) {
    EXPECT_EQ(written->Get(name)->shape, golden->Get(name)->shape) << name;
  }
  std::filesystem::remove(out);
}

// The golden of one family with one value off: the report must say which.
TEST(Parity, FindsAWrongValueAndAnUnknownName) {
  const std::string dir = Golden("qwen3"), changed = testing::TempDir() + "/changed.safetensors";
  const auto golden = std::move(SafetensorsReader::Open(dir + "/golden.safetensors")).value();
  std::vector<float> logits = golden->GetF32("logits").value();
  logits[1000] += 3e-4f;
  std::vector<longhaul::NamedTensor> tensors;
  for (const std::string& name : golden->Names()) {
    const TensorView view = golden->Get(name).value();
    tensors.push_back({name, name == "logits" ? TensorView(logits.data(), view.shape) : view});
  }
  tensors.push_back({"grad.model.no_such.weight", TensorView(logits.data(), Shape{3})});
  ASSERT_TRUE(WriteSafetensors(changed, tensors).ok());
  const StatusOr<ParityReport> report = RunParity(dir, changed, {});
  ASSERT_TRUE(report.ok()) << Message(report.status());
  EXPECT_FALSE(report->pass());
  EXPECT_EQ(report->failed, 1);
  EXPECT_THAT(report->unknown, testing::ElementsAre("grad.model.no_such.weight"));
  for (const ParityRow& row : report->rows) EXPECT_EQ(row.pass, row.tensor != "logits");
  std::filesystem::remove(changed);
}

}  // namespace
}  // namespace longhaul::model
