// SPDX-License-Identifier: Apache-2.0
//
// Calls of a judged program: one jail loads it and answers them all (reward/code/harness/
// call_server.py, cpp_call_server.h). What is expected of it is not there, so what it says is only
// ever its own answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "reward/code/judge.h"

namespace longhaul::reward {

// One a call, in order, as far as the program came, unchecked. When it did not answer all, `ending`
// says why.
struct CallReplies {
  std::vector<std::string> replies;
  std::string ending;
  int64_t cpu_time_ms = 0;
  int64_t wall_time_ms = 0;
};

// `calls`: one line each, JSON in Python, hexadecimal bytes in C++. `expected_bytes`: what right
// answers take, as far as that is known.
StatusOr<CallReplies> RunCalls(const JudgeArgs& args, const std::vector<std::string>& calls,
                               int64_t expected_bytes);

// The replies in what was written to descriptor 3, at most `count` of them and none behind a gap.
std::vector<std::string> ParseReplies(std::string_view channel, std::string_view nonce,
                                      size_t count);

}  // namespace longhaul::reward
