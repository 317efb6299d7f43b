// SPDX-License-Identifier: Apache-2.0
//
// longhaul score: what a scorer says of a response, with its reasons, or of a file of them.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "common/file.h"
#include "reward/extractors/extractor.h"
#include "reward/math/math_verifier.h"
#include "reward/option_keys.h"
#include "reward/scorer_registry.h"
#include "tools/command.h"

namespace longhaul::tools {
namespace {

using reward::Extractor;
using reward::MathExplanation;
using reward::MathVerifier;
using reward::Scorer;
using reward::ScoringTask;
using reward::Verdict;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string verifier;
  std::string extractor;
  std::string gold;
  std::string pred;
  std::string jsonl;
  std::string options = "{}";
};

// What does not belong to the options of a line.
bool IsRowKey(std::string_view key) {
  for (const char* name : {"gold", "pred", "opts", "extractor", "equal", "source", "category",
                           "contested", "note", "upstream_expects", "math_verify"}) {
    if (key == name) return true;
  }
  return false;
}

struct Row {
  std::string gold;
  std::string pred;
  std::string extractor;
  Json options = Json::Object();
};

// {"gold", "pred", "extractor", "opts": {...}}; further keys are options too.
StatusOr<Row> ReadRow(std::string_view line, const std::string& where, const Json& options) {
  ASSIGN_OR_RETURN(const Json json, Json::Parse(line, where));
  if (!json.is_object()) return InvalidArgument("{}: expected an object", where);
  Row row;
  ASSIGN_OR_RETURN(row.gold, json.GetString("gold"));
  ASSIGN_OR_RETURN(row.pred, json.GetString("pred"));
  ASSIGN_OR_RETURN(row.extractor, json.GetStringOr("extractor", ""));
  row.options = options;
  if (const Json* opts = json.Find("opts"); opts != nullptr) {
    if (!opts->is_object()) return InvalidArgument("{}: opts: expected an object", where);
    for (const Json::Member& member : opts->members()) row.options.Set(member.key, member.value);
  }
  for (const Json::Member& member : json.members()) {
    if (!IsRowKey(member.key)) row.options.Set(member.key, member.value);
  }
  return row;
}

struct Scored {
  const Extractor* extractor = nullptr;
  std::optional<std::string> answer;
  Verdict verdict;
  int64_t nanoseconds = 0;
};

StatusOr<Scored> ScoreRow(const Scorer& scorer, const Row& row) {
  Scored scored;
  const std::string name =
      row.extractor.empty() ? std::string(scorer.default_extractor()) : row.extractor;
  ASSIGN_OR_RETURN(scored.extractor, reward::FindExtractor(name));
  RETURN_IF_ERROR(reward::CheckOptionKeys(row.options, scorer, *scored.extractor));
  RETURN_IF_ERROR(scored.extractor->CheckOptions(row.options));
  const ScoringTask task = {.answer = row.gold, .options = row.options};
  const Clock::time_point start = Clock::now();
  scored.answer = scored.extractor->Extract(row.pred, row.options);
  scored.verdict = scorer.Score(task, {.text = row.pred, .answer = scored.answer}, {});
  scored.nanoseconds =
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
  return scored;
}

MathExplanation ExplainMath(const Row& row, const Scored& scored) {
  reward::WorkBudget budget(reward::kWorkBudgetSteps);
  return MathVerifier().Explain({.answer = row.gold, .options = row.options},
                                {.text = row.pred, .answer = scored.answer}, budget);
}

// What the score alone does not tell of a ground truth; empty: nothing. A file of lines may hold
// what a task file may not, such as broken LaTeX.
std::string NoteOn(const Scorer& scorer, const Row& row, const Scored& scored) {
  if (!scored.verdict.scorable) return "";
  const Status task = scorer.CheckTask({.answer = row.gold, .options = row.options});
  if (!task.ok()) return "refused in data files: " + Message(task);
  if (scorer.name() != "math") return "";
  const MathExplanation steps = ExplainMath(row, scored);
  if (!steps.gold_is_only_text) return "";
  return "the ground truth is compared as text only: " + steps.gold_reading;
}

void PrintMathSteps(const MathExplanation& steps) {
  fmt::print("ground truth      {}\n", reward::Excerpt(steps.gold_text, 300));
  fmt::print("  read as         {}\n", steps.gold_reading);
  fmt::print("response          {}\n", reward::Excerpt(steps.pred_text, 300));
  fmt::print("  read as         {}\n", steps.pred_reading);
  fmt::print("decided by        {}\n", steps.rule);
}

// What is wrong with the task, and which option gave it: --options, when any ground truth meets
// with the same.
Status CheckTask(const Scorer& scorer, const Row& row) {
  const Status status = scorer.CheckTask({.answer = row.gold, .options = row.options});
  if (status.ok()) return status;
  const std::string_view other = row.gold.empty() ? "0" : "";
  const Status of_other = scorer.CheckTask({.answer = other, .options = row.options});
  return Annotate(status, Message(of_other) == Message(status) ? "--options" : "--gold");
}

StatusOr<Outcome> ScoreOne(const Options& options, const Scorer& scorer, const Json& settings) {
  const Row row = {options.gold, options.pred, options.extractor, settings};
  RETURN_IF_ERROR(CheckTask(scorer, row));
  const StatusOr<Scored> outcome = ScoreRow(scorer, row);
  if (!outcome.ok()) return Annotate(outcome.status(), "--options");
  const Scored& scored = *outcome;
  fmt::print("extractor         {}\n", scored.extractor->name);
  fmt::print("extracted         {}\n", scored.answer.has_value()
                                           ? reward::Excerpt(*scored.answer, 300)
                                           : std::string("nothing"));
  if (scorer.name() == "math") PrintMathSteps(ExplainMath(row, scored));
  fmt::print("status            {}\n", scored.verdict.scorable ? "ok" : "unscorable");
  if (!scored.verdict.detail.empty()) fmt::print("detail            {}\n", scored.verdict.detail);
  const std::string note = NoteOn(scorer, row, scored);
  if (!note.empty()) fmt::print("note              {}\n", note);
  fmt::print("score             {}\n", scored.verdict.score);
  return Outcome::kDone;
}

StatusOr<Outcome> ScoreFile(const Options& options, const Scorer& scorer, const Json& settings) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(options.jsonl));
  int64_t lines = 0, right = 0, unscorable = 0, noted = 0, total = 0, slowest = 0, number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    ++number;
    if (reward::Trim(line).empty()) continue;
    const std::string where = fmt::format("{}:{}", options.jsonl, number);
    ASSIGN_OR_RETURN(Row row, ReadRow(line, where, settings));
    if (row.extractor.empty()) row.extractor = options.extractor;
    const StatusOr<Scored> scored = ScoreRow(scorer, row);
    if (!scored.ok()) return Annotate(scored.status(), where);
    Json result = Json::Object();
    result.Set("score", scored->verdict.score);
    result.Set("status", scored->verdict.scorable ? "ok" : "unscorable");
    result.Set("nanoseconds", scored->nanoseconds);
    if (!scored->verdict.detail.empty()) result.Set("detail", scored->verdict.detail);
    const std::string note = NoteOn(scorer, row, *scored);
    if (!note.empty()) result.Set("note", note);
    noted += note.empty() ? 0 : 1;
    fmt::print("{}\n", result.ToString());
    ++lines;
    right += scored->verdict.scorable && scored->verdict.score == 1 ? 1 : 0;
    unscorable += scored->verdict.scorable ? 0 : 1;
    total += scored->nanoseconds;
    slowest = std::max(slowest, scored->nanoseconds);
  }
  fmt::print(stderr,
             "{}: {} lines, {} right, {} unscorable, {} with a note; {:.1f} us a line, {:.1f} us "
             "at most\n",
             options.jsonl, lines, right, unscorable, noted,
             lines == 0 ? 0.0 : static_cast<double>(total) * 1e-3 / static_cast<double>(lines),
             static_cast<double>(slowest) * 1e-3);
  return Outcome::kDone;
}

