// SPDX-License-Identifier: Apache-2.0
#include "trainer/generation_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "tests/trainer/tiny_model.h"
#include "trainer/step_timer.h"
#include "trainer/train_speed.h"

namespace longhaul::trainer {
namespace {

TEST(GenerationWatchTest, SaysHowFarGenerationIs) {
  EXPECT_EQ(GenerationWatch::Describe(
                {.finished_rollouts = 180, .tokens = 41'200, .tokens_per_second = 9'812}, 256),
            "180/256 rollouts, 41.2k tokens, 9.8k tok/s");
  EXPECT_EQ(GenerationWatch::Describe({.tokens = 12}, 256), "0/256 rollouts, 12 tokens, 0 tok/s");
  // A second generation batch has begun.
  EXPECT_EQ(GenerationWatch::Describe({.finished_rollouts = 257, .tokens = 2'000'000}, 256),
            "257/512 rollouts, 2.0M tokens, 0 tok/s");
  EXPECT_EQ(GenerationWatch::Describe({.finished_rollouts = 256}, 256),
            "256/256 rollouts, 0 tokens, 0 tok/s");
}

TEST(GenerationWatchTest, CountsFromItsBeginningAndStopsItsThread) {
  std::atomic<int64_t> looks = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> shown;
  GenerationWatch watch({.gauges =
                             [&] {
                               const int64_t n = looks++;
                               return GenerationGauges{.finished_rollouts = 100 + 2 * n,
                                                       .tokens = 1000 + 10 * n,
                                                       .running = 7 - n,
                                                       .preemptions = 5 + n,
                                                       .kv_usage = 0.25};
                             },
                         .show =
                             [&](const std::string& text) {
                               std::lock_guard lock(mutex);
                               shown.push_back(text);
                               changed.notify_all();
                             },
                         .batch_rollouts = 1000,
                         .interval_s = 0.001});
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return shown.size() >= 5; });
  lock.unlock();
  MetricSet metrics;
  watch.Report(metrics);
  const int64_t after = looks;
  EXPECT_EQ(shown[0], "2/1000 rollouts, 10 tokens, 0 tok/s");
  EXPECT_GE(metrics.Scalar("perf/tail_s"), 0);
  EXPECT_EQ(metrics.Scalar("perf/running_max"), 6);
  EXPECT_EQ(metrics.Scalar("perf/kv_usage_max"), 0.25);
  EXPECT_EQ(metrics.Scalar("perf/preemptions"), static_cast<double>(after - 1));
}

TEST(GenerationWatchTest, WithoutGaugesNothingIsWatched) {
  GenerationWatch watch({});
  MetricSet metrics;
  watch.Report(metrics);
  EXPECT_TRUE(metrics.empty());
}

TEST(TrainSpeedTest, DividesTheModelsArithmeticByThePeak) {
  std::vector<TrainSequence> sequences(2);
  sequences[0].prompt = {1};
  sequences[0].response = {1, 2};
  sequences[1].response = {1};
  EXPECT_NEAR(MeanContext(sequences), (1 + 2 + 3 + 1) / 4.0, 1e-15);
  const model::ModelConfig config = TinyModelConfig();
  const TrainWork work{.tokens = 1000, .mean_context = 8, .seconds = 2};
  MetricSet metrics;
  ReportTrainSpeed(config, work, 0, metrics);
  const double tflops = 500 * model::TrainingFlopsPerToken(config, 8) * 1e-12;
  EXPECT_NEAR(metrics.Scalar("perf/train_tflops"), tflops, 1e-12 * tflops);
  EXPECT_EQ(metrics.Scalar("perf/tok_s_train"), 500);
  EXPECT_TRUE(std::isnan(metrics.Scalar("perf/mfu_train")));
  ReportTrainSpeed(config, work, 4 * tflops, metrics);
  EXPECT_NEAR(metrics.Scalar("perf/mfu_train"), 0.25, 1e-12);
}

TEST(StepTimerTest, PartsAddUpToTheStep) {
  StepTimer timer;
  MetricSet metrics;
  timer.Add("ckpt", 3, metrics);
  timer.Lap("rollout", metrics);
  timer.Lap("train", metrics);
  timer.Finish(metrics);
  double parts = 0;
  for (const char* name : {"ckpt", "rollout", "train", "other"}) {
    parts += metrics.Scalar(std::string("time/") + name);
  }
  EXPECT_NEAR(metrics.Scalar("time/step"), parts, 1e-9);
  EXPECT_GE(parts, 3);
}

}  // namespace
}  // namespace longhaul::trainer
