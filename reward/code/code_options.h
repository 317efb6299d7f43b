// SPDX-License-Identifier: Apache-2.0
//
// Options of a programming task, beside its tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"
#include "reward/code/text_comparison.h"

namespace longhaul::reward {

enum class CodeScore { kAll, kFraction };

// A program that says whether an output is right, where many are. It is run with the paths of three
// files, input, output and expected output (testlib's order), and exits with 0: right,
// anything else: wrong. That counts only from a judge that accepts the expected output of the same
// test; else the judge is at fault.
struct SpecialJudge {
  std::string language = "cpp";
  std::string source;
};

struct CodeOptions {
  std::string language = "python";
  TextComparator comparator = TextComparator::kLines;
  Tolerance tolerance;  // of "float", and of floats that calls return
  std::optional<SpecialJudge> judge;
  CodeScore score = CodeScore::kAll;
  int64_t time_limit_ms = 5000;  // of CPU time, for each test
  int64_t memory_bytes = 512ll << 20;
  int64_t max_tests = 0;  // 0: all
};

std::vector<std::string_view> CodeOptionKeys();

// InvalidArgument names the option and what it may be.
StatusOr<CodeOptions> ParseCodeOptions(const Json& options);

}  // namespace longhaul::reward
