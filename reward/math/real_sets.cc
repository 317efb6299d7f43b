// SPDX-License-Identifier: Apache-2.0
#include "reward/math/real_sets.h"

#include <algorithm>

namespace longhaul::reward::math {
namespace {

constexpr size_t kMaxCuts = 40;
constexpr std::string_view kUnknown = "#x";

bool IsInfinite(const Node& node) {
  return node.kind == Kind::kInfinity ||
         (node.kind == Kind::kNegate && node.args[0]->kind == Kind::kInfinity);
}

bool IsOrdering(Relation op) {
  return op == Relation::kLess || op == Relation::kLessEqual || op == Relation::kGreater ||
         op == Relation::kGreaterEqual || op == Relation::kNotEqual;
}

bool Holds(Relation op, int order) {
  switch (op) {
    case Relation::kEqual:
      return order == 0;
    case Relation::kNotEqual:
      return order != 0;
    case Relation::kLess:
      return order < 0;
    case Relation::kLessEqual:
      return order <= 0;
    case Relation::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

const Node* FindAbsolute(const Node* node) {
  if (node->kind == Kind::kFunction && node->name == "abs") return node;
  for (const Node* arg : node->args) {
    const Node* found = FindAbsolute(arg);
    if (found != nullptr) return found;
  }
  return nullptr;
}

}  // namespace

bool IsInequality(const Node& node) {
  return node.kind == Kind::kRelation && std::all_of(node.ops.begin(), node.ops.end(), IsOrdering);
}

bool IsInequalities(const Node& node) {
  if (node.kind == Kind::kList) {
    return std::any_of(node.args.begin(), node.args.end(),
                       [](const Node* arg) { return IsInequalities(*arg); });
  }
  return IsInequality(node);
}

bool IsIntervalLike(const Node& node) {
  switch (node.kind) {
    case Kind::kUnion:
    case Kind::kIntersection:
    case Kind::kDifference:
    case Kind::kNamedSet:
    case Kind::kBuilder:
      return true;
    case Kind::kTuple:
      return node.args.size() == 2;
    default:
      return false;
  }
}

const Node* RealSets::UnknownReplaced(const Node* node) {
  if (IsOpaque(*node) || node->kind == Kind::kSymbol) {
    const bool same =
        (node->kind == Kind::kSymbol ? node->name : Canonical(*node, arena_.budget())) == unknown_;
    return same ? arena_.Symbol(std::string(kUnknown)) : node;
  }
  std::vector<const Node*> args;
  bool changed = false;
  for (const Node* arg : node->args) {
    args.push_back(UnknownReplaced(arg));
    changed = changed || args.back() != arg;
  }
  if (!changed) return node;
  Node copy = *node;
  copy.args = std::move(args);
  copy.depth = copy.size = 1;
  return arena_.Add(std::move(copy));
}

const Node* RealSets::At(const Node* function, const Node* point) {
  return Substitute(arena_, function, kUnknown, point);
}

bool RealSets::AddCut(const Node* point) {
  if (IsInfinite(*point)) return true;
  for (auto it = cuts_.begin(); it != cuts_.end(); ++it) {
    const std::optional<int> order = values_.Order(*point, **it);
    if (!order.has_value()) return false;
    if (*order == 0) return true;
    if (*order < 0) {
      cuts_.insert(it, point);
      return cuts_.size() <= kMaxCuts;
    }
  }
  if (cuts_.empty() && !values_.Order(*point, *arena_.Number(0)).has_value()) return false;
  cuts_.push_back(point);
  return cuts_.size() <= kMaxCuts;
}

// Ends of intervals and roots of relations below a node.
bool RealSets::AddCuts(const Node* node) {
  switch (node->kind) {
    case Kind::kTuple:
      if (node->args.size() != 2) return false;
      // No interval holds its infinite end.
      if ((IsInfinite(*node->args[0]) && node->name[0] == '[') ||
          (IsInfinite(*node->args[1]) && node->name[1] == ']')) {
        return false;
      }
      return AddCut(node->args[0]) && AddCut(node->args[1]);
    case Kind::kSet:
    case Kind::kUnion:
    case Kind::kIntersection:
    case Kind::kDifference:
    case Kind::kList:
      for (const Node* arg : node->args) {
        const bool of_sets =
            node->kind == Kind::kSet &&
            (arg->kind == Kind::kNamedSet || arg->kind == Kind::kSet || arg->kind == Kind::kTuple);
        // "(0, 5), 7" has a value beside its intervals.
        const bool beside = node->kind == Kind::kList && !IsIntervalLike(*arg) &&
                            arg->kind != Kind::kSet && arg->kind != Kind::kRelation &&
                            arg->kind != Kind::kList;
        if (of_sets || beside) return false;
        const bool inner = arg->kind == Kind::kTuple || !arg->args.empty();
        const bool set = inner && (IsIntervalLike(*arg) || arg->kind == Kind::kSet ||
                                   arg->kind == Kind::kRelation || arg->kind == Kind::kList);
        if (!(set || arg->kind == Kind::kNamedSet ? AddCuts(arg) : AddCut(arg))) return false;
      }
      return true;
    case Kind::kNamedSet:
      return node->name == "R" || node->name == "empty" ||
             (node->name == "R+" && AddCut(arena_.Number(0)));
    case Kind::kBuilder:
      if (node->args[0]->kind != Kind::kSymbol || !AddCuts(node->args[1])) return false;
      unknown_.clear();  // its own
      return true;
    case Kind::kRelation:
      return AddRoots(node);
    default:
      return false;
  }
}

bool RealSets::AddRoots(const Node* node) {
  if (node->ops.size() == 1 && node->ops[0] == Relation::kIn) return AddCuts(node->args[1]);
  std::vector<std::string> names;
  CollectUnknowns(*node, arena_.budget(), names);
  if (names.size() != 1 || (!unknown_.empty() && unknown_ != names[0])) return false;
  unknown_ = names[0];
  const Node* relation = UnknownReplaced(node);
  for (size_t i = 0; i < relation->ops.size(); ++i) {
    if (!IsOrdering(relation->ops[i]) && relation->ops[i] != Relation::kEqual) return false;
    if (IsInfinite(*relation->args[i]) || IsInfinite(*relation->args[i + 1])) continue;
    const Node* right = arena_.Make(Kind::kNegate, {relation->args[i + 1]});
    if (!AddRootsOf(arena_.Make(Kind::kAdd, {relation->args[i], right}))) return false;
  }
  return true;
}

// Roots of f, which is of degree two at most once each |u| is u or -u.
bool RealSets::AddRootsOf(const Node* f) {
  const Node* bars = FindAbsolute(f);
  if (bars != nullptr) {
    const Node* inside = bars->args[0];
    const auto is_bars = [bars](const Node* node) { return node == bars; };
    return AddRootsOf(inside) && AddRootsOf(Replace(arena_, f, is_bars, inside)) &&
           AddRootsOf(Replace(arena_, f, is_bars, arena_.Make(Kind::kNegate, {inside})));
  }
  if (!Contains(*f, Kind::kSymbol, kUnknown)) return true;
  const auto at = [&](long x) { return At(f, arena_.Number(x)); };
  const auto sum = [&](const Node* a, long scale, const Node* b) {
    const Node* scaled = arena_.Make(Kind::kMultiply, {arena_.Number(scale), b});
    return arena_.Make(Kind::kAdd, {a, scaled});
  };
  const auto half = [&](const Node* a) {
    return arena_.Make(Kind::kDivide, {a, arena_.Number(2)});
  };
  const Node* c = at(0);
  const Node* a = sum(half(sum(at(1), 1, at(-1))), -1, c);
  const Node* b = half(sum(at(1), -1, at(-1)));
  for (const long x : {2L, 3L, -5L}) {  // it is a x^2 + b x + c
    const Node* polynomial = sum(sum(c, x, b), x * x, a);
    if (!values_.EqualExactly(*at(x), *polynomial)) return false;
  }
  const Node* zero = arena_.Number(0);
  const std::optional<int> square = values_.Order(*a, *zero), slope = values_.Order(*b, *zero);
  if (!square.has_value() || !slope.has_value()) return false;
  if (*square == 0) {
    if (*slope == 0) return true;
    return AddCut(arena_.Make(Kind::kNegate, {arena_.Make(Kind::kDivide, {c, b})}));
  }
  const Node* ac = arena_.Make(Kind::kMultiply, {a, c});
  const Node* discriminant = sum(arena_.Make(Kind::kMultiply, {b, b}), -4, ac);
  const std::optional<int> sign = values_.Order(*discriminant, *zero);
  if (!sign.has_value()) return false;
  if (*sign < 0) return true;
  const Node* root = arena_.Make(Kind::kRoot, {discriminant, arena_.Number(2)});
  const Node* twice = sum(a, 1, a);
  return AddCut(arena_.Make(Kind::kDivide, {sum(root, -1, b), twice})) &&
         AddCut(
             arena_.Make(Kind::kDivide, {sum(arena_.Make(Kind::kNegate, {root}), -1, b), twice}));
}

const Node* RealSets::Between(const Node* a, const Node* b) {
  const Node* sum = arena_.Make(Kind::kAdd, {a, b});
  return arena_.Make(Kind::kDivide, {sum, arena_.Number(2)});
}

std::vector<RealSets::Cell> RealSets::Cells() {
  std::vector<Cell> cells;
  const Node* one = arena_.Number(1);
  for (size_t i = 0; i < cuts_.size(); ++i) {
    const Node* below = i == 0 ? arena_.Make(Kind::kAdd, {cuts_[0], arena_.Number(-1)})
                               : Between(cuts_[i - 1], cuts_[i]);
    cells.push_back({i, false, below});
    cells.push_back({i, true, cuts_[i]});
  }
  const Node* above = cuts_.empty() ? one : arena_.Make(Kind::kAdd, {cuts_.back(), one});
  cells.push_back({cuts_.size(), false, above});
  return cells;
}

std::optional<size_t> RealSets::CutOf(const Node* point) {
  for (size_t i = 0; i < cuts_.size(); ++i) {
    const std::optional<int> order = values_.Order(*point, *cuts_[i]);
    if (!order.has_value()) return std::nullopt;
    if (*order == 0) return i;
  }
  return std::nullopt;
}

std::optional<bool> RealSets::IntervalHas(const Node* node, const Cell& cell) {
  const Node* low = node->args[0];
  const Node* high = node->args[1];
  bool above = IsInfinite(*low), below = IsInfinite(*high);
  if (above && low->kind != Kind::kNegate) return std::nullopt;
  if (below && high->kind == Kind::kNegate) return std::nullopt;
  if (!above) {
    const std::optional<size_t> at = CutOf(low);
    if (!at.has_value()) return std::nullopt;
    above = cell.index > *at || (cell.index == *at && cell.is_cut && node->name[0] == '[');
  }
  if (!below) {
    const std::optional<size_t> at = CutOf(high);
    if (!at.has_value()) return std::nullopt;
    below = cell.index < *at || (cell.index == *at && (!cell.is_cut || node->name[1] == ']'));
    const std::optional<int> order = values_.Order(*low, *high);
    if (!order.has_value() || *order > 0) return std::nullopt;  // (3, 1) is no interval
  }
  return above && below;
}

std::optional<bool> RealSets::RelationHas(const Node* node, const Cell& cell) {
  if (node->ops.size() == 1 && node->ops[0] == Relation::kIn) return HasCell(node->args[1], cell);
  const Node* relation = UnknownReplaced(node);
  for (size_t i = 0; i < relation->ops.size(); ++i) {
    const std::optional<int> order =
        values_.Order(*At(relation->args[i], cell.at), *At(relation->args[i + 1], cell.at));
    if (!order.has_value()) return std::nullopt;
    if (!Holds(relation->ops[i], *order)) return false;
  }
  return true;
}

std::optional<bool> RealSets::HasCell(const Node* node, const Cell& cell) {
  switch (node->kind) {
    case Kind::kTuple:
      return IntervalHas(node, cell);
    case Kind::kNamedSet:
      if (node->name == "R+") {
        const std::optional<size_t> zero = CutOf(arena_.Number(0));
        return zero.has_value() && cell.index > *zero;
      }
      return node->name == "R";
    case Kind::kBuilder:
      unknown_ = node->args[0]->name;
      return HasCell(node->args[1], cell);
    case Kind::kRelation:
      return RelationHas(node, cell);
    case Kind::kSet:
    case Kind::kList:
    case Kind::kUnion:
    case Kind::kIntersection:
    case Kind::kDifference:
      break;
    default: {
      const std::optional<size_t> at = CutOf(node);
      if (!at.has_value()) return std::nullopt;
      return cell.is_cut && cell.index == *at;
    }
  }
  const bool all = node->kind == Kind::kIntersection ||
                   (node->kind == Kind::kList && node->name != "or" && IsInequalities(*node));
  bool any_in = false, all_in = true;
  for (size_t i = 0; i < node->args.size(); ++i) {
    const std::optional<bool> in = HasCell(node->args[i], cell);
    if (!in.has_value()) return std::nullopt;
    const bool counts = node->kind == Kind::kDifference && i > 0 ? !*in : *in;
    any_in = any_in || counts;
    all_in = all_in && counts;
  }
  return all || node->kind == Kind::kDifference ? all_in : any_in;
}

std::optional<bool> RealSets::Equal(const Node* a, const Node* b) {
  cuts_.clear();
  unknown_.clear();
  if (!AddCuts(a)) return std::nullopt;
  const std::string first = std::exchange(unknown_, "");
  if (!AddCuts(b)) return std::nullopt;
  const std::string second = unknown_;
  if (!first.empty() && !second.empty() && first != second) return false;
  for (const Cell& cell : Cells()) {
    unknown_ = first;
    const std::optional<bool> in_a = HasCell(a, cell);
    unknown_ = second;
    const std::optional<bool> in_b = HasCell(b, cell);
    if (!in_a.has_value() || !in_b.has_value()) return std::nullopt;
    if (*in_a != *in_b) return false;
  }
  return true;
}

}  // namespace longhaul::reward::math
