// SPDX-License-Identifier: Apache-2.0
//
// The subjects of `longhaul inspect`, one file each.
#pragma once

#include "tools/command.h"

namespace longhaul::tools {

void AddInspectConfig(CLI::App& inspect, Action& chosen);
void AddInspectKeys(CLI::App& inspect, Action& chosen);
void AddInspectWeights(CLI::App& inspect, Action& chosen);
void AddInspectCheckpoint(CLI::App& inspect, Action& chosen);
void AddInspectParity(CLI::App& inspect, Action& chosen);
void AddInspectExactness(CLI::App& inspect, Action& chosen);

}  // namespace longhaul::tools
