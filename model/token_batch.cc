// SPDX-License-Identifier: Apache-2.0
#include "model/token_batch.h"

#include "common/check.h"

namespace longhaul::model {

int32_t TokenBatch::AddSegment(std::span<const int32_t> tokens, int32_t parent) {
  CHECK(!tokens.empty());
  CHECK(parent >= -1 && parent < static_cast<int32_t>(segments.size()));
  kernels::Segment segment;
  segment.start = num_tokens();
  segment.length = static_cast<int64_t>(tokens.size());
  segment.parent = parent;
  if (parent >= 0) segment.position = segments[parent].position + segments[parent].length;
  token_ids.insert(token_ids.end(), tokens.begin(), tokens.end());
  segments.push_back(segment);
  return static_cast<int32_t>(segments.size()) - 1;
}

void TokenBatch::AddTargets(int32_t segment, int64_t first) {
  CHECK(segment >= 0 && segment < static_cast<int32_t>(segments.size()));
  const kernels::Segment& s = segments[segment];
  CHECK_GE(first, 0);
  CHECK(first > 0 || s.parent >= 0) << "the first token of a root has nothing before it";
  for (int64_t offset = first; offset < s.length; ++offset) {
    int64_t row = s.start + offset - 1;
    if (offset == 0) row = segments[s.parent].start + segments[s.parent].length - 1;
    rows.push_back(static_cast<int32_t>(row));
    targets.push_back(token_ids[s.start + offset]);
  }
}

}  // namespace longhaul::model
