// SPDX-License-Identifier: Apache-2.0
//
// longhaul inspect: what a configuration, a set of weights or a checkpoint holds, and proofs about
// a model.
#include "tools/inspect.h"

#include "tools/command.h"

namespace longhaul::tools {

void AddInspect(CLI::App& app, Action& chosen) {
  CLI::App* inspect = app.add_subcommand(
      "inspect", "Look inside configurations, weights and checkpoints; prove exactness");
  inspect->footer("Example:\n  longhaul inspect weights runs/quickstart/export");
  inspect->require_subcommand(1);
  AddInspectConfig(*inspect, chosen);
  AddInspectKeys(*inspect, chosen);
  AddInspectWeights(*inspect, chosen);
  AddInspectCheckpoint(*inspect, chosen);
  AddInspectParity(*inspect, chosen);
  AddInspectExactness(*inspect, chosen);
}

}  // namespace longhaul::tools
