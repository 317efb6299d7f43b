// SPDX-License-Identifier: Apache-2.0
//
// Orders in which sequence kernels walk a tree of segments, and gathers along its paths.
#pragma once

#include <vector>

#include "kernels/cpu/pack_rows.h"
#include "kernels/segments.h"

namespace longhaul::kernels {

// levels[d] holds the segments with d ancestors, ascending.
std::vector<std::vector<int32_t>> SegmentLevels(Segments segments);

// families[s] holds s and all segments below it, ascending.
std::vector<std::vector<int32_t>> SegmentFamilies(Segments segments);

enum class PackOrder { kRows, kColumns };

// Packs the rows of the path of segment `index` with positions in [begin, end): out row (or column,
// transposed) p - begin is path position p. `args` names row 0 of the packed run in `rows`; its
// count is not read.
struct PathRange {
  int32_t index = 0;
  int64_t begin = 0;
  int64_t end = 0;
};
void PackPath(Segments segments, PathRange range, PackOrder order, cpu::PackArgs args);

}  // namespace longhaul::kernels
