// SPDX-License-Identifier: Apache-2.0
//
// Times a training step on a token tree against the same sequences each in full, and compares the
// gradients of the two.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/stream.h"

namespace longhaul::model {

struct TreeShape {
  int64_t trunk = 2048;  // tokens
  int64_t branches = 8;
  int64_t branch = 256;  // tokens of each
};

struct TreeBenchmarkResult {
  std::string name;
  std::string shape;
  // Forward, log-probs of every branch token and backward, in seconds; the least of the timed
  // steps.
  double tree_seconds = 0;
  double full_seconds = 0;
  // Norm of the difference of the gradients over the norm of the gradient.
  double gradient_difference = 0;
};

TreeBenchmarkResult RunTreeBenchmark(kernels::Stream& stream, std::string_view name,
                                     const TreeShape& shape);

// The models it knows, random in their weights: "tree.hybrid" is of the quickstart's size,
// "tree.hybrid-256" and "tree.softmax-256" have 4 layers of 256.
std::vector<std::string> TreeBenchmarkNames();

// Every benchmark whose name holds `filter`, on `threads` threads.
std::vector<TreeBenchmarkResult> RunTreeBenchmarks(std::string_view filter, int threads);

}  // namespace longhaul::model
