// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sandbox/execution.h"
#include "sandbox/guest_program.h"
#include "sandbox/toolchain.h"

namespace longhaul::sandbox {

// A program ready to run.
struct BuiltProgram {
  const Program* program;
  const Toolchain* toolchain;
  std::string product_path;  // on this host; empty for languages that are not compiled
};

// What one run of it is to a jail. The run outlives it.
GuestProgram MakeGuestProgram(const BuiltProgram& built, const ProgramRun& run);

}  // namespace longhaul::sandbox
