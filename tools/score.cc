// SPDX-License-Identifier: Apache-2.0
//
// longhaul score: what a scorer says of a response, with its reasons, or of a file of them.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <future>
#include <optional>

#include "tools/command.h"
#include "tools/line_file.h"
#include "tools/local_scoring.h"
#include "tools/scored_row.h"

namespace longhaul::tools {
namespace {

using reward::MathExplanation;
using reward::Scorer;

struct Options {
  std::string verifier;
  std::optional<std::string> jsonl;
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

StatusOr<Outcome> ScoreOne(const ScoreRow& row, const Scorer& scorer) {
  const RowPlaces places = {.gold = "--gold", .options = "--options"};
  ASSIGN_OR_RETURN(const RowCheck check, CheckRow(scorer, row, places));
  RETURN_IF_ERROR(Annotate(check.ground_truth, places.gold));
  const ScoredRow scored = ScoreOf(scorer, row, *check.extractor);
  fmt::print("extractor         {}\n", check.extractor->name);
  fmt::print("extracted         {}\n", scored.answer.has_value()
                                           ? reward::Excerpt(*scored.answer, 300)
                                           : std::string("nothing"));
  if (scorer.name() == "math") PrintMathSteps(ExplainMath(row, scored));
  fmt::print("status            {}\n", scored.verdict.scorable ? "ok" : "unscorable");
  if (!scored.verdict.detail.empty()) fmt::print("detail            {}\n", scored.verdict.detail);
  const std::string note = NoteOn(scorer, row, check, scored);
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

NotedRow ScoreAndNote(const Scorer& scorer, const ScoreRow& row, const RowCheck& check) {
  NotedRow noted;
  noted.scored = ScoreOf(scorer, row, *check.extractor);
  noted.note = NoteOn(scorer, row, check, noted.scored);
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

  void Add(ScoreRow row, RowCheck check) {
    const auto policy = ahead_ == 0 ? std::launch::deferred : std::launch::async;
    open_.push_back(std::async(policy, [this, row = std::move(row), check = std::move(check)] {
      return ScoreAndNote(scorer_, row, check);
    }));
    if (open_.size() > ahead_) PrintFirst();
  }
  void Finish() {
    while (!open_.empty()) PrintFirst();
  }
  const Tally& tally() const { return tally_; }

 private:
  void PrintFirst() {
    PrintRow(open_.front().get(), tally_);
    open_.pop_front();
  }

  const Scorer& scorer_;
  size_t ahead_;
  std::deque<std::future<NotedRow>> open_;
  Tally tally_;
};

// Up to the first line that is wrong. Those before it are scored: what they cost is not lost.
Status ScoreLines(LineFile& file, const ScoreRow& given, const Scorer& scorer,
                  FileScoring& scoring) {
  std::string_view line;
  while (true) {
    ASSIGN_OR_RETURN(const bool is_line, file.Next(line));
    if (!is_line) return OkStatus();
    if (reward::Trim(line).empty()) continue;
    const std::string where = file.where();
    ASSIGN_OR_RETURN(ScoreRow row, ReadScoreRow(line, where, scorer, given));
    const RowPlaces places = {.gold = where + ": gold", .options = where};
    ASSIGN_OR_RETURN(RowCheck check, CheckRow(scorer, row, places));
    scoring.Add(std::move(row), std::move(check));
  }
}

StatusOr<Outcome> ScoreFile(const Options& options, const Scorer& scorer) {
  ASSIGN_OR_RETURN(LineFile file, LineFile::Open(*options.jsonl));
  FileScoring scoring(scorer);
  const Status status = ScoreLines(file, options.row, scorer, scoring);
  scoring.Finish();
  scoring.tally().Print(*options.jsonl);
  RETURN_IF_ERROR(status);
  return Outcome::kDone;
}

StatusOr<Outcome> Score(Options options) {
  ASSIGN_OR_RETURN(const ScoringConfig config, ReadScoringConfig(options.config, options.settings));
  ASSIGN_OR_RETURN(const LocalScorers scorers, MakeLocalScorers(config.reward, config.sandbox, 0));
  ASSIGN_OR_RETURN(const Scorer* scorer, scorers.registry.Find(options.verifier));
  RETURN_IF_ERROR(scorer->CheckReady());
  if (!options.row.extractor.empty()) {
    RETURN_IF_ERROR(reward::FindExtractor(options.row.extractor).status());
  }
  ASSIGN_OR_RETURN(options.row.options, Json::Parse(options.options, "--options"));
  if (!options.row.options.is_object()) return InvalidArgument("--options: expected an object");
  return options.jsonl.has_value() ? ScoreFile(options, *scorer) : ScoreOne(options.row, *scorer);
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
      "or is none that a data file may have. A line that is wrong is an error and ends the "
      "command; "
      "those\n"
      "before it are scored. The scorers genrm_* need a judge, genrm.endpoint=URL or "
      "genrm.model_path=DIR\n"
      "(docs/judges.md).");
  const std::vector<std::string> scorers = reward::ScorerRegistry::BuiltIn().Names();
  command
      ->add_option("--verifier", options->verifier,
                   fmt::format("{} (docs/data.md)", fmt::join(scorers, ", ")))
      ->required();
  command->add_option("--extractor", options->row.extractor, "Default: the scorer's own");
  CLI::Option* gold = command->add_option("--gold", options->row.gold,
                                          "Ground truth; the scorers format and logic need none");
  CLI::Option* pred = command->add_option("--pred", options->row.pred, "Response");
  CLI::Option* prompt =
      command->add_option("--prompt", options->row.prompt, "What was asked, for judges");
  CLI::Option* jsonl = command->add_option("--jsonl", options->jsonl,
                                           "File of lines to score; - for standard input");
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
