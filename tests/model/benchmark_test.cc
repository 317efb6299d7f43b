// SPDX-License-Identifier: Apache-2.0
#include "model/benchmark.h"

#include <gtest/gtest.h>

#include "common/thread_pool.h"

namespace longhaul::model {
namespace {

// Lengths that end off the grid of chunks.
TEST(TreeBenchmarkTest, TreeGradientIsThatOfFullSequences) {
  ThreadPool pool(2);
  kernels::Stream stream(&pool);
  for (const std::string& name : TreeBenchmarkNames()) {
    const TreeBenchmarkResult result =
        RunTreeBenchmark(stream, name, {.trunk = 77, .branches = 3, .branch = 41});
    EXPECT_GT(result.tree_seconds, 0) << name;
    EXPECT_LE(result.gradient_difference, 1e-6) << name;
  }
}

TEST(TreeBenchmarkTest, FilterChoosesByName) {
  EXPECT_TRUE(RunTreeBenchmarks("no such benchmark", 1).empty());
}

}  // namespace
}  // namespace longhaul::model
