// SPDX-License-Identifier: Apache-2.0
//
// Puzzles of another shape than their kind reads: each list in turn becomes an object. None may be
// read as a puzzle by mistake, let alone end the process.
#include <gtest/gtest.h>

#include "logic_case.h"

namespace longhaul::reward {
namespace {

Json ObjectOf(const Json& list) {
  Json object = Json::Object();
  for (size_t i = 0; i < list.items().size(); ++i) object.Set(std::to_string(i), list.items()[i]);
  return object;
}

// Every puzzle that differs from `json` in one list, which is an object with the same values.
std::vector<Json> WithObjectsForLists(const Json& json) {
  std::vector<Json> changed;
  if (json.is_array()) changed.push_back(ObjectOf(json));
  for (size_t i = 0; i < json.items().size(); ++i) {
    for (Json& inner : WithObjectsForLists(json.items()[i])) {
      Json list = Json::Array();
      for (size_t j = 0; j < json.items().size(); ++j)
        list.Append(j == i ? std::move(inner) : json.items()[j]);
      changed.push_back(std::move(list));
    }
  }
  for (const Json::Member& member : json.members()) {
    for (Json& inner : WithObjectsForLists(member.value)) {
      Json object = json;
      object.Set(member.key, std::move(inner));
      changed.push_back(std::move(object));
    }
  }
  return changed;
}

// What a kind does not read (the belongings of those who are not asked about) may be anything.
TEST(PuzzleShapeTest, AnObjectIsNoList) {
  int refused = 0;
  for (const std::string& name : LogicRegistry().Names()) {
    const LogicTask& task = TaskNamed(name);
    RandomSequence random(RandomKey(5, RandomStream::kTest), 0);
    const LogicInstance instance = task.Generate(3, random);
    const StatusOr<std::string> answer = task.Solve(instance.puzzle);
    ASSERT_TRUE(answer.ok()) << name;
    for (const Json& puzzle : WithObjectsForLists(instance.puzzle)) {
      const bool readable = task.CheckPuzzle(puzzle).ok();
      WorkBudget budget(kWorkBudgetSteps);
      EXPECT_EQ(task.Verify({puzzle, instance.answer}, instance.answer, budget).scorable, readable)
          << name << " " << puzzle.ToString();
      const StatusOr<std::string> solved = task.Solve(puzzle);
      EXPECT_EQ(solved.ok(), readable) << name << " " << puzzle.ToString();
      if (solved.ok()) {
        EXPECT_EQ(*solved, *answer) << name << " " << puzzle.ToString();
      }
      refused += readable ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 300);
}

}  // namespace
}  // namespace longhaul::reward
