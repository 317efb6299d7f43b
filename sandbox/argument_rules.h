// SPDX-License-Identifier: Apache-2.0
//
// Rules on arguments of system calls, as instructions that go before a filter of call numbers. The
// kernel reads these arguments as 32 bits, so only their low halves are compared: a rule on all 64
// could be passed by setting a bit that is ignored (CVE-2019-10063).
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace longhaul::sandbox {

struct ArgumentRule {
  enum class Refuse { kListed, kUnlisted, kAnyBit };

  std::vector<int> calls;
  int argument;
  Refuse refuse;
  std::vector<uint32_t> values;  // kAnyBit: one, a mask
  int error;                     // 0: the call succeeds without being done
  // Only where this other argument has this value; -1: always.
  int where_argument = -1;
  uint32_t where_value = 0;
};

// Instructions that return the error of the first rule that refuses, and otherwise run into what
// comes after them. Calls by another architecture pass on to that as well.
std::vector<sock_filter> CompileArgumentRules(const std::vector<ArgumentRule>& rules);

}  // namespace longhaul::sandbox
