// SPDX-License-Identifier: Apache-2.0
//
// What a judge is told. A template is a text with {question}, {reference}, {candidate}, or for a
// comparison {a} and {b}; {fence} is the marker that stands around what is judged. Two sets are
// built in; a directory with grade.txt, pairwise.txt or equivalence.txt replaces what it holds.
//
// The strict set is what a recalibration switches to: the judge is told that length, style and
// confidence count for nothing, and has to name the answer before it decides.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace longhaul::reward::genrm {

struct PromptSet {
  std::string name;
  std::string grade;        // {question}, {reference}, {candidate}: a grade from 1 to 5
  std::string pairwise;     // {question}, {a}, {b}: A, B or C
  std::string equivalence;  // {question}, {reference}, {candidate}: A=B or A!=B
};

// "default", "strict" or a directory, whose missing templates are those of "default". The error
// names the file and the place-holder that is missing.
StatusOr<PromptSet> LoadPromptSet(const std::string& name);

// Texts by their place-holders. What is put in is not looked at again: a candidate may hold
// "{reference}".
using PromptTexts = std::vector<std::pair<std::string_view, std::string_view>>;
std::string FillTemplate(std::string_view text, const PromptTexts& texts);

// A marker that stands in none of the texts: a function of the seed and of them.
std::string MakeFence(uint64_t seed, const std::vector<std::string_view>& texts);

// A response as the judge sees it: only what follows the last "</think>", nothing where the
// thinking never ended; at most `max_bytes`, of which the middle is left out.
std::string VisibleAnswer(std::string_view response, size_t max_bytes);

// Whether there is anything to judge: a letter or a number of any script, or, beyond ASCII, a sign
// of mathematics. Answers like ":" and "." are keys to judges (arXiv 2507.08794), so nobody is
// asked about them.
bool SaysAnything(std::string_view answer);

}  // namespace longhaul::reward::genrm
