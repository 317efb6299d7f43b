// SPDX-License-Identifier: Apache-2.0
#include "reward/logic/logic_registry.h"

#include "common/check.h"
#include "common/nearest_name.h"
#include "reward/logic/kinds.h"

namespace longhaul::reward {

LogicRegistry::LogicRegistry() {
  Add(MakeArcAgi());
  Add(MakeArrowMaze());
  Add(MakeBooleanExpressions());
  Add(MakeBuggyTables());
  Add(MakeCalcudoko());
  Add(MakeCampsite());
  Add(MakeCipher());
  Add(MakeCryptarithm());
  Add(MakeDyckLanguage());
  Add(MakeDyckLanguageErrors());
  Add(MakeDyckLanguageReasoningErrors());
  Add(MakeFutoshiki());
  Add(MakeGameOf24());
  Add(MakeGoodsExchange());
  Add(MakeHitori());
  Add(MakeKakuro());
  Add(MakeKnightsAndKnaves());
  Add(MakeKukurasu());
  Add(MakeLightUp());
  Add(MakeMathPath());
  Add(MakeMinesweeper());
  Add(MakeNQueens());
  Add(MakeNonogram());
  Add(MakeNorinori());
  Add(MakeNumberWall());
  Add(MakeNumbrix());
  Add(MakeObjectCounting());
  Add(MakeObjectProperties());
  Add(MakeOperation());
  Add(MakeSkyscraperPuzzle());
  Add(MakeSpaceReasoning());
  Add(MakeSpaceReasoningTree());
  Add(MakeStarPlacementPuzzle());
  Add(MakeSudoku());
  Add(MakeSurvo());
  Add(MakeTimeSequence());
  Add(MakeWebOfLies());
  Add(MakeWordSorting());
  Add(MakeWordSortingMistake());
  Add(MakeWordscapes());
  Add(MakeZebraPuzzle());
}

void LogicRegistry::Add(std::unique_ptr<LogicTask> task) {
  std::string name(task->name());
  CHECK(tasks_.emplace(name, std::move(task)).second) << "two kinds named " << name;
}

StatusOr<const LogicTask*> LogicRegistry::Find(std::string_view name) const {
  const auto found = tasks_.find(name);
  if (found != tasks_.end()) return found->second.get();
  return InvalidArgument("unknown logic task '{}'{}", Excerpt(name), SuggestName(name, Names()));
}

std::vector<std::string> LogicRegistry::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, task] : tasks_) names.push_back(name);
  return names;
}

}  // namespace longhaul::reward
