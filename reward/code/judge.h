// SPDX-License-Identifier: Apache-2.0
//
// How a solution is judged, by the form of its tests. Programs never see what is expected of them:
// it is compared here, or in a jail into which no solution comes.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "common/status.h"
#include "reward/code/code_options.h"
#include "reward/code/code_tests.h"
#include "reward/code/sandbox_client.h"
#include "reward/scorer.h"

namespace longhaul::reward {

// Tests whose special judge is known to accept the expected output, by a hash of the judge and the
// test: a function of the task alone. Thread-safe; forgets everything when it is full.
class ProvenJudges {
 public:
  bool Contains(uint64_t test) const;
  void Insert(uint64_t test);

 private:
  static constexpr size_t kMaxTests = 1 << 20;
  mutable std::mutex mutex_;
  std::unordered_set<uint64_t> tests_;  // guarded by mutex_
};

struct JudgeArgs {
  const CodeTests& tests;
  const CodeOptions& options;
  std::string_view solution;
  const SandboxClient& sandbox;
  const ScoringCall& call;
  ProvenJudges& proven_judges;
};

// What became of each test. Tests that were not run because one before had failed are missing.
struct TestResults {
  size_t passed = 0;
  std::string first_failure;  // which test, and why
  bool failed() const { return !first_failure.empty(); }
  void Fail(size_t test, std::string_view why);
};

// A Status is a failure of ours: the response is unscorable.
StatusOr<TestResults> JudgePrograms(const JudgeArgs& args);
StatusOr<TestResults> JudgeCalls(const JudgeArgs& args);
StatusOr<TestResults> JudgeAssertions(const JudgeArgs& args);

}  // namespace longhaul::reward
