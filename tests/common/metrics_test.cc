// SPDX-License-Identifier: Apache-2.0
#include "common/metrics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "common/checksum.h"
#include "common/exact_sum.h"
#include "common/metrics_sink.h"
#include "common/random.h"
#include "tests/common/status_matchers.h"

namespace longhaul {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

double SumOf(const std::vector<double>& values) {
  ExactSum sum;
  for (double value : values) sum.Add(value);
  return sum.Value();
}

TEST(ExactSum, LosesNothing) {
  EXPECT_EQ(SumOf({}), 0.0);
  EXPECT_EQ(SumOf({1e300, 1.0, -1e300}), 1.0);
  EXPECT_EQ(SumOf({1e16, 1.0, 1.0}), 1e16 + 2);
  EXPECT_EQ(SumOf(std::vector<double>(10, 0.1)), 1.0);  // plain addition gives 0.9999999999999999
  EXPECT_EQ(SumOf({5e-324, 5e-324, -1.0, 1.0}), 1e-323);
  EXPECT_EQ(SumOf({-0.25, -0.5}), -0.75);
  const double largest = std::numeric_limits<double>::max();
  EXPECT_EQ(SumOf({largest, largest, -largest}), largest);
  EXPECT_EQ(SumOf({largest, largest}), kInf);
}

TEST(ExactSum, SingleValuesComeBack) {
  RandomSequence random(RandomKey(1, RandomStream::kTest), 0);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::bit_cast<double>(random.Next64());
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(SumOf({value}), value);
  }
  for (double value : {2.2250738585072014e-308, 2.225073858507201e-308, 1e-310, -5e-324}) {
    EXPECT_EQ(SumOf({value}), value);
  }
}

TEST(ExactSum, RoundsOnceToNearestEven) {
  EXPECT_EQ(SumOf({1.0, 0x1p-53}), 1.0);  // a tie goes to even
  EXPECT_EQ(SumOf({1.0, 0x1p-53, 0x1p-1000}), 1.0 + 0x1p-52);
  EXPECT_EQ(SumOf({1.0 + 0x1p-52, 0x1p-53}), 1.0 + 0x1p-51);
  EXPECT_EQ(SumOf({1.0, 0x1p-53, -0x1p-1074}), 1.0);
}

TEST(ExactSum, OrderAndSplitDoNotMatter) {
  RandomSequence random(RandomKey(2, RandomStream::kTest), 0);
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i)
    values.push_back(std::ldexp(random.Uniform() - 0.5, static_cast<int>(random.Between(-80, 80))));
  const double sum = SumOf(values);
  ExactSum merged;
  for (size_t begin = 0; begin < values.size(); begin += 37) {
    ExactSum part;
    for (size_t i = begin; i < std::min(values.size(), begin + 37); ++i) part.Add(values[i]);
    merged.Add(part);
  }
  std::sort(values.begin(), values.end());
  EXPECT_EQ(SumOf(values), sum);
  EXPECT_EQ(merged.Value(), sum);
}

TEST(ExactSum, SpecialValuesActAsInPlainAddition) {
  EXPECT_EQ(SumOf({1, kInf}), kInf);
  EXPECT_TRUE(std::isnan(SumOf({kInf, -kInf})));
  EXPECT_TRUE(std::isnan(SumOf({std::nan(""), 1})));
}

TEST(MetricSet, ReducesAsDeclared) {
  MetricSet set;
  set.AddMean("reward", 1);
  set.AddMean("reward", 0, 3);
  set.AddSum("tokens", 10);
  set.AddSum("tokens", 5);
  set.AddMin("low", 3);
  set.AddMin("low", 2);
  set.AddMax("high", -3);
  set.AddMax("high", -4);
  set.SetLast("stage", 1);
  set.SetLast("stage", 2);
  EXPECT_EQ(set.ToJson(7).ToString(),
            R"({"step":7,"reward":0.25,"tokens":15.0,"low":2.0,"high":-3.0,"stage":2.0})");
  EXPECT_EQ(set.Scalar("reward"), 0.25);
  EXPECT_TRUE(std::isnan(set.Scalar("none")));
}

TEST(MetricSet, DistributionsAndHistograms) {
  MetricSet set;
  for (int i = 100; i >= 0; --i) {
    set.AddToDistribution("length", i);
    set.AddToHistogram("bins", i, {10, 20, 50, 60});
  }
  EXPECT_EQ(set.Scalar("length/mean"), 50);
  EXPECT_EQ(set.Scalar("length/min"), 0);
  EXPECT_EQ(set.Scalar("length/p50"), 50);
  EXPECT_EQ(set.Scalar("length/p90"), 90);
  EXPECT_EQ(set.Scalar("length/p99"), 99);
  EXPECT_EQ(set.Scalar("length/max"), 100);
  EXPECT_EQ(set.ToJson(0).Find("bins")->ToString(),
            R"({"edges":[10.0,20.0,50.0,60.0],"counts":[20,30,51]})");
  EXPECT_EQ(Percentile({1, 2}, 0.5), 1.5);
  EXPECT_TRUE(std::isnan(Percentile({}, 0.5)));
}

