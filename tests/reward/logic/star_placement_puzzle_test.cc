// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <map>

#include "logic_case.h"
#include "reward/logic/grid.h"
#include "reward/logic/literal.h"

namespace longhaul::reward {
namespace {

bool StarsAreApart(const Json& puzzle, const std::string& answer) {
  const int64_t n = puzzle.GetInt("n").value(), k = puzzle.GetInt("k").value();
  const TextGrid regions = ReadTextGrid(*puzzle.Find("region_grid")).value();
  const auto object = ReadLiteral(answer);
  if (!object.ok() || !object->is_object()) return false;
  std::map<int64_t, int64_t> rows, columns;
  std::map<std::string, int64_t> in_region;
  std::vector<std::pair<int64_t, int64_t>> stars;
  for (const auto& [name, list] : object->members()) {
    if (!list.is_array()) return false;
    for (const Json& pair : list.items()) {
      if (pair.size() != 2) return false;
      if (pair.items()[0].kind() != Json::Kind::kInt) return false;
      if (pair.items()[1].kind() != Json::Kind::kInt) return false;
      const int64_t row = *pair.items()[0].AsInt(), column = *pair.items()[1].AsInt();
      if (row < 1 || column < 1 || row > n || column > n) return false;
      const std::string at = regions[{static_cast<int>(row - 1), static_cast<int>(column - 1)}];
      if (at != name) return false;
      for (const auto& [r, c] : stars) {
        if (std::max(std::abs(r - row), std::abs(c - column)) < 2) return false;
      }
      stars.emplace_back(row, column);
      ++rows[row], ++columns[column], ++in_region[name];
    }
  }
  for (int64_t i = 1; i <= n; ++i) {
    if (rows[i] != k || columns[i] != k) return false;
  }
  for (const std::string& name : regions.cells()) {
    if (in_region[name] != k) return false;
  }
  return object->members().size() == in_region.size();
}

TEST(StarPlacementPuzzleTest, Holds) {
  ExpectKindHolds({.name = "star_placement_puzzle", .is_right = StarsAreApart});
}

TEST(StarPlacementPuzzleTest, Rules) {
  const std::string puzzle =
      R"({"n":4,"k":1,"region_grid":[["A","A","B","B"],["A","B","B","B"],["C","C","C","D"],["C","D","D","D"]]})";
  const auto accepts = [&](std::string_view answer) {
    return Accepts("star_placement_puzzle", puzzle, answer);
  };
  EXPECT_TRUE(accepts(R"({"A":[[1,2]],"B":[[2,4]],"C":[[3,1]],"D":[[4,3]]})"));
  EXPECT_TRUE(accepts("{'A': [(1, 2)], 'B': [(2, 4)], 'C': [(3, 1)], 'D': [(4, 3)]}"));
  EXPECT_FALSE(accepts(R"({"B":[[1,3]],"A":[[2,1]],"D":[[3,4]],"C":[[4,2]]})"));
  EXPECT_FALSE(accepts(R"({"A":[[1,2]],"B":[[2,4]],"C":[[3,1]]})"));
  EXPECT_FALSE(accepts(R"({"A":[[1,2]],"B":[[2,4]],"C":[[3,1]],"D":[[4,3]],"E":[]})"));
  EXPECT_FALSE(accepts(R"({"A":[[1,2]],"B":[[2,4]],"C":[[3,1],[3,1]],"D":[[4,3]]})"));
}

// The release stores "A(1,1)\n\nB(2,4)"; here it is written in the declared form. Its stored
// answers let stars touch at a corner, which the released prompt and verifier forbid: they are
// wrong, and the puzzles have other, right ones.
TEST(StarPlacementPuzzleTest, ReleasedSamplesAreSolvedAndTheirTouchingStarsRefused) {
  for (const ReleasedSample& sample : ReleasedSamples("star_placement_puzzle")) {
    std::map<std::string, std::string> lists;
    for (size_t at = 0; (at = sample.answer.find('(', at)) != std::string::npos; ++at) {
      const std::string name = sample.answer.substr(at - 1, 1);
      const std::string star = sample.answer.substr(at, sample.answer.find(')', at) - at + 1);
      lists[name] = fmt::format("[{}]", star);
    }
    std::string answer;
    for (const auto& [name, list] : lists) answer += fmt::format("'{}': {}, ", name, list);
    answer = fmt::format("{{{}}}", answer);
    EXPECT_FALSE(StarsAreApart(sample.metadata, answer)) << answer;
    EXPECT_FALSE(Accepts("star_placement_puzzle", sample.metadata.ToString(), answer)) << answer;
    const auto solved = TaskNamed("star_placement_puzzle").Solve(sample.metadata);
    ASSERT_TRUE(solved.ok()) << solved.status();
    EXPECT_TRUE(StarsAreApart(sample.metadata, *solved));
    EXPECT_TRUE(Accepts("star_placement_puzzle", sample.metadata.ToString(), *solved));
  }
}

}  // namespace
}  // namespace longhaul::reward
