// SPDX-License-Identifier: Apache-2.0
//
// The server of calls: what loads a judged program in its jail and answers calls of it
// (reward/code/harness/call_server.py, cpp_call_server.h), a line of standard input and a line of
// descriptor 3 each. What is expected is not there, and no call is before those ahead of it have
// been answered, so what it says is only ever its own answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "reward/code/judge.h"

namespace longhaul::reward {

// The judged program behind a server, without calls and limits.
proto::ExecuteRequest ServerRequest(const JudgeArgs& args);

// One a call, in order, as far as the program came, unchecked. When it did not answer all, `ending`
// says why.
struct CallReplies {
  std::vector<std::string> replies;
  std::string ending;
};

// Of a Python program. `calls`: one line of JSON each. `expected_bytes`: what right
// answers take, as far as that is known.
StatusOr<CallReplies> RunCalls(const JudgeArgs& args, const std::vector<std::string>& calls,
                               int64_t expected_bytes);

// What was written to descriptor 3: the first `count` lines, at most, and no part of one.
std::vector<std::string> ParseReplies(std::string_view channel, size_t count);

}  // namespace longhaul::reward
