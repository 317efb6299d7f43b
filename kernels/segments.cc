// SPDX-License-Identifier: Apache-2.0
#include "kernels/segments.h"

#include <algorithm>

#include "common/check.h"

namespace longhaul::kernels {

std::vector<PathRun> PathRows(Segments segments, int32_t index, int64_t begin, int64_t end) {
  std::vector<PathRun> runs;
  for (int32_t s = index; s >= 0; s = segments[s].parent) {
    const Segment& segment = segments[s];
    const int64_t first = std::max(begin, segment.position);
    const int64_t last = std::min(end, segment.position + segment.length);
    if (first < last) {
      runs.push_back({segment.start + first - segment.position, first, last - first});
    }
    if (segment.position <= begin) break;
  }
  std::reverse(runs.begin(), runs.end());
  return runs;
}

void CheckSegments(Segments segments, int64_t num_tokens) {
  int64_t next = 0;
  for (size_t i = 0; i < segments.size(); ++i) {
    const Segment& s = segments[i];
    CHECK_EQ(s.start, next) << "segment " << i;
    CHECK_GE(s.length, 1) << "segment " << i;
    CHECK(s.parent >= -1 && s.parent < static_cast<int32_t>(i)) << "segment " << i;
    const int64_t position =
        s.parent < 0 ? 0 : segments[s.parent].position + segments[s.parent].length;
    CHECK_EQ(s.position, position) << "segment " << i;
    next += s.length;
  }
  CHECK_EQ(next, num_tokens);
}

}  // namespace longhaul::kernels
