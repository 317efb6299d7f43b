// SPDX-License-Identifier: Apache-2.0
//
// longhaul inspect config: a run's YAML as it will be used, checked, with the plan it amounts to.
#include "tools/inspect.h"
#include "tools/run_config.h"
#include "tools/run_plan.h"

namespace longhaul::tools {
namespace {

struct Options {
  std::string path;
  std::vector<std::string> overrides;
};

StatusOr<Outcome> InspectConfig(const Options& options) {
  ASSIGN_OR_RETURN(const LoadedRun run, LoadRun(options.path, options.overrides));
  fmt::print("{}\n", PrintConfig(*run.config, ConfigComments::kPrinted));
  for (const std::string& line : DescribeRun(run)) fmt::print("# {}\n", line);
  return Outcome::kDone;
}

}  // namespace

void AddInspectConfig(CLI::App& inspect, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      inspect.add_subcommand("config", "Check a run's YAML; print it resolved, with its plan");
  command->footer(
      "Example:\n  longhaul inspect config configs/quickstart.yaml trainer.max_steps=20");
  command->add_option("RUN_YAML", options->path, "Configuration of a run")->required();
  command->add_option("OVERRIDES", options->overrides, "section.key=value ...");
  command->callback([options, &chosen] { chosen = [options] { return InspectConfig(*options); }; });
}

}  // namespace longhaul::tools
