// SPDX-License-Identifier: Apache-2.0
//
// The verifier against labelled pairs.
#include <gmock/gmock.h>

#include <fstream>

#include "math_case.h"
#include "reward/extractors/extractor.h"

namespace longhaul::reward {
namespace {

struct Tally {
  int rows = 0;
  int false_positives = 0;
  int false_negatives = 0;
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
    ++(equal ? tally.false_positives : tally.false_negatives);
    std::printf("%s:%d: %s and %s are %s here\n", name.c_str(), number, gold.c_str(), pred.c_str(),
                equal ? "equal" : "different");
  }
  return tally;
}

TEST(MathEquivalence, PublicCases) {
  const Tally tally = Judge("equivalence_cases.jsonl");
  EXPECT_GT(tally.rows, 280);
  EXPECT_EQ(tally.false_positives, 0);
  EXPECT_LE(tally.false_negatives, tally.rows / 50);
}

TEST(MathEquivalence, OwnCases) {
  const Tally tally = Judge("own_cases.jsonl");
  EXPECT_GT(tally.rows, 900);
  EXPECT_EQ(tally.false_positives, 0);
  EXPECT_LE(tally.false_negatives, tally.rows / 50);
}

}  // namespace
}  // namespace longhaul::reward
