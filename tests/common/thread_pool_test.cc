// SPDX-License-Identifier: Apache-2.0
#include "common/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <numeric>
#include <thread>
#include <vector>

namespace longhaul {
namespace {

TEST(ThreadPool, RunsEveryItemOnce) {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.num_threads(), threads);
    for (int64_t n : {0, 1, 2, 3, 63, 64, 65, 1000, 100'000}) {
      std::vector<std::atomic<int>> runs(static_cast<size_t>(n));
      pool.ForEach(n, [&](int64_t i) { ++runs[static_cast<size_t>(i)]; });
      for (const auto& count : runs) ASSERT_EQ(count, 1);
    }
  }
}

// Loops of different sizes in close succession: a thread late for one loop must not touch the next
// one's items with the old body.
TEST(ThreadPool, LoopsDoNotMix) {
  ThreadPool pool(4);
  for (int64_t round = 0; round < 20'000; ++round) {
    const int64_t n = 2 + round % 7;
    std::vector<int64_t> out(static_cast<size_t>(n),
                             -1);  // not atomic: the end of a loop is a barrier
    pool.ForEach(n, [&](int64_t i) { out[static_cast<size_t>(i)] = round + i; });
    for (int64_t i = 0; i < n; ++i) ASSERT_EQ(out[static_cast<size_t>(i)], round + i);
  }
}

TEST(ThreadPool, WakesSleepers) {
  ThreadPool pool(3);
  for (int round = 0; round < 50; ++round) {
    // Long enough without work for the workers to go to sleep.
    for (int i = 0; i < 20'000; ++i) __builtin_ia32_pause();
    std::atomic<int64_t> sum{0};
    pool.ForEach(100, [&](int64_t i) { sum += i; });
    ASSERT_EQ(sum, 4950);
  }
}

TEST(ThreadPool, RangesCoverWithAShorterLast) {
  ThreadPool pool(2);
  std::vector<std::atomic<int>> runs(103);
  pool.ForRange(103, 10, [&](int64_t begin, int64_t end) {
    EXPECT_EQ(begin % 10, 0);
    EXPECT_EQ(end, std::min<int64_t>(103, begin + 10));
    for (int64_t i = begin; i < end; ++i) ++runs[static_cast<size_t>(i)];
  });
  for (const auto& count : runs) EXPECT_EQ(count, 1);
}

TEST(ThreadPool, InnerLoopsRunOnTheirOwnThread) {
  ThreadPool pool(4), other(4);
  std::atomic<int> total{0};
  pool.ForEach(8, [&](int64_t) {
    const auto self = std::this_thread::get_id();
    for (ThreadPool* inner : {&pool, &other}) {
      inner->ForEach(5, [&](int64_t) {
        EXPECT_EQ(std::this_thread::get_id(), self);
        ++total;
      });
    }
  });
  EXPECT_EQ(total, 80);
}

int64_t ThreadsOfThisProcess() {
  const std::filesystem::directory_iterator threads("/proc/self/task");
  return std::distance(begin(threads), end(threads));
}

TEST(ThreadPool, StartsAndEndsWithoutWork) {
  const int64_t before = ThreadsOfThisProcess();
  for (int i = 0; i < 100; ++i) {
    const ThreadPool pool(4);
    EXPECT_GT(ThreadsOfThisProcess(), before);
  }
  // Not 300 more; those of the last pool may still be listed.
  EXPECT_LE(ThreadsOfThisProcess(), before + 3);
}

TEST(ThreadPoolDeathTest, TwoCallersAreABug) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        ThreadPool pool(2);
        std::atomic<int> started{0};
        const auto body = [&](int64_t) {  // holds the first loop until the second has begun
          ++started;
          while (started < 3) std::this_thread::yield();
        };
        std::thread first([&] { pool.ForEach(2, body); });
        while (started < 2) std::this_thread::yield();
        pool.ForEach(2, body);
        first.join();
      },
      "two threads start loops");
}

TEST(AvailableCpus, AtLeastOne) { EXPECT_GE(AvailableCpus(), 1); }

}  // namespace
}  // namespace longhaul
