// SPDX-License-Identifier: Apache-2.0
#include "reward/logic/logic_verifier.h"

#include <fmt/ranges.h>

namespace longhaul::reward {
namespace {

struct Resolved {
  const LogicTask* task;
  Json puzzle;
};

StatusOr<Resolved> Resolve(const LogicRegistry& registry, const Json& options) {
  if (options.Find("task") == nullptr) {
    return InvalidArgument("key `task`, the kind of puzzle, is missing; valid: {}",
                           fmt::join(registry.Names(), ", "));
  }
  ASSIGN_OR_RETURN(const std::string name, options.GetString("task"));
  ASSIGN_OR_RETURN(const LogicTask* task, registry.Find(name));
  const Json* puzzle = options.Find("puzzle");
  if (puzzle == nullptr || puzzle->is_null()) return Resolved{task, Json::Object()};
  if (!puzzle->is_object()) return InvalidArgument("option puzzle is no object");
  return Resolved{task, *puzzle};
}

}  // namespace

Status LogicVerifier::CheckTask(const ScoringTask& task) const {
  ASSIGN_OR_RETURN(const Resolved resolved, Resolve(registry_, task.options));
  RETURN_IF_ERROR(Annotate(resolved.task->CheckPuzzle(resolved.puzzle), "option puzzle"));
  if (task.answer.empty()) return OkStatus();
  WorkBudget budget(kWorkBudgetSteps);
  const Verdict verdict =
      resolved.task->Verify({resolved.puzzle, task.answer}, task.answer, budget);
  if (verdict.scorable && verdict.score == 1) return OkStatus();
  return InvalidArgument("the ground truth '{}' is no right answer of this puzzle: {}",
                         Excerpt(task.answer), verdict.detail);
}

Verdict LogicVerifier::Verify(const ScoringTask& task, const Response& response,
                              WorkBudget& budget) const {
  const StatusOr<Resolved> resolved = Resolve(registry_, task.options);
  if (!resolved.ok()) return Unscorable(Message(resolved.status()));
  if (!response.answer.has_value()) return Wrong("no answer found");
  return resolved->task->Verify({resolved->puzzle, task.answer}, *response.answer, budget);
}

}  // namespace longhaul::reward
