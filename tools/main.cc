// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "common/file.h"
#include "tools/command.h"
#include "tools/failure_handlers.h"
#include "tools/stop_signals.h"

namespace longhaul::tools {
namespace {

constexpr int kError = 1;
constexpr int kUsage = 2;
constexpr int kProgramFailed = 3;

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
  AddScore(app, chosen);
  AddSandbox(app, chosen);
  AddSandboxServer(app, chosen);
  AddBench(app, chosen);
  AddEvalJudge(app, chosen);
  AddRewardServer(app, chosen);
}

const CLI::App* FindCommand(const CLI::App& group, std::string_view word) {
  const std::function<bool(const CLI::App*)> named = [word](const CLI::App* command) {
    return command->get_name() == word;
  };
  const auto found = group.get_subcommands(named);
  return found.empty() ? nullptr : found[0];
}

void PrintUnknownCommand(const CLI::App& group, const std::string& words) {
  const std::function<bool(const CLI::App*)> every = [](const CLI::App*) { return true; };
  std::string names;
  for (const CLI::App* command : group.get_subcommands(every))
    names += (names.empty() ? "" : ", ") + command->get_name();
  std::fprintf(stderr, "error: no command '%s'; there are %s\n", words.c_str(), names.c_str());
}

// CLI11 calls a misspelt command a missing one. False, and said, when a word that must name a
// command of `longhaul` or of a group of commands names none.
bool CommandsAreKnown(const CLI::App& app, int argc, char** argv) {
  const CLI::App* group = &app;
  std::string words;
  for (int i = 1; i < argc && group->get_require_subcommand_min() > 0; ++i) {
    if (argv[i][0] == '-') return true;
    words += (words.empty() ? "" : " ") + std::string(argv[i]);
    const CLI::App* command = FindCommand(*group, argv[i]);
    if (command == nullptr) {
      PrintUnknownCommand(*group, words);
      return false;
    }
    group = command;
  }
  return true;
}

// Of a write that failed earlier the cause is no longer known.
Status FlushOutput() {
  if (std::fflush(stdout) != 0) return ErrnoStatus(errno, "writing", "standard output");
  if (std::ferror(stdout) == 0) return OkStatus();
  return DataLoss("writing standard output failed: a part of the output is missing");
}

int Run(const Action& action) {
  StatusOr<Outcome> outcome = action();
  if (const Status written = FlushOutput(); !written.ok() && outcome.ok()) outcome = written;
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
      return kInterruptedExitCode;
    case Outcome::kProgramFailed:
      return kProgramFailed;
  }
  return kError;
}

int Main(int argc, char** argv) {
  InstallFailureHandlers();
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
  if (!CommandsAreKnown(app, argc, argv)) return kUsage;
  // A file over the size limit is an error of that write, which names the file, and no death.
  signal(SIGXFSZ, SIG_IGN);
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
