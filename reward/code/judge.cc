// SPDX-License-Identifier: Apache-2.0
#include "reward/code/judge.h"

#include <fmt/format.h>

namespace longhaul::reward {

bool ProvenJudges::Contains(uint64_t test) const {
  const std::lock_guard lock(mutex_);
  return tests_.contains(test);
}

void ProvenJudges::Insert(uint64_t test) {
  const std::lock_guard lock(mutex_);
  if (tests_.size() >= kMaxTests) tests_.clear();
  tests_.insert(test);
}

void TestResults::Fail(size_t test, std::string_view why) {
  if (failed()) return;
  first_failure = fmt::format("test {}: {}", test + 1, why);
}

}  // namespace longhaul::reward
