// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "tools/command.h"

namespace longhaul::tools {
namespace {

constexpr int kError = 1;
constexpr int kUsage = 2;

void AddCommands(CLI::App& app, Action& chosen) {
  AddTrain(app, chosen);
  AddSft(app, chosen);
  AddEval(app, chosen);
  AddGenerate(app, chosen);
  AddChat(app, chosen);
  AddExport(app, chosen);
  AddInspect(app, chosen);
  AddTokenize(app, chosen);
  AddMakeData(app, chosen);
  AddBench(app, chosen);
}

int Run(const Action& action) {
  const StatusOr<Outcome> outcome = action();
  std::fflush(stdout);
  if (!outcome.ok()) {
    std::fprintf(stderr, "error: %s\n", Message(outcome.status()).c_str());
    return kError;
  }
  switch (*outcome) {
    case Outcome::kDone:
      return 0;
    case Outcome::kFailed:
      return kError;
    case Outcome::kInterrupted:
      return 130;
  }
  return kError;
}

int Main(int argc, char** argv) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    std::fprintf(stderr, "error: this processor has no AVX2 and FMA, which Longhaul needs\n");
    return kError;
  }
  CLI::App app(
      "Longhaul: reinforcement learning of reasoning language models on very long generations",
      "longhaul");
  app.set_version_flag("--version", LONGHAUL_VERSION);
  app.require_subcommand(1);
  Action chosen;
  AddCommands(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return Run(chosen);
}

}  // namespace
}  // namespace longhaul::tools

int main(int argc, char** argv) { return longhaul::tools::Main(argc, argv); }
