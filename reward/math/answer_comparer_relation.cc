// SPDX-License-Identifier: Apache-2.0
//
// Answers that are relations: assignments, equations, inequalities.
#include <algorithm>

#include "reward/math/answer_comparer.h"

namespace longhaul::reward::math {
namespace {

Relation Flipped(Relation op) {
  switch (op) {
    case Relation::kLess:
      return Relation::kGreater;
    case Relation::kLessEqual:
      return Relation::kGreaterEqual;
    case Relation::kGreater:
      return Relation::kLess;
    case Relation::kGreaterEqual:
      return Relation::kLessEqual;
    default:
      return op;
  }
}

// -1 < x < 2, which nobody would ask to solve.
bool IsSolved(const Node& inequality) {
  return inequality.kind == Kind::kRelation &&
         std::all_of(inequality.args.begin(), inequality.args.end(), [](const Node* arg) {
           return arg->kind == Kind::kSymbol || IsConstantValue(*arg);
         });
}

// m + n, mn: nothing but different letters, of which none is the name of an unknown that an
// equation would be for.
bool IsOfLetters(const Node& node) {
  std::vector<std::string> names;
  for (const Node* arg : node.args) {
    const bool unknown = arg->name == "x" || arg->name == "y" || arg->name == "z";
    if (arg->kind != Kind::kSymbol || unknown) return false;
    names.push_back(arg->name);
  }
  std::sort(names.begin(), names.end());
  return (node.kind == Kind::kAdd || node.kind == Kind::kMultiply) &&
         std::adjacent_find(names.begin(), names.end()) == names.end();
}

}  // namespace

bool AnswerComparer::CompareInequalities(const Node* gold, const Node* pred) {
  const bool set_of_solutions =
      gold->kind == Kind::kBuilder && IsInequalities(*gold->args[1]) && IsSolved(*pred);
  if (set_of_solutions) gold = gold->args[1];
  const bool gold_inequality = IsInequalities(*gold), pred_inequality = IsInequalities(*pred);
  const bool restated = !gold_inequality && !options_.allow_set_relation;
  if (restated) return Differ("an inequality where the ground truth is none");
  const std::optional<bool> same = RealSets(values_).Equal(gold, pred);
  if (same.has_value()) {
    return *same ? Agree("sets of solutions") : Differ("different sets of solutions");
  }
  if (gold->kind != Kind::kRelation || pred->kind != Kind::kRelation) {
    return gold_inequality && pred_inequality && IsListLike(*gold) && IsListLike(*pred) &&
           CompareUnordered(gold->args, pred->args);
  }
  return CompareChains(gold, pred);
}

bool AnswerComparer::CompareRelationAndValue(const Node* gold, const Node* pred) {
  if (gold->kind == Kind::kRelation) {
    const std::optional<Assignment> assignment = AsAssignment(arena_, gold);
    if (!assignment.has_value()) return Differ("an equation and a value");
    return Compare(assignment->value, pred);
  }
  const std::optional<Assignment> assignment = AsAssignment(arena_, pred);
  if (assignment.has_value() && IsCoordinates(*assignment->name)) return CompareLists(gold, pred);
  if (assignment.has_value()) return Compare(gold, assignment->value);
  // m + n = 25 + 8 = 33: what the letters come to.
  if (IsOfLetters(*pred->args[0]) && pred->ops[0] == Relation::kEqual) {
    Items values(pred->args.begin() + 1, pred->args.end());
    const bool constant = std::all_of(values.begin(), values.end(),
                                      [](const Node* value) { return IsConstantValue(*value); });
    const bool equations = std::all_of(pred->ops.begin(), pred->ops.end(),
                                       [](Relation op) { return op == Relation::kEqual; });
    if (constant && equations) return Compare(gold, values.back());
  }
  const Node* last = ChainValue(pred);
  if (last != nullptr) return Compare(gold, last);
  const bool decimal_behind = pred->ops.size() == 1 && pred->ops[0] == Relation::kApprox &&
                              IsConstantValue(*pred->args[0]) && IsConstantValue(*pred->args[1]);
  return decimal_behind && SameOrRounded(pred->args[0], pred->args[1]) &&
         Compare(gold, pred->args[0]);
}

bool AnswerComparer::CompareRelations(const Node* gold, const Node* pred) {
  const std::optional<Assignment> left = AsAssignment(arena_, gold);
  const std::optional<Assignment> right = AsAssignment(arena_, pred);
  if (left.has_value() && right.has_value() && left->key == right->key) {
    return Compare(left->value, WithArgumentsOf(*left->name, *right->name, right->value));
  }
  const auto equation = [](const Node* node) {
    return node->ops.size() == 1 &&
           (node->ops[0] == Relation::kEqual || node->ops[0] == Relation::kNotEqual);
  };
  if (equation(gold) && equation(pred) && gold->ops == pred->ops) {
    return CompareEquations(gold, pred);
  }
  return CompareChains(gold, pred);
}

// f(t) = t^2 is f(x) = x^2: what it is a function of is named as the ground truth does.
const Node* AnswerComparer::WithArgumentsOf(const Node& gold, const Node& pred, const Node* value) {
  const bool functions = IsFunctionOfNames(gold) && IsFunctionOfNames(pred);
  if (!functions || gold.args.size() != pred.args.size()) return value;
  for (size_t i = 0; i < pred.args.size(); ++i) {
    value = Substitute(arena_, value, pred.args[i]->name, arena_.Symbol(fmt::format("#{}", i)));
  }
  for (size_t i = 0; i < gold.args.size(); ++i) {
    if (Contains(*value, Kind::kSymbol, gold.args[i]->name)) return arena_.Error();
    value = Substitute(arena_, value, fmt::format("#{}", i), gold.args[i]);
  }
  return value;
}

bool AnswerComparer::CompareEquations(const Node* gold, const Node* pred) {
  const auto difference = [&](const Node* node) {
    const Node* right = arena_.Make(Kind::kNegate, {node->args[1]});
    return arena_.Make(Kind::kAdd, {node->args[0], right});
  };
  if (CompareChains(gold, pred)) return true;
  const std::optional<int> sign = values_.ProportionSign(*difference(gold), *difference(pred));
  return sign.has_value() ? Agree("the same equation up to a factor")
                          : Differ("different equations");
}

// Member by member, forwards or backwards; one inequality also up to a factor.
bool AnswerComparer::CompareChains(const Node* gold, const Node* pred) {
  if (gold->ops.size() != pred->ops.size() || gold->name != pred->name) {
    return Differ("different relations");
  }
  if (gold->ops == pred->ops && CompareOrdered(gold->args, pred->args)) return true;
  Items reversed(pred->args.rbegin(), pred->args.rend());
  std::vector<Relation> flipped;
  for (auto op = pred->ops.rbegin(); op != pred->ops.rend(); ++op) flipped.push_back(Flipped(*op));
  const bool directed = gold->name.empty() && std::find(gold->ops.begin(), gold->ops.end(),
                                                        Relation::kIn) == gold->ops.end();
  if (directed && gold->ops == flipped && CompareOrdered(gold->args, reversed)) return true;
  if (gold->ops.size() != 1 || !directed || !IsInequality(*gold) || !IsInequality(*pred)) {
    return Differ("different relations");
  }
  const auto difference = [&](const Node* node) {
    const Node* right = arena_.Make(Kind::kNegate, {node->args[1]});
    return arena_.Make(Kind::kAdd, {node->args[0], right});
  };
  const std::optional<int> sign = values_.ProportionSign(*difference(gold), *difference(pred));
  if (!sign.has_value()) return Differ("different inequalities");
  const Relation op = *sign > 0 ? pred->ops[0] : Flipped(pred->ops[0]);
  return op == gold->ops[0] ? Agree("inequalities up to a factor")
                            : Differ("inequalities of opposite directions");
}

}  // namespace longhaul::reward::math
