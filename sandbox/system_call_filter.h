// SPDX-License-Identifier: Apache-2.0
//
// The system call filter of a guest, as a seccomp program for the kernel.
//
// A call that is not listed gets ENOSYS, so that C libraries fall back as on an older kernel; what
// is known and denied gets EPERM; what needs not be done is told to be done; a call by another ABI
// (32-bit, x32) kills the process. clone3 gets ENOSYS, because its flags lie in memory where a
// filter cannot see them; clone is checked instead.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace longhaul::sandbox {

enum class FilterProfile { kJudge, kWorkspace };

// Whether memory that belongs to no process (memfd, System V shared memory) is charged to the
// guest. Where nothing would notice it, it is denied.
enum class HiddenMemory { kCharged, kDenied };

std::vector<sock_filter> BuildSystemCallFilter(FilterProfile profile, HiddenMemory hidden_memory);

}  // namespace longhaul::sandbox
