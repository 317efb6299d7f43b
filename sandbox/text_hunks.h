// SPDX-License-Identifier: Apache-2.0
//
// The hunks of a changed text in the unified format, from the first "@@" on. Those of a text with
// one side only are written here; two sides are compared by diff(1) in a jail of its own, since
// both may be hostile, and made to take whatever time and memory they can.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "common/status.h"
#include "sandbox/git_patch.h"
#include "sandbox/jail.h"

namespace longhaul::sandbox {

struct TextHunksArgs {
  Jail* jail;
  const RunContext* context;
  std::chrono::steady_clock::time_point until;  // when no comparison is begun any more
  int64_t bytes_max;
};

// FailedPrecondition: this host has no diff.
Status CheckTextHunks();

// Of a change that is not binary; empty: its contents are equal. nullopt: they would be too long,
// or take more time or memory than one file may have. Cancelled, DeadlineExceeded: of the context.
StatusOr<std::optional<std::string>> TextHunks(const GitChange& change, const TextHunksArgs& args);

}  // namespace longhaul::sandbox
