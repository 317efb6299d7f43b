// SPDX-License-Identifier: Apache-2.0
//
// The verifier against labelled pairs.
#include <gmock/gmock.h>

#include <fstream>

#include "math_case.h"
#include "reward/extractors/extractor.h"

namespace longhaul::reward {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;

struct Tally {
  int rows = 0;
  std::vector<std::string> false_positives;  // "gold | response"
  std::vector<std::string> false_negatives;
};

Tally Judge(const std::string& name) {
  std::ifstream file(std::string(LONGHAUL_SOURCE_DIR "/tests/golden/math/") + name);
  Tally tally;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const auto row = Json::Parse(line, name + ":" + std::to_string(number));
    EXPECT_TRUE(row.ok()) << row.status();
    if (!row.ok() || row->Find("contested") != nullptr) continue;
    const Json options = row->Find("opts") != nullptr ? *row->Find("opts") : Json::Object();
    const std::string gold = *row->GetString("gold"), pred = *row->GetString("pred");
    const bool equal = IsEqual(gold, std::string(AfterThinking(pred)), options);
    ++tally.rows;
    if (equal == *row->GetBool("equal")) continue;
    (equal ? tally.false_positives : tally.false_negatives).push_back(gold + " | " + pred);
  }
  return tally;
}

TEST(MathEquivalence, PublicCases) {
  const Tally tally = Judge("equivalence_cases.jsonl");
  EXPECT_GT(tally.rows, 280);
  EXPECT_THAT(tally.false_positives, IsEmpty());
  EXPECT_THAT(tally.false_negatives, IsEmpty());
}

// What is equal and refused, in the order of the file.
const std::vector<std::string> kRefused = {
    // A ground truth with the inverse of a capital beside another may mean matrices.
    "PV^{-1} | \\boxed{\\frac PV}",
    // Of a sum, ^T may be a power.
    "(A+B)^\\top | \\boxed{(A+B)^T}",
    // Words in \text behind a value are compared as words.
    "\\frac12 | \\boxed{\\frac12 \\text{ (or 0.5)}}",
    // Falling factorials have no value for a letter of steps.
    "n^{\\underline{k}} | \\boxed{\\frac{n!}{(n-k)!}}",
    // A ground truth C(5, 2) may be a point.
    "C(5,2) | \\boxed{10}",
    // An equation with unknowns may be the question again.
    "n^2 | \\boxed{\\sum_{k=1}^{n}(2k-1)=n^2}",
    // Signs in words are no operators.
    "10 | 5 plus 5 makes 10",
    // Capitals with \times between them may be sets or vectors.
    "LW | \\boxed{L\\times W}"};

TEST(MathEquivalence, OwnCases) {
  const Tally tally = Judge("own_cases.jsonl");
  EXPECT_GT(tally.rows, 4000);
  EXPECT_THAT(tally.false_positives, IsEmpty());
  EXPECT_THAT(tally.false_negatives, ElementsAreArray(kRefused));
}

}  // namespace
}  // namespace longhaul::reward
