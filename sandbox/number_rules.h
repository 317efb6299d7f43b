// SPDX-License-Identifier: Apache-2.0
//
// Actions by system call number, as a seccomp program: a search tree over the ranges of numbers
// that have one action. The kernel translates a filter anew at each launch, which takes the longer
// the more instructions it has; ranges are far fewer than numbers.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <map>
#include <vector>

namespace longhaul::sandbox {

struct NumberRules {
  std::map<uint32_t, uint32_t> actions;  // SECCOMP_RET_... of a call of x86-64
  uint32_t otherwise;                    // of a call that is not listed
  uint32_t other_abi;                    // of a 32-bit or x32 call
};

std::vector<sock_filter> CompileNumberRules(const NumberRules& rules);

}  // namespace longhaul::sandbox
