// SPDX-License-Identifier: Apache-2.0
//
// Trees of segments, and what tests of sequence kernels do with them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "common/random.h"
#include "kernels/segments.h"
#include "kernels/tensor.h"

namespace longhaul::testing {

struct TreeNode {
  int64_t length;
  int32_t parent;
};

inline std::vector<kernels::Segment> MakeSegments(const std::vector<TreeNode>& nodes) {
  std::vector<kernels::Segment> segments;
  int64_t start = 0;
  for (const TreeNode& node : nodes) {
    const int64_t position =
        node.parent < 0 ? 0 : segments[node.parent].position + segments[node.parent].length;
    segments.push_back({start, node.length, node.parent, position});
    start += node.length;
  }
  return segments;
}

inline int64_t TokensOf(const std::vector<kernels::Segment>& segments) {
  return segments.back().start + segments.back().length;
}

// Packed rows, branches inside and on chunk boundaries, grandchildren, single tokens.
struct TreeCase {
  std::string name;
  std::vector<TreeNode> nodes;
};
inline std::vector<TreeCase> TreeCases() {
  return {{"single", {{1, -1}}},
          {"packed", {{37, -1}, {1, -1}, {70, -1}}},
          {"trunk", {{21, -1}, {13, 0}, {1, 0}, {30, 0}}},
          {"boundary", {{64, -1}, {64, 0}, {5, 0}, {16, 1}}},
          {"deep", {{3, -1}, {2, 0}, {1, 1}, {9, 2}, {70, 2}, {4, -1}, {66, 0}, {1, 3}, {2, 3}}}};
}

// Packed rows of the path that ends with segment `index`.
inline std::vector<int64_t> PathTokens(const std::vector<kernels::Segment>& segments,
                                       int32_t index) {
  const int64_t end = segments[index].position + segments[index].length;
  std::vector<int64_t> rows;
  for (const kernels::PathRun& run : kernels::PathRows(segments, index, 0, end)) {
    for (int64_t i = 0; i < run.length; ++i) rows.push_back(run.row + i);
  }
  return rows;
}

// Rows (dimension 0) of a tensor.
inline kernels::Tensor TakeRows(const TensorView& x, const std::vector<int64_t>& rows) {
  Shape shape{static_cast<int64_t>(rows.size())};
  for (int i = 1; i < x.shape.rank(); ++i) shape.Append(x.dim(i));
  kernels::Tensor y(shape, x.dtype);
  const int64_t bytes = x.bytes() / x.dim(0);
  for (size_t r = 0; r < rows.size(); ++r) {
    std::memcpy(static_cast<char*>(y.mutable_view().data) + r * bytes,
                static_cast<const char*>(x.data) + rows[r] * bytes, bytes);
  }
  return y;
}

// `count` indices below n, spread over it by chance.
inline std::vector<int64_t> SomeIndices(int64_t n, int64_t count, uint64_t seed) {
  RandomSequence random(RandomKey(seed, RandomStream::kTest), 0);
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < count; ++i) indices.push_back(random.Between(0, n - 1));
  return indices;
}

// Fails unless gradient[indices[i]] is expected[i] within `tolerance` of the gradient's scale,
// 0.1 at least.
inline void ExpectGradient(const std::vector<double>& gradient, const std::vector<int64_t>& indices,
                           const std::vector<double>& expected, double tolerance) {
  double square = 0;
  for (const double g : gradient) square += g * g;
  const double rms = std::sqrt(square / static_cast<double>(gradient.size()));
  for (size_t i = 0; i < indices.size(); ++i) {
    const double allowed = tolerance * std::max({std::abs(expected[i]), rms, 0.1});
    EXPECT_NEAR(gradient[indices[i]], expected[i], allowed) << "element " << indices[i];
  }
}

// Fills memory with NaN bit patterns: what a cache that was never written may hold.
inline void FillNan(std::vector<char>* memory) {
  std::memset(memory->data(), 0xff, memory->size());
}

}  // namespace longhaul::testing