StatusOr<Outcome> Score(const Options& options) {
  const auto registry = reward::ScorerRegistry::BuiltIn();
  ASSIGN_OR_RETURN(const Scorer* scorer, registry.Find(options.verifier));
  if (!options.extractor.empty()) {
    RETURN_IF_ERROR(reward::FindExtractor(options.extractor).status());
  }
  ASSIGN_OR_RETURN(const Json settings, Json::Parse(options.options, "--options"));
  if (!settings.is_object()) return InvalidArgument("--options: expected an object");
  if (!options.jsonl.empty()) return ScoreFile(options, *scorer, settings);
  return ScoreOne(options, *scorer, settings);
}

}  // namespace

void AddScore(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("score", "Score a response, or a file of them");
  command->footer(
      "Example:\n"
      "  longhaul score --verifier math --gold '\\frac{1}{2}' --pred 'so it is \\boxed{0.5}'\n"
      "  longhaul score --verifier math --jsonl cases.jsonl > scores.jsonl\n"
      "Lines are {\"gold\", \"pred\", \"extractor\", \"opts\": {...}}; results are one line each:\n"
      "score, status, nanoseconds, detail, and a note where the ground truth is compared as text "
      "only\n"
      "or is none that a data file may have.\n"
      "Scorers that ask services, code and genrm_*, work in `longhaul eval` and in runs.");
  command
      ->add_option("--verifier", options->verifier,
                   fmt::format("{} (docs/data.md)",
                               fmt::join(reward::ScorerRegistry::BuiltIn().Names(), ", ")))
      ->required();
  command->add_option("--extractor", options->extractor, "Default: the scorer's own");
  CLI::Option* gold =
      command->add_option("--gold", options->gold, "Ground truth; the scorer format needs none");
  CLI::Option* pred = command->add_option("--pred", options->pred, "Response");
  CLI::Option* jsonl = command->add_option("--jsonl", options->jsonl, "File of lines to score");
  command->add_option("--options", options->options, "Options of scorer and extractor, JSON");
  gold->needs(pred);
  jsonl->excludes(gold);
  jsonl->excludes(pred);
  command->callback([options, pred, jsonl, &chosen] {
    if (pred->empty() && jsonl->empty()) throw CLI::RequiredError("--gold and --pred, or --jsonl");
    chosen = [options] { return Score(*options); };
  });
}

}  // namespace longhaul::tools
