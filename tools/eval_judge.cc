// SPDX-License-Identifier: Apache-2.0
//
// longhaul eval-judge: how far a judge model can be trusted, on a labelled file and on the standing
// sets.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>

#include "common/json.h"
#include "reward/genrm/calibration.h"
#include "tools/command.h"
#include "tools/length_bias.h"
#include "tools/local_scoring.h"
#include "tools/new_file.h"
#include "trainer/eval/statistics.h"
#include "trainer/step_config.h"

namespace longhaul::tools {
namespace {

using reward::Verdict;
using reward::genrm::JudgeMode;
using reward::genrm::LabelledCase;

struct Options {
  std::optional<std::string> data;
  std::optional<std::string> out;
  std::string config;
  std::vector<std::string> settings;
  int threads = 0;
  double max_unscorable_frac = trainer::RewardLimits().max_unscorable_frac;
};

// Cases that a judge was asked about and gave no verdict on.
struct Failures {
  std::string of;
  int64_t failed = 0;
  int64_t count = 0;
  std::string first_cause = {};

  // Beyond the share that ends a run; or there is not one verdict, whatever the share.
  Status Check(double max_frac) const {
    const double frac =
        static_cast<double>(failed) / static_cast<double>(std::max<int64_t>(1, count));
    if (failed == 0 || (frac <= max_frac && failed < count)) return OkStatus();
    return FailedPrecondition(
        "{}: the judge gave no verdict on {} of {} cases ({:.0f}%; --max-unscorable-frac is "
        "{:.0f}%): {}",
        of, failed, count, 100 * frac, 100 * max_frac, first_cause);
  }
};

constexpr const char* kModeNames[] = {"grade", "pairwise", "equivalence"};

std::string Share(double hits, double count) {
  const trainer::Interval interval = trainer::WilsonInterval(hits, count);
  return fmt::format("{:.3f}   95% interval [{:.3f}, {:.3f}], {} cases", hits / count, interval.low,
                     interval.high, count);
}

void PrintAccuracy(const std::vector<LabelledCase>& cases, const std::vector<Verdict>& verdicts) {
  for (int mode = 0; mode < 3; ++mode) {
    double count = 0, hits = 0, accepted_wrong = 0, wrong = 0, refused_right = 0, right = 0;
    for (size_t i = 0; i < cases.size(); ++i) {
      if (static_cast<int>(cases[i].mode) != mode || !verdicts[i].scorable) continue;
      const bool agrees = reward::genrm::Agrees(cases[i], verdicts[i]);
      count += 1;
      hits += agrees;
      (cases[i].label > 0.5 ? right : wrong) += 1;
      (cases[i].label > 0.5 ? refused_right : accepted_wrong) += !agrees;
    }
    if (count == 0) continue;
    fmt::print("{:<12} accuracy {}\n", kModeNames[mode], Share(hits, count));
    if (mode == static_cast<int>(JudgeMode::kPairwise)) continue;
    fmt::print("{:<12} wrong ones accepted {:.0f} of {:.0f}, right ones refused {:.0f} of {:.0f}\n",
               "", accepted_wrong, wrong, refused_right, right);
  }
}

// What the judge gave too much, score minus label, with the candidate's length: unrelated for a
// judge that does not care, whatever right answers are like.
void PrintLengthBias(const std::vector<LabelledCase>& cases, const std::vector<Verdict>& verdicts) {
  std::vector<std::pair<double, double>> pairs;
  double flips = 0, comparisons = 0;
  for (size_t i = 0; i < cases.size(); ++i) {
    if (!verdicts[i].scorable) continue;
    if (verdicts[i].flipped.has_value()) {
      comparisons += 1;
      flips += *verdicts[i].flipped;
    }
    const double other =
        cases[i].mode == JudgeMode::kPairwise ? static_cast<double>(cases[i].reference.size()) : 0;
    pairs.emplace_back(verdicts[i].score - cases[i].label,
                       static_cast<double>(cases[i].candidate.size()) - other);
  }
  fmt::print("length bias  {}\n", DescribeLengthBias(pairs));
  if (comparisons > 0) fmt::print("order        winner flips {}\n", Share(flips, comparisons));
}

// Candidates of one group: what is gained when the judge chooses, and what a perfect one would
// gain.
void PrintBestOfN(const std::vector<LabelledCase>& cases, const std::vector<Verdict>& verdicts) {
  struct Group {
    double best_score = -1, chosen = 0, chosen_right = 0, count = 0, right = 0;
  };
  std::map<std::string, Group> groups;
  for (size_t i = 0; i < cases.size(); ++i) {
    const bool counts = cases[i].mode != JudgeMode::kPairwise && !cases[i].group.empty();
    if (!counts || !verdicts[i].scorable) continue;
    Group& group = groups[cases[i].group];
    group.count += 1;
    group.right += cases[i].label;
    if (verdicts[i].score > group.best_score) {
      group.best_score = verdicts[i].score;
      group.chosen = group.chosen_right = 0;
    }
    if (verdicts[i].score == group.best_score) {
      group.chosen += 1;
      group.chosen_right += cases[i].label;
    }
  }
  double best_of_n = 0, pass_at_n = 0, mean = 0, size = 0;
  for (const auto& [name, group] : groups) {
    best_of_n += group.chosen_right / group.chosen;
    pass_at_n += group.right > 0;
    mean += group.right / group.count;
    size += group.count;
  }
  if (groups.empty()) return;
  const double n = static_cast<double>(groups.size());
  fmt::print(
      "best of N    {:.3f} chosen by the judge, {:.3f} pass@N, {:.3f} at random: gap {:.3f} ({} "
      "groups of {:.1f})\n",
      best_of_n / n, pass_at_n / n, mean / n, (pass_at_n - best_of_n) / n, groups.size(), size / n);
}

Status WriteVerdicts(const std::string& path, const std::vector<LabelledCase>& cases,
                     const std::vector<Verdict>& verdicts) {
  std::string text;
  for (size_t i = 0; i < cases.size(); ++i) {
    Json line = Json::Object();
    line.Set("case", static_cast<int64_t>(i))
        .Set("mode", kModeNames[static_cast<int>(cases[i].mode)]);
    line.Set("status", verdicts[i].scorable ? "ok" : "unscorable");
    line.Set("score", verdicts[i].score).Set("label", cases[i].label);
    line.Set("agrees", reward::genrm::Agrees(cases[i], verdicts[i]));
    line.Set("detail", verdicts[i].detail);
    text += line.ToString() + "\n";
  }
  return WriteNewFile(path, text);
}

StatusOr<Failures> JudgeData(const Options& options, const reward::genrm::Judge& judge,
                             const std::vector<LabelledCase>& cases) {
  const std::vector<Verdict> verdicts = reward::genrm::JudgeCases(judge, cases, {});
  Failures failures = {.of = *options.data, .count = static_cast<int64_t>(cases.size())};
  for (const Verdict& verdict : verdicts) {
    if (verdict.scorable) continue;
    if (failures.failed++ == 0) failures.first_cause = verdict.detail;
  }
  fmt::print("{}: {} cases, {} without a verdict\n", *options.data, cases.size(), failures.failed);
  if (failures.failed > 0) fmt::print("  the first of them: {}\n", failures.first_cause);
  PrintAccuracy(cases, verdicts);
  PrintLengthBias(cases, verdicts);
  PrintBestOfN(cases, verdicts);
  std::fflush(stdout);
  if (options.out.has_value()) RETURN_IF_ERROR(WriteVerdicts(*options.out, cases, verdicts));
  return failures;
}

Failures JudgeStandingSets(const reward::genrm::Judge& judge) {
  Failures failures = {.of = "standing sets"};
  fmt::print("standing sets\n");
  for (const auto& measure : reward::genrm::Calibrate(judge, reward::genrm::BuiltInSets(), {})) {
    const std::string value =
        measure.count > 0 ? fmt::format("{:+.3f}", measure.value) : std::string("n/a");
    fmt::print("  {:<24} {:>6}   {} judgements\n", measure.name, value, measure.count);
    if (measure.name != "unscorable_rate") continue;
    failures.count = measure.count;
    failures.failed = std::llround(measure.value * static_cast<double>(measure.count));
    failures.first_cause = measure.detail;
    if (failures.failed > 0) fmt::print("  the first without a verdict: {}\n", measure.detail);
  }
  return failures;
}

StatusOr<Outcome> EvalJudge(const Options& options) {
  ASSIGN_OR_RETURN(const ScoringConfig config, ReadScoringConfig(options.config, options.settings));
  std::vector<LabelledCase> cases;
  if (options.data.has_value()) {
    ASSIGN_OR_RETURN(cases, reward::genrm::ReadLabelledCases(*options.data));
  }
  if (options.out.has_value()) RETURN_IF_ERROR(CheckNewFile(*options.out));
  ASSIGN_OR_RETURN(const auto judge, MakeJudge(config.reward.genrm, options.threads));
  fmt::print("judge {}, {}\n", judge->client().name(), judge->State().description());
  std::fflush(stdout);  // judging may take long
  Failures of_data;
  if (!cases.empty()) {
    ASSIGN_OR_RETURN(of_data, JudgeData(options, *judge, cases));
  }
  const Failures of_sets = JudgeStandingSets(*judge);
  RETURN_IF_ERROR(of_data.Check(options.max_unscorable_frac));
  RETURN_IF_ERROR(of_sets.Check(options.max_unscorable_frac));
  return Outcome::kDone;
}

}  // namespace

void AddEvalJudge(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("eval-judge", "Accuracy, bias and best-of-N gap of a judge model");
  command->footer(
      "Example:\n"
      "  longhaul eval-judge --data cases.jsonl genrm.endpoint=http://127.0.0.1:8000/v1 "
      "genrm.model=judge genrm.sampling.num_samples=3\n"
      "  longhaul eval-judge genrm.model_path=models/judge\n"
      "docs/judges.md describes the file. Without one only the standing sets are judged.\n"
      "Exit code 1: no verdict at all, or on more cases than --max-unscorable-frac none.");
  CLI::Option* data = command->add_option("--data", options->data, "Labelled cases, JSONL");
  command->add_option("--out", options->out, "New file for the verdicts on them, JSONL")
      ->needs(data);
  command->add_option("--config", options->config, "YAML with settings, as of reward-server");
  command
      ->add_option("--max-unscorable-frac", options->max_unscorable_frac,
                   "Share of cases that may stay without a verdict; a run's default: 0.1")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--threads", options->threads, "Of a judge in this process; 0: all")
      ->check(CLI::Range(0, 1024));
  command->add_option("SETTINGS", options->settings, "genrm.key=value, over the file");
  command->callback([options, &chosen] { chosen = [options] { return EvalJudge(*options); }; });
}

}  // namespace longhaul::tools
