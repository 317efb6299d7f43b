// SPDX-License-Identifier: Apache-2.0
//
// Segments: what every sequence kernel computes on. A packed run of tokens is cut into segments,
// each with an optional parent; a segment continues its parent as if the parent's tokens (and its
// ancestors') stood before it. A prompt and its G responses are one trunk with G children; a plain
// packed batch has no parents.
//
// By definition each segment's result is that of the plain sequence "ancestors, then segment", bit
// for bit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace longhaul::kernels {

struct Segment {
  int64_t start = 0;     // first token in the packed run
  int64_t length = 0;    // tokens, at least 1
  int32_t parent = -1;   // index of an earlier segment, -1 for a root
  int64_t position = 0;  // path position of its first token: 0 for a root, else the parent's end
};

using Segments = std::span<const Segment>;

// A stretch of consecutive rows of the packed run that lie on one path, in path order.
struct PathRun {
  int64_t row = 0;       // first row in the packed run
  int64_t position = 0;  // its path position
  int64_t length = 0;
};

// The rows on the path of segment `index` whose path positions lie in [begin, end), in path order.
// `end` may reach into the segment itself.
std::vector<PathRun> PathRows(Segments segments, int32_t index, int64_t begin, int64_t end);

// Stops the process unless starts are contiguous from 0, parents come first and positions follow
// parents.
void CheckSegments(Segments segments, int64_t num_tokens);

}  // namespace longhaul::kernels