TEST(MetricSet, MergedSetsAreAsIfOneHadSeenAll) {
  MetricSet whole, a, b;
  for (int i = 0; i < 100; ++i) {
    for (MetricSet* set : {&whole, i % 3 == 0 ? &a : &b}) {
      set->AddMean("mean", 0.1 * i, 0.3 * i);
      set->AddMin("min", -i);
      set->AddMax("max", i);
      set->AddToDistribution("d", 1.0 / (i + 1));
      set->AddToHistogram("h", i, {0, 50, 100});
    }
  }
  MetricSet ab = a, ba = b;
  ab.Merge(b);
  ba.Merge(a);
  EXPECT_EQ(ab.ToJson(1).ToString(), whole.ToJson(1).ToString());
  EXPECT_EQ(ba.ToJson(1).ToString(), whole.ToJson(1).ToString());
}

TEST(MetricSet, NotANumberIsNullAndNeverLost) {
  MetricSet set;
  set.AddMax("max", std::nan(""));
  set.AddMax("max", 1);
  set.AddMean("none", 0, 0);
  set.AddToDistribution("d", std::nan(""));
  set.AddToDistribution("d", 2);
  EXPECT_EQ(set.ToJson(0).ToString(),
            R"({"step":0,"max":null,"none":null,"d/mean":null,"d/min":2.0,"d/p50":2.0,)"
            R"("d/p90":2.0,"d/p99":2.0,"d/max":2.0})");
}

TEST(MetricSet, OneNameHasOneReducer) {
  MetricSet set;
  set.AddSum("x", 1);
  EXPECT_DEATH(set.AddMean("x", 1), "metric x has two reducers");
}

TEST(MetricSet, TimeFields) {
  EXPECT_TRUE(IsTimeField("time/step_seconds"));
  EXPECT_TRUE(IsTimeField("perf/tokens_per_second"));
  EXPECT_TRUE(IsTimeField("mem/host_rss"));
  EXPECT_FALSE(IsTimeField("reward/time"));
}

MetricSet OneNumber(double value) {
  MetricSet set;
  set.SetLast("x", value);
  return set;
}

TEST(JsonlMetrics, ResumesAtAnOffset) {
  TestDirectory dir;
  const std::string path = dir / "metrics.jsonl";
  int64_t after_first = 0;
  {
    StatusOr<JsonlMetrics> sink = JsonlMetrics::Open(path, std::nullopt);
    ASSERT_THAT(sink, IsOk());
    ASSERT_THAT(sink->Write(1, OneNumber(1)), IsOk());
    after_first = sink->bytes();
    ASSERT_THAT(sink->Write(2, OneNumber(2)), IsOk());
    EXPECT_EQ(*FileSize(path), sink->bytes());
  }
  StatusOr<JsonlMetrics> resumed = JsonlMetrics::Open(path, after_first);
  ASSERT_THAT(resumed, IsOk());
  ASSERT_THAT(resumed->Write(2, OneNumber(3)), IsOk());
  EXPECT_EQ(*ReadFile(path), "{\"step\":1,\"x\":1.0}\n{\"step\":2,\"x\":3.0}\n");
  EXPECT_THAT(JsonlMetrics::Open(path, 1000), FailsWith(StatusCode::kDataLoss, "metrics.jsonl"));
}

uint64_t Fixed(const std::string& bytes, size_t at, size_t size) {
  uint64_t value = 0;
  std::memcpy(&value, bytes.data() + at, size);
  return value;
}

// Splits a TFRecord file, checking every frame.
std::vector<std::string> Records(const std::string& bytes) {
  const auto masked = [](std::string_view text) {
    const uint32_t crc = Crc32c(text);
    return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
  };
  std::vector<std::string> records;
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = Fixed(bytes, at, 8);
    EXPECT_EQ(Fixed(bytes, at + 8, 4), masked(bytes.substr(at, 8)));
    records.push_back(bytes.substr(at + 12, length));
    EXPECT_EQ(Fixed(bytes, at + 12 + length, 4), masked(records.back()));
    at += 16 + length;
  }
  return records;
}

TEST(TensorBoardEvents, WritesTheWireFormat) {
  TestDirectory dir;
  const std::string path = dir / "events.out.tfevents.0";
  StatusOr<TensorBoardEvents> sink = TensorBoardEvents::Open(path, std::nullopt);
  ASSERT_THAT(sink, IsOk());
  MetricSet set = OneNumber(1.5);
  set.SetLast("bad", std::nan(""));
  ASSERT_THAT(sink->Write(300, set, 2.0), IsOk());
  const std::vector<std::string> records = Records(*ReadFile(path));
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0], std::string("\x09\0\0\0\0\0\0\0\0\x1a\x0d"
                                    "brain.Event:2",
                                    24));
  // wall_time 2.0, step 300, summary { value { tag "x" simple_value 1.5 } }
  EXPECT_EQ(records[1],
            std::string(
                "\x09\0\0\0\0\0\0\0\x40\x10\xac\x02\x2a\x0a\x0a\x08\x0a\x01x\x15\0\0\xc0\x3f", 24));
}

TEST(TensorBoardEvents, ResumesAtAnOffset) {
  TestDirectory dir;
  const std::string path = dir / "events";
  int64_t bytes = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    StatusOr<TensorBoardEvents> sink =
        TensorBoardEvents::Open(path, attempt == 0 ? std::nullopt : std::optional(bytes));
    ASSERT_THAT(sink, IsOk());
    if (attempt == 0) {
      ASSERT_THAT(sink->Write(1, OneNumber(1), 1), IsOk());
      bytes = sink->bytes();
    }
    ASSERT_THAT(sink->Write(2, OneNumber(2), 1), IsOk());
  }
  EXPECT_EQ(Records(*ReadFile(path)).size(), 3u);
}

}  // namespace
}  // namespace longhaul
