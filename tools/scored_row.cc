// SPDX-License-Identifier: Apache-2.0
#include "tools/scored_row.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <vector>

#include "common/nearest_name.h"
#include "reward/option_keys.h"

namespace longhaul::tools {
namespace {

using reward::ScoringTask;
using Clock = std::chrono::steady_clock;

// How long a scorer that asks others may try: a service that has died is no reason to wait for
// ever.
constexpr std::chrono::minutes kDeadline(10);

// What does not belong to the options of a line.
constexpr std::string_view kRowKeys[] = {"gold", "pred", "prompt", "extractor", "opts"};
constexpr std::string_view kLabelKeys[] = {"equal", "source",           "category",   "contested",
                                           "note",  "upstream_expects", "math_verify"};

bool IsOneOf(std::string_view key, std::span<const std::string_view> keys) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// What reads a value of a JSON text names its place itself.
Status PlacedAt(const std::string& place, const Status& status) {
  return Message(status).starts_with(place + ": ") ? status : Annotate(status, place);
}

// The tests of a programming task may stand as they are.
StatusOr<std::optional<std::string>> GoldOf(const Json& line) {
  const Json* gold = line.Find("gold");
  if (gold == nullptr) return std::nullopt;
  if (gold->is_object() || gold->is_array()) return gold->ToString();
  return gold->AsString();
}

StatusOr<const reward::Extractor*> ExtractorOf(const reward::Scorer& scorer, const ScoreRow& row) {
  return reward::FindExtractor(row.extractor.empty() ? std::string(scorer.default_extractor())
                                                     : row.extractor);
}

ScoringTask TaskOf(const ScoreRow& row) {
  return {.answer = row.gold.has_value() ? std::string_view(*row.gold) : std::string_view(),
          .options = row.options,
          .prompt = row.prompt};
}

// The keys of a line that are neither its own nor an option's. `row` holds what the command line
// gives.
Status CheckRowKeys(const Json& line, const reward::Scorer& scorer, const ScoreRow& row) {
  ASSIGN_OR_RETURN(const reward::Extractor* extractor, ExtractorOf(scorer, row));
  RETURN_IF_ERROR(Annotate(reward::CheckOptionKeys(row.options, scorer, *extractor), "--options"));
  std::vector<std::string> valid(std::begin(kRowKeys), std::end(kRowKeys));
  for (std::string& key : reward::OptionKeys(scorer, *extractor)) valid.push_back(std::move(key));
  for (const Json::Member& member : line.members()) {
    if (IsOneOf(member.key, kLabelKeys)) continue;
    if (std::find(valid.begin(), valid.end(), member.key) != valid.end()) continue;
    return InvalidArgument("unknown key '{}'{}", reward::Excerpt(member.key),
                           SuggestName(member.key, valid));
  }
  return OkStatus();
}

// Options are looked at before ground truths (Scorer::CheckTask), so they are what is wrong when
// any ground truth meets with the same.
bool IsOfOptions(const Status& status, const reward::Scorer& scorer, const ScoreRow& row) {
  ScoreRow other = row;
  other.gold = TaskOf(row).answer.empty() ? "0" : "";
  return Message(scorer.CheckTask(TaskOf(other))) == Message(status);
}

}  // namespace

StatusOr<ScoreRow> ReadScoreRow(std::string_view line, const std::string& where,
                                const reward::Scorer& scorer, const ScoreRow& given) {
  ASSIGN_OR_RETURN(const Json json, Json::Parse(line, where));
  if (!json.is_object()) return InvalidArgument("{}: expected an object", where);
  ScoreRow row;
  row.options = given.options;
  ASSIGN_OR_RETURN(row.extractor, json.GetStringOr("extractor", ""));
  if (row.extractor.empty()) row.extractor = given.extractor;
  RETURN_IF_ERROR(PlacedAt(where, CheckRowKeys(json, scorer, row)));
  ASSIGN_OR_RETURN(row.gold, GoldOf(json));
  ASSIGN_OR_RETURN(row.pred, json.GetString("pred"));
  ASSIGN_OR_RETURN(row.prompt, json.GetStringOr("prompt", ""));
  const Json* opts = json.Find("opts");
  if (opts != nullptr) {
    if (!opts->is_object()) return InvalidArgument("{}: opts: expected an object", where);
    for (const Json::Member& member : opts->members()) row.options.Set(member.key, member.value);
  }
  for (const Json::Member& member : json.members()) {
    if (IsOneOf(member.key, kRowKeys) || IsOneOf(member.key, kLabelKeys)) continue;
    if (opts != nullptr && opts->Find(member.key) != nullptr) {
      return InvalidArgument("{}: {}: stands in opts too", where, member.key);
    }
    row.options.Set(member.key, member.value);
  }
  return row;
}

StatusOr<RowCheck> CheckRow(const reward::Scorer& scorer, const ScoreRow& row,
                            const RowPlaces& places) {
  RowCheck check;
  const auto extractor = ExtractorOf(scorer, row);
  if (!extractor.ok()) return Annotate(extractor.status(), places.options);
  check.extractor = *extractor;
  const auto options_are_known = [&]() -> Status {
    RETURN_IF_ERROR(reward::CheckOptionKeys(row.options, scorer, *check.extractor));
    return check.extractor->CheckOptions(row.options);
  };
  RETURN_IF_ERROR(PlacedAt(places.options, options_are_known()));
  check.ground_truth = scorer.CheckTask(TaskOf(row));
  if (!check.ground_truth.ok() && IsOfOptions(check.ground_truth, scorer, row)) {
    return PlacedAt(places.options, check.ground_truth);
  }
  if (row.gold.has_value() || !scorer.needs_ground_truth()) return check;
  return InvalidArgument("{}: missing; scorer '{}' compares with a ground truth", places.gold,
                         scorer.name());
}

ScoredRow ScoreOf(const reward::Scorer& scorer, const ScoreRow& row,
                  const reward::Extractor& extractor) {
  ScoredRow scored;
  const reward::ScoringCall call = {.deadline = std::chrono::system_clock::now() + kDeadline};
  const Clock::time_point start = Clock::now();
  scored.answer = extractor.Extract(row.pred, row.options);
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

std::string NoteOn(const reward::Scorer& scorer, const ScoreRow& row, const RowCheck& check,
                   const ScoredRow& scored) {
  if (!scored.verdict.scorable) return "";
  if (!check.ground_truth.ok()) return "refused in data files: " + Message(check.ground_truth);
  if (scorer.name() != "math") return "";
  const reward::MathExplanation steps = ExplainMath(row, scored);
  if (!steps.gold_is_only_text) return "";
  return "the ground truth is compared as text only: " + steps.gold_reading;
}

}  // namespace longhaul::tools
