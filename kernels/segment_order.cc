// SPDX-License-Identifier: Apache-2.0
#include "kernels/segment_order.h"

#include "kernels/cpu/isa.h"

namespace longhaul::kernels {

std::vector<std::vector<int32_t>> SegmentLevels(Segments segments) {
  std::vector<std::vector<int32_t>> levels;
  std::vector<size_t> depth(segments.size());
  for (size_t s = 0; s < segments.size(); ++s) {
    depth[s] = segments[s].parent < 0 ? 0 : depth[segments[s].parent] + 1;
    if (levels.size() <= depth[s]) levels.resize(depth[s] + 1);
    levels[depth[s]].push_back(static_cast<int32_t>(s));
  }
  return levels;
}

std::vector<std::vector<int32_t>> SegmentFamilies(Segments segments) {
  std::vector<std::vector<int32_t>> families(segments.size());
  for (int32_t s = 0; s < static_cast<int32_t>(segments.size()); ++s) {
    for (int32_t a = s; a >= 0; a = segments[a].parent) families[a].push_back(s);
  }
  return families;
}

void PackPath(Segments segments, PathRange range, PackOrder order, cpu::PackArgs args) {
  const auto pack = order == PackOrder::kRows
                        ? cpu::Pick(cpu::avx2::PackRows, cpu::avx512::PackRows)
                        : cpu::Pick(cpu::avx2::PackColumns, cpu::avx512::PackColumns);
  const int64_t row_bytes = args.row_stride * (args.storage == cpu::Storage::kF32 ? 4 : 2);
  const int64_t step = order == PackOrder::kRows ? args.out_stride : 1;
  for (const PathRun& run : PathRows(segments, range.index, range.begin, range.end)) {
    cpu::PackArgs part = args;
    part.rows = static_cast<const char*>(args.rows) + run.row * row_bytes;
    part.count = run.length;
    part.out = args.out + (run.position - range.begin) * step;
    pack(part);
  }
}

}  // namespace longhaul::kernels
