// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <map>

#include "logic_case.h"
#include "reward/logic/literal.h"
#include "reward/logic/zebra_grid.h"

namespace longhaul::reward {
namespace {

std::string Lowered(std::string text) {
  for (char& ch : text) ch = static_cast<char>(std::tolower(static_cast<unsigned char>(ch)));
  return text;
}

// Looks up the house of every "category/value" and reads the clues.
bool ClueByClue(const Json& puzzle, const std::string& answer) {
  const auto houses = ReadLiteral(answer);
  if (!houses.ok() || !houses->is_object()) return false;
  std::map<std::string, int> house_of;
  const int64_t num_houses = puzzle.GetInt("houses").value();
  if (static_cast<int64_t>(houses->members().size()) != num_houses) return false;
  for (int house = 1; house <= num_houses; ++house) {
    const Json* values = houses->Find(std::to_string(house));
    if (values == nullptr ||
        values->members().size() != puzzle.Find("categories")->members().size())
      return false;
    for (const auto& [category, value] : values->members()) {
      if (!value.is_string()) return false;
      house_of[category + "/" + Lowered(value.AsString().value())] = house;
    }
  }
  for (const auto& [category, values] : puzzle.Find("categories")->members()) {
    for (const Json& value : values.items()) {
      if (house_of.count(category + "/" + Lowered(value.AsString().value())) == 0) return false;
    }
  }
  for (const Json& clue : puzzle.Find("clues")->items()) {
    std::vector<int> at;
    for (const Json& item : clue.Find("items")->items()) {
      at.push_back(house_of[item.items()[0].AsString().value() + "/" +
                            Lowered(item.items()[1].AsString().value())]);
    }
    const std::string relation = clue.GetString("relation").value();
    const int house = static_cast<int>(clue.GetIntOr("house", 0).value());
    const std::map<std::string, bool> holds = {{"at", at[0] == house},
                                               {"not_at", at[0] != house},
                                               {"same", at[0] == at.back()},
                                               {"apart", at[0] != at.back()},
                                               {"next_to", std::abs(at[0] - at.back()) == 1},
                                               {"just_left", at.back() - at[0] == 1},
                                               {"left_of", at[0] < at.back()}};
    if (!holds.at(relation)) return false;
  }
  return true;
}

TEST(ZebraPuzzleTest, Holds) { ExpectKindHolds({.name = "zebra_puzzle", .is_right = ClueByClue}); }

// Against all permutations of three houses and two categories.
TEST(ZebraPuzzleTest, SolverFindsEveryArrangement) {
  RandomSequence random(RandomKey(5, RandomStream::kTest), 0);
  for (int round = 0; round < 300; ++round) {
    std::vector<ZebraClue> clues;
    for (uint64_t i = random.Below(4); i > 0; --i) {
      ZebraClue clue;
      clue.relation = static_cast<ZebraRelation>(random.Below(kNumZebraRelations));
      clue.first = {static_cast<int>(random.Below(2)), static_cast<int>(random.Below(3))};
      clue.second = {1 - clue.first.category, static_cast<int>(random.Below(3))};
      clue.house = static_cast<int>(random.Below(3));
      clues.push_back(clue);
    }
    std::vector<ZebraPlaces> expected;
    std::vector<int> first = {0, 1, 2};
    do {
      std::vector<int> second = {0, 1, 2};
      do {
        const ZebraPlaces places = {first, second};
        if (std::all_of(clues.begin(), clues.end(),
                        [&](const ZebraClue& clue) { return ClueHolds(clue, places); })) {
          expected.push_back(places);
        }
      } while (std::next_permutation(second.begin(), second.end()));
    } while (std::next_permutation(first.begin(), first.end()));
    std::vector<ZebraPlaces> found = SolveZebra(3, 2, clues, 100);
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, expected);
  }
}

// The released verifier evaluates the text of the answer. Here it is data, or an error.
TEST(ZebraPuzzleTest, NothingIsEvaluated) {
  const std::string stored = R"({"1":{"color":"red"},"2":{"color":"blue"}})";
  EXPECT_TRUE(
      Accepts("zebra_puzzle", "{}", "{'2': {'color': 'blue'}, '1': {'color': 'red'}}", stored));
  EXPECT_TRUE(Accepts("zebra_puzzle", "{}", "{1: {'color': 'red'}, 2: {'color': 'blue'}}", stored));
  EXPECT_FALSE(Accepts("zebra_puzzle", "{}", "{'1': {'color': 'red'}}", stored));
  EXPECT_FALSE(Accepts("zebra_puzzle", "{}", "__import__('os').system('true')", stored));
  EXPECT_FALSE(Accepts("zebra_puzzle", "{}", "dict([(1, {'color': 'red'})])", stored));
}

}  // namespace
}  // namespace longhaul::reward
