// SPDX-License-Identifier: Apache-2.0
//
// longhaul score: what a scorer says of a response, with its reasons, or of a file of them.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <future>

#include "common/file.h"
#include "tools/command.h"
#include "tools/local_scoring.h"
#include "tools/scored_row.h"

namespace longhaul::tools {
namespace {

using reward::MathExplanation;
using reward::Scorer;

struct Options {
  std::string verifier;
  std::string jsonl;
  std::string options = "{}";
  ScoreRow row;  // of the command line
  std::string config;
  std::vector<std::string> settings;
};

void PrintMathSteps(const MathExplanation& steps) {
  fmt::print("ground truth      {}\n", reward::Excerpt(steps.gold_text, 300));
  fmt::print("  read as         {}\n", steps.gold_reading);
  fmt::print("response          {}\n", reward::Excerpt(steps.pred_text, 300));
  fmt::print("  read as         {}\n", steps.pred_reading);
  fmt::print("decided by        {}\n", steps.rule);
}

// What is wrong with the task, and which option gave it: --options, when any ground truth meets
// with the same.
Status CheckTask(const Scorer& scorer, const ScoreRow& row) {
  const Status status = scorer.CheckTask({.answer = row.gold, .options = row.options});
  if (status.ok()) return status;
  const std::string_view other = row.gold.empty() ? "0" : "";
  const Status of_other = scorer.CheckTask({.answer = other, .options = row.options});
  return Annotate(status, Message(of_other) == Message(status) ? "--options" : "--gold");
}

StatusOr<Outcome> ScoreOne(const Options& options, const Scorer& scorer, const Json& settings) {
  ScoreRow row = options.row;
  row.options = settings;
  RETURN_IF_ERROR(CheckTask(scorer, row));
  const StatusOr<ScoredRow> outcome = ScoreOf(scorer, row);
  if (!outcome.ok()) return Annotate(outcome.status(), "--options");
  const ScoredRow& scored = *outcome;
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

// Of the lines of a file so far.
struct Tally {
  int64_t lines = 0, right = 0, unscorable = 0, noted = 0, total_ns = 0, slowest_ns = 0;

  void Print(const std::string& file) const {
    const double mean = lines == 0 ? 0 : static_cast<double>(total_ns) / static_cast<double>(lines);
    fmt::print(stderr,
               "{}: {} lines, {} right, {} unscorable, {} with a note; {:.1f} us a line, {:.1f} us "
               "at most\n",
               file, lines, right, unscorable, noted, mean * 1e-3,
               static_cast<double>(slowest_ns) * 1e-3);
  }
};

struct NotedRow {
  ScoredRow scored;
  std::string note;
};

StatusOr<NotedRow> ScoreAndNote(const Scorer& scorer, const ScoreRow& row) {
  NotedRow noted;
  ASSIGN_OR_RETURN(noted.scored, ScoreOf(scorer, row));
  noted.note = NoteOn(scorer, row, noted.scored);
  return noted;
}

void PrintRow(const NotedRow& row, Tally& tally) {
  const reward::Verdict& verdict = row.scored.verdict;
  Json result = Json::Object();
  result.Set("score", verdict.score);
  result.Set("status", verdict.scorable ? "ok" : "unscorable");
  result.Set("nanoseconds", row.scored.nanoseconds);
  if (!verdict.detail.empty()) result.Set("detail", verdict.detail);
  if (!row.note.empty()) result.Set("note", row.note);
  fmt::print("{}\n", result.ToString());
  ++tally.lines;
  tally.right += verdict.scorable && verdict.score == 1 ? 1 : 0;
  tally.unscorable += verdict.scorable ? 0 : 1;
  tally.noted += row.note.empty() ? 0 : 1;
  tally.total_ns += row.scored.nanoseconds;
  tally.slowest_ns = std::max(tally.slowest_ns, row.scored.nanoseconds);
}

// Lines are printed in their order. A scorer that only computes is timed alone; one that waits for
// others is asked about several lines at a time.
class FileScoring {
 public:
  explicit FileScoring(const Scorer& scorer)
      : scorer_(scorer), ahead_(static_cast<size_t>(scorer.max_concurrent_calls())) {}

  Status Add(ScoreRow row, std::string where) {
    const auto policy = ahead_ == 0 ? std::launch::deferred : std::launch::async;
    open_.push_back({std::move(where), std::async(policy, [this, row = std::move(row)] {
                       return ScoreAndNote(scorer_, row);
                     })});
    return open_.size() > ahead_ ? PrintFirst() : OkStatus();
  }
  Status Finish() {
    while (!open_.empty()) RETURN_IF_ERROR(PrintFirst());
    return OkStatus();
  }
  const Tally& tally() const { return tally_; }

 private:
  struct Open {
    std::string where;
    std::future<StatusOr<NotedRow>> row;
  };

  Status PrintFirst() {
    Open first = std::move(open_.front());
    open_.pop_front();
    const StatusOr<NotedRow> row = first.row.get();
    if (!row.ok()) return Annotate(row.status(), first.where);
    PrintRow(*row, tally_);
    return OkStatus();
  }

  const Scorer& scorer_;
  size_t ahead_;
  std::deque<Open> open_;
  Tally tally_;
};

StatusOr<Outcome> ScoreFile(const Options& options, const Scorer& scorer, const Json& settings) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(options.jsonl));
  FileScoring scoring(scorer);
  int64_t number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    ++number;
    if (reward::Trim(line).empty()) continue;
    const std::string where = fmt::format("{}:{}", options.jsonl, number);
    StatusOr<ScoreRow> row = ReadScoreRow(line, where, settings);
    if (!row.ok()) {
      RETURN_IF_ERROR(scoring.Finish());
      return row.status();
    }
    if (row->extractor.empty()) row->extractor = options.row.extractor;
    RETURN_IF_ERROR(scoring.Add(*std::move(row), where));
  }
  RETURN_IF_ERROR(scoring.Finish());
  scoring.tally().Print(options.jsonl);
  return Outcome::kDone;
}

