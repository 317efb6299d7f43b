// SPDX-License-Identifier: Apache-2.0
//
// One response of `longhaul score` beside its ground truth, and what a scorer says of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/json.h"
#include "common/status.h"
#include "reward/extractors/extractor.h"
#include "reward/math/math_verifier.h"
#include "reward/scorer.h"

namespace longhaul::tools {

struct ScoreRow {
  std::optional<std::string> gold;  // objects and lists as their text
  std::string pred;
  std::string prompt;
  std::string extractor;  // "" = the scorer's own
  Json options = Json::Object();
};

// {"gold", "pred", "prompt", "extractor", "opts": {...}} for a scorer; further keys are options
// too. Extractor and options of `given`, the command line, hold where a line has none of its own.
// Labels and remarks of a set of cases ("equal", "category", ...) are passed over.
StatusOr<ScoreRow> ReadScoreRow(std::string_view line, const std::string& where,
                                const reward::Scorer& scorer, const ScoreRow& given);

// Where the parts of a row stand, for messages: "--gold" and "--options", or the line of a file.
struct RowPlaces {
  std::string gold, options;
};

struct RowCheck {
  const reward::Extractor* extractor = nullptr;
  Status ground_truth;  // what a data file would be refused for
};

// What a row says about how it is to be scored must be right: an error names the place. What is
// wrong with its ground truth is a finding.
StatusOr<RowCheck> CheckRow(const reward::Scorer& scorer, const ScoreRow& row,
                            const RowPlaces& places);

struct ScoredRow {
  std::optional<std::string> answer;
  reward::Verdict verdict;
  int64_t nanoseconds = 0;  // extraction and scoring
};

// Thread-safe.
ScoredRow ScoreOf(const reward::Scorer& scorer, const ScoreRow& row,
                  const reward::Extractor& extractor);

// The steps of the verifier of mathematics.
reward::MathExplanation ExplainMath(const ScoreRow& row, const ScoredRow& scored);

// What the score alone does not tell of a ground truth; empty: nothing. A file of lines may hold
// what a task file may not, such as broken LaTeX.
std::string NoteOn(const reward::Scorer& scorer, const ScoreRow& row, const RowCheck& check,
                   const ScoredRow& scored);

}  // namespace longhaul::tools
