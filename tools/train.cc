// SPDX-License-Identifier: Apache-2.0
//
// longhaul train and longhaul sft: a run from its YAML to its exported model.
#include <cstdio>

#include "common/logging.h"
#include "tools/command.h"
#include "tools/embedded_run.h"
#include "tools/export_model.h"
#include "tools/run_directory.h"
#include "tools/run_files.h"
#include "tools/run_plan.h"
#include "tools/run_summary.h"
#include "tools/stop_signals.h"

namespace longhaul::tools {
namespace {

struct Options {
  std::string path;
  std::vector<std::string> overrides;
};

std::string ExportDir(const LoadedRun& run) { return JoinPath(run.run_dir, "export"); }

Status ExportRun(const LoadedRun& run, EmbeddedRun& embedded, RunSummary* summary) {
  if (!run.config->export_section.at_end) return OkStatus();
  const std::string out = ExportDir(run);
  ASSIGN_OR_RETURN(const ExportReport report,
                   ExportModel(embedded.stream(), {.config = &run.model_config,
                                                   .parameters = &embedded.parameters(),
                                                   .tokenizer = &embedded.tokenizer(),
                                                   .out_dir = out,
                                                   .existing = ExistingExport::kReplace}));
  summary->export_dir = out;
  summary->export_max_logprob_difference = report.max_logprob_difference;
  return OkStatus();
}

StatusOr<Outcome> Train(const Options& options, Phases phases) {
  StopSignals stop;
  stop.LeaveAtOnce("stopped before the run went on: nothing was to be saved");
  signal(SIGPIPE, SIG_IGN);  // nobody reads the log any more: the run goes on
  const model::MemoryLine program = ProgramMemory();
  ASSIGN_OR_RETURN(LoadedRun run, LoadRun(options.path, options.overrides));
  if (phases == Phases::kSftOnly && !run.config->trainer.sft) {
    return run.source.Error("sft", "`longhaul sft` needs this section");
  }
  RETURN_IF_ERROR(CheckMemory(PlanRunMemory(run)));
  ASSIGN_OR_RETURN(const RunDirectory directory, RunDirectory::Open(run));
  if (run.config->export_section.at_end)
    RETURN_IF_ERROR(CheckExportPlace(ExportDir(run), ExistingExport::kReplace));
  RETURN_IF_ERROR(PrepareRunFiles(run));
  ASSIGN_OR_RETURN(const auto embedded, EmbeddedRun::Create(run, phases, &stop.requested()));
  RETURN_IF_ERROR(WriteRunConfig(run));
  for (const std::string& line : DescribeRun(run)) LogInfo("{}", line);
  std::vector<model::MemoryLine> plan = PlanAround(program, *run.config);
  const std::vector<model::MemoryLine> model_plan = embedded->memory_plan();
  plan.insert(plan.end(), model_plan.begin(), model_plan.end());
  for (const std::string& line : DescribeMemory(plan)) LogInfo("{}", line);

  stop.LeaveInOrder();  // with a checkpoint
  ASSIGN_OR_RETURN(const trainer::RunResult result, embedded->Run());
  stop.LeaveAtOnce("stopped after the last step: the same command writes what is missing");
  if (result.end == trainer::RunEnd::kInterrupted) {
    LogInfo("interrupted: state saved in {}; the same command continues", result.last_checkpoint);
    return Outcome::kInterrupted;
  }
  RunSummary summary;
  summary.result = result;
  if (!run.config->trainer.eval.sets.empty()) {
    summary.first_eval_set = run.config->trainer.eval.sets.front().name;
  }
  RETURN_IF_ERROR(ExportRun(run, *embedded, &summary));
  RETURN_IF_ERROR(WriteSummary(run.run_dir, summary));
  PrintSummary(run.run_dir, summary);
  return Outcome::kDone;
}

void AddRunCommand(CLI::App& app, Action& chosen, const char* name, Phases phases) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      name, phases == Phases::kAll
                ? "Train: cold start where configured, then reinforcement learning"
                : "Supervised training alone (section sft)");
  command->footer(fmt::format(
      "Example:\n  longhaul {} configs/quickstart.yaml run.seed=2 output.dir=runs/second\n"
      "A run that was stopped or killed continues where its last checkpoint stands when the "
      "command is given again.\n"
      "SIGINT (Ctrl-C) and SIGTERM save a checkpoint (generation is cut short, the updates of a "
      "step are finished) and end with exit code {}, before the first "
      "step at once; another one, a second or more after, does not wait for the checkpoint.",
      name, kInterruptedExitCode));
  command->add_option("RUN_YAML", options->path, "Configuration of the run")->required();
  command->add_option("OVERRIDES", options->overrides, "section.key=value ...");
  command->callback([options, phases, &chosen] {
    chosen = [options, phases] { return Train(*options, phases); };
  });
}

}  // namespace

void AddTrain(CLI::App& app, Action& chosen) { AddRunCommand(app, chosen, "train", Phases::kAll); }
void AddSft(CLI::App& app, Action& chosen) { AddRunCommand(app, chosen, "sft", Phases::kSftOnly); }

}  // namespace longhaul::tools
