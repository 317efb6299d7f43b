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
  std::string gold;  // objects and lists as their text
  std::string pred;
  std::string prompt;
  std::string extractor;  // "" = the scorer's own
  Json options = Json::Object();
};

// {"gold", "pred", "prompt", "extractor", "opts": {...}}; further keys are options too, over
// `options`. Labels and remarks of a set of cases ("equal", "category", ...) are passed over.
StatusOr<ScoreRow> ReadScoreRow(std::string_view line, const std::string& where,
                                const Json& options);

struct ScoredRow {
  const reward::Extractor* extractor = nullptr;
  std::optional<std::string> answer;
  reward::Verdict verdict;
  int64_t nanoseconds = 0;  // extraction and scoring
};

// An error of the options. Thread-safe.
StatusOr<ScoredRow> ScoreOf(const reward::Scorer& scorer, const ScoreRow& row);

// The steps of the verifier of mathematics.
reward::MathExplanation ExplainMath(const ScoreRow& row, const ScoredRow& scored);

// What the score alone does not tell of a ground truth; empty: nothing. A file of lines may hold
// what a task file may not, such as broken LaTeX.
std::string NoteOn(const reward::Scorer& scorer, const ScoreRow& row, const ScoredRow& scored);

}  // namespace longhaul::tools