StatusOr<Outcome> Score(const Options& options) {
  ASSIGN_OR_RETURN(const ScoringConfig config, ReadScoringConfig(options.config, options.settings));
  ASSIGN_OR_RETURN(const LocalScorers scorers, MakeLocalScorers(config.reward, config.sandbox, 0));
  ASSIGN_OR_RETURN(const Scorer* scorer, scorers.registry.Find(options.verifier));
  if (!options.row.extractor.empty()) {
    RETURN_IF_ERROR(reward::FindExtractor(options.row.extractor).status());
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
      "  longhaul score --verifier code --jsonl cases.jsonl sandbox.slots=4 > scores.jsonl\n"
      "Lines are {\"gold\", \"pred\", \"prompt\", \"extractor\", \"opts\": {...}}; results are one "
      "line each:\n"
      "score, status, nanoseconds, detail, and a note where the ground truth is compared as text "
      "only\n"
      "or is none that a data file may have. The scorers genrm_* need a judge, "
      "genrm.endpoint=URL or\n"
      "genrm.model_path=DIR (docs/judges.md).");
  command
      ->add_option("--verifier", options->verifier,
                   fmt::format("{}, code, genrm_equivalence, genrm_grade, genrm_pairwise "
                               "(docs/data.md)",
                               fmt::join(reward::ScorerRegistry::BuiltIn().Names(), ", ")))
      ->required();
  command->add_option("--extractor", options->row.extractor, "Default: the scorer's own");
  CLI::Option* gold = command->add_option("--gold", options->row.gold,
                                          "Ground truth; the scorer format needs none");
  CLI::Option* pred = command->add_option("--pred", options->row.pred, "Response");
  CLI::Option* prompt =
      command->add_option("--prompt", options->row.prompt, "What was asked, for judges");
  CLI::Option* jsonl = command->add_option("--jsonl", options->jsonl, "File of lines to score");
  command->add_option("--options", options->options, "Options of scorer and extractor, JSON");
  command->add_option("--config", options->config, "YAML with settings, as of reward-server");
  command->add_option("SETTINGS", options->settings, "key=value, over the file");
  gold->needs(pred);
  prompt->needs(pred);
  jsonl->excludes(gold);
  jsonl->excludes(pred);
  command->callback([options, pred, jsonl, &chosen] {
    if (pred->empty() && jsonl->empty()) throw CLI::RequiredError("--gold and --pred, or --jsonl");
    chosen = [options] { return Score(*options); };
  });
}

}  // namespace longhaul::tools
