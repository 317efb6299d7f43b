// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace longhaul::tools {

// Makes what only libraries meet (no memory, no more threads, an exception) end the process with
// one "error: " line and exit code 1, wherever and in whatever thread it happens. Our libraries are
// compiled without exceptions: one that passed through them would leave locks held and a process
// that waits for them for ever. Called once, at the start of main.
void InstallFailureHandlers();

}  // namespace longhaul::tools
