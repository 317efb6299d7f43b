// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "logic_case.h"
#include "reward/logic/literal.h"

namespace longhaul::reward {
namespace {

TEST(DyckLanguageTest, Holds) { ExpectKindHolds({.name = "dyck_language"}); }

TEST(DyckLanguageTest, ReleasedSamplesAreSolvedAndAccepted) {
  for (const ReleasedSample& sample : ReleasedSamples("dyck_language")) {
    EXPECT_TRUE(Accepts("dyck_language", sample.metadata.ToString(), sample.answer));
    EXPECT_EQ(TaskNamed("dyck_language").Solve(sample.metadata).value(), sample.answer);
  }
}

TEST(DyckLanguageTest, OnlyTheShortestClosingCounts) {
  const std::string puzzle = R"({"question_sequence": "([{}"})";
  EXPECT_TRUE(Accepts("dyck_language", puzzle, " ([{}])\n"));
  EXPECT_FALSE(Accepts("dyck_language", puzzle, "])"));
  EXPECT_FALSE(Accepts("dyck_language", puzzle, "([{}])()"));
  EXPECT_FALSE(Accepts("dyck_language", puzzle, "([{}])."));
}

TEST(DyckErrorsTest, Holds) { ExpectKindHolds({.name = "dyck_language_errors"}); }

TEST(DyckErrorsTest, ReleasedSamplesAreSolvedAndAccepted) {
  for (const ReleasedSample& sample : ReleasedSamples("dyck_language_errors")) {
    EXPECT_TRUE(Accepts("dyck_language_errors", sample.metadata.ToString(), sample.answer));
    EXPECT_EQ(TaskNamed("dyck_language_errors").Solve(sample.metadata).value(), sample.answer);
  }
}

// SynLogic's verifier looks for "valid" in the answer and finds it in "invalid".
TEST(DyckErrorsTest, WordsAreNoPosition) {
  const std::string balanced = R"j({"bracket_string": "([])"})j";
  EXPECT_TRUE(Accepts("dyck_language_errors", balanced, "-1"));
  EXPECT_FALSE(Accepts("dyck_language_errors", balanced, "invalid"));
  EXPECT_FALSE(Accepts("dyck_language_errors", balanced, "valid"));
  EXPECT_FALSE(Accepts("dyck_language_errors", balanced, "1, -1"));
  const std::string open = R"({"bracket_string": "(("})";
  EXPECT_TRUE(Accepts("dyck_language_errors", open, "3"));
  EXPECT_FALSE(Accepts("dyck_language_errors", open, "invalid"));
}

// Unlike other lists this answer is a set.
std::vector<Json> SortedItems(const std::string& answer) {
  const StatusOr<Json> list = ReadLiteral(answer);
  if (!list.ok() || !list->is_array()) return {Json("unreadable")};
  std::vector<Json> items = list->items();
  std::sort(items.begin(), items.end(),
            [](const Json& a, const Json& b) { return a.ToString() < b.ToString(); });
  return items;
}

// Replays the stack with the sequence alone.
bool IsSetOfWrongThoughts(const Json& puzzle, const std::string& answer) {
  std::vector<std::string> expected;
  const std::string sequence = puzzle.GetString("dyck_sequence").value();
  std::string stack;
  for (size_t i = 0; i < sequence.size(); ++i) {
    if (std::string_view("([{<").find(sequence[i]) != std::string_view::npos) {
      stack.push_back(sequence[i]);
    } else {
      stack.pop_back();
    }
    const std::string thought = puzzle.Find("thoughts")->items()[i + 2].AsString().value();
    const std::string claim = thought.substr(thought.rfind(": ") + 2);
    if (claim != (stack.empty() ? "empty" : stack)) expected.push_back(std::to_string(i + 3));
  }
  std::string bare = answer;
  if (bare.find_first_not_of("0123456789, +") == bare.npos) bare = "[" + bare + "]";
  std::vector<std::string> given;
  for (const Json& item : SortedItems(bare)) given.push_back(item.ToString());
  std::sort(expected.begin(), expected.end());
  return given == expected;
}

TEST(DyckReasoningErrorsTest, Holds) {
  ExpectKindHolds({.name = "dyck_language_reasoning_errors", .is_right = IsSetOfWrongThoughts});
}

TEST(DyckReasoningErrorsTest, ReleasedSamplesAreSolvedAndAccepted) {
  for (const ReleasedSample& sample : ReleasedSamples("dyck_language_reasoning_errors")) {
    const std::string puzzle = sample.metadata.ToString();
    EXPECT_TRUE(Accepts("dyck_language_reasoning_errors", puzzle, sample.answer)) << puzzle;
    EXPECT_EQ(TaskNamed("dyck_language_reasoning_errors").Solve(sample.metadata).value(),
              sample.metadata.Find("error_indices")->ToString());
  }
}

TEST(DyckReasoningErrorsTest, NothingWrongIsAnEmptyList) {
  const std::string puzzle =
      R"j({"dyck_sequence": "()", "thoughts": ["Thought 1: ( ; stack: (", "Thought 2: ) ; stack: empty"]})j";
  EXPECT_TRUE(Accepts("dyck_language_reasoning_errors", puzzle, "[]"));
  EXPECT_FALSE(Accepts("dyck_language_reasoning_errors", puzzle, ""));
  EXPECT_FALSE(Accepts("dyck_language_reasoning_errors", puzzle, "none"));
  EXPECT_FALSE(Accepts("dyck_language_reasoning_errors", puzzle, "[1]"));
}

}  // namespace
}  // namespace longhaul::reward
