// SPDX-License-Identifier: Apache-2.0
#include "tools/scored_row.h"

#include <chrono>

#include "reward/option_keys.h"

namespace longhaul::tools {
namespace {

using reward::ScoringTask;
using Clock = std::chrono::steady_clock;

// How long a scorer that asks others may try: a service that has died is no reason to wait for
// ever.
constexpr std::chrono::minutes kDeadline(10);

// What does not belong to the options of a line.
bool IsRowKey(std::string_view key) {
  for (const char* name : {"gold", "pred", "prompt", "opts", "extractor", "equal", "source",
                           "category", "contested", "note", "upstream_expects", "math_verify"}) {
    if (key == name) return true;
  }
  return false;
}

// The tests of a programming task may stand as they are.
StatusOr<std::string> GoldOf(const Json& line) {
  const Json* gold = line.Find("gold");
  if (gold != nullptr && (gold->is_object() || gold->is_array())) return gold->ToString();
  return line.GetString("gold");
}

ScoringTask TaskOf(const ScoreRow& row) {
  return {.answer = row.gold, .options = row.options, .prompt = row.prompt};
}

}  // namespace

StatusOr<ScoreRow> ReadScoreRow(std::string_view line, const std::string& where,
                                const Json& options) {
  ASSIGN_OR_RETURN(const Json json, Json::Parse(line, where));
  if (!json.is_object()) return InvalidArgument("{}: expected an object", where);
  ScoreRow row;
  ASSIGN_OR_RETURN(row.gold, GoldOf(json));
  ASSIGN_OR_RETURN(row.pred, json.GetString("pred"));
  ASSIGN_OR_RETURN(row.prompt, json.GetStringOr("prompt", ""));
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

StatusOr<ScoredRow> ScoreOf(const reward::Scorer& scorer, const ScoreRow& row) {
  ScoredRow scored;
  const std::string name =
      row.extractor.empty() ? std::string(scorer.default_extractor()) : row.extractor;
  ASSIGN_OR_RETURN(scored.extractor, reward::FindExtractor(name));
  RETURN_IF_ERROR(reward::CheckOptionKeys(row.options, scorer, *scored.extractor));
  RETURN_IF_ERROR(scored.extractor->CheckOptions(row.options));
  const reward::ScoringCall call = {.deadline = std::chrono::system_clock::now() + kDeadline};
  const Clock::time_point start = Clock::now();
  scored.answer = scored.extractor->Extract(row.pred, row.options);
  scored.verdict = scorer.Score(TaskOf(row), {.text = row.pred, .answer = scored.answer}, call);
  scored.nanoseconds =
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
  return scored;
}

reward::MathExplanation ExplainMath(const ScoreRow& row, const ScoredRow& scored) {
  reward::WorkBudget budget(reward::kWorkBudgetSteps);
  return reward::MathVerifier().Explain(TaskOf(row), {.text = row.pred, .answer = scored.answer},
                                        budget);
}

std::string NoteOn(const reward::Scorer& scorer, const ScoreRow& row, const ScoredRow& scored) {
  if (!scored.verdict.scorable) return "";
  const Status task = scorer.CheckTask(TaskOf(row));
  if (!task.ok()) return "refused in data files: " + Message(task);
  if (scorer.name() != "math") return "";
  const reward::MathExplanation steps = ExplainMath(row, scored);
  if (!steps.gold_is_only_text) return "";
  return "the ground truth is compared as text only: " + steps.gold_reading;
}

}  // namespace longhaul::tools
