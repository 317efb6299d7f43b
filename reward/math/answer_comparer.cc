// SPDX-License-Identifier: Apache-2.0
#include "reward/math/answer_comparer.h"

#include <algorithm>
#include <cctype>

#include "reward/math/clock_time.h"
#include "reward/math/unit.h"

namespace longhaul::reward::math {
namespace {

constexpr int kMaxDepth = 40;
constexpr size_t kMaxRenamed = 4;

bool IsMembership(const Node& node) {
  return node.kind == Kind::kRelation && node.ops.size() == 1 && node.ops[0] == Relation::kIn;
}

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

void CollectSymbols(const Node& node, std::vector<std::string>& names) {
  if (node.kind == Kind::kSymbol &&
      std::find(names.begin(), names.end(), node.name) == names.end()) {
    names.push_back(node.name);
  }
  for (const Node* arg : node.args) CollectSymbols(*arg, names);
}

// An expression without names of any kind.
bool IsConstantValue(const Node& node) {
  switch (node.kind) {
    case Kind::kNumber:
    case Kind::kConstant:
    case Kind::kUnit:
      return true;
    case Kind::kAdd:
    case Kind::kMultiply:
    case Kind::kDivide:
    case Kind::kNegate:
    case Kind::kPower:
    case Kind::kRoot:
    case Kind::kFunction:
      return std::all_of(node.args.begin(), node.args.end(),
                         [](const Node* arg) { return IsConstantValue(*arg); });
    default:
      return false;
  }
}

bool IsOfSymbols(const Node& list) {
  return std::all_of(list.args.begin(), list.args.end(),
                     [](const Node* arg) { return arg->kind == Kind::kSymbol; });
}

// What can stand for the same angle as a number of degrees.
bool IsRadians(const Node& node) {
  return Contains(node, Kind::kConstant, "pi") || Contains(node, Kind::kFunction, "arcsin") ||
         Contains(node, Kind::kFunction, "arccos") || Contains(node, Kind::kFunction, "arctan");
}

}  // namespace

bool AnswerComparer::Decide(bool equal, std::string_view reason) {
  reason_ = reason;
  return equal;
}

bool AnswerComparer::Equal(const Node* gold, const Node* pred) {
  const Node* simple_gold = SimplifyMatrices(arena_, gold);
  const Node* simple_pred = SimplifyMatrices(arena_, pred);
  if (gold->kind != Kind::kRelation && !ChainsHold(simple_pred))
    return Decide(false, "different values in one chain");
  if (EqualReadings(simple_gold, simple_pred)) return true;
  return !options_.strict && EqualRenamed(simple_gold, simple_pred);
}

bool AnswerComparer::ChainsHold(const Node* node) {
  if (IsListLike(*node) || node->kind == Kind::kTuple) {
    return std::all_of(node->args.begin(), node->args.end(),
                       [&](const Node* arg) { return ChainsHold(arg); });
  }
  if (node->kind != Kind::kRelation) return true;
  const Node* last = nullptr;
  for (size_t i = node->args.size(); i-- > 0;) {
    const bool equation = i >= node->ops.size() || node->ops[i] == Relation::kEqual;
    if (!equation) last = nullptr;
    if (!IsConstantValue(*node->args[i])) continue;
    if (last != nullptr && !SameOrRounded(node->args[i], last)) return false;
    last = node->args[i];
  }
  return true;
}

// 22/7 = 3.14 holds as far as it is written.
bool AnswerComparer::SameOrRounded(const Node* value, const Node* last) {
  if (Contains(*value, Kind::kUnit) != Contains(*last, Kind::kUnit)) return true;
  if (Compare(value, last)) return true;
  if (last->kind != Kind::kNumber || last->decimal_places < 1 || last->decimal_places > 100) {
    return false;
  }
  mpz_class scale;
  mpz_ui_pow_ui(scale.get_mpz_t(), 10, static_cast<unsigned long>(last->decimal_places));
  const Node* difference =
      arena_.Make(Kind::kFunction,
                  {arena_.Make(Kind::kAdd, {value, arena_.Make(Kind::kNegate, {last})})}, "abs");
  const std::optional<int> order =
      values_.Order(*difference, *arena_.Number(mpq_class(1) / mpq_class(2 * scale)));
  return order.has_value() && *order <= 0;
}

// "100,200" may be a number or a list: the other side decides, the likelier reading when it can be
// both too. A ground truth that is a list is never read as a decimal.
bool AnswerComparer::EqualReadings(const Node* gold, const Node* pred) {
  if (Compare(gold, pred)) return true;
  if (gold->alternate != nullptr && pred->alternate != nullptr) return false;
  const std::string reason = reason_;
  if (gold->alternate != nullptr && gold->kind == Kind::kNumber && Compare(gold->alternate, pred)) {
    return true;
  }
  if (pred->alternate != nullptr && Compare(gold, pred->alternate)) return true;
  return Decide(false, reason);
}

// The same with the names of the response replaced by those of the ground truth in some order.
bool AnswerComparer::EqualRenamed(const Node* gold, const Node* pred) {
  std::vector<std::string> names, others;
  CollectSymbols(*gold, names);
  CollectSymbols(*pred, others);
  if (names.empty() || names.size() != others.size() || names.size() > kMaxRenamed) return false;
  for (size_t i = 0; i < others.size(); ++i) {
    pred = Substitute(arena_, pred, others[i], arena_.Symbol(fmt::format("#{}", i)));
  }
  std::sort(names.begin(), names.end());
  do {
    const Node* renamed = pred;
    for (size_t i = 0; i < names.size(); ++i) {
      renamed = Substitute(arena_, renamed, fmt::format("#{}", i), arena_.Symbol(names[i]));
    }
    if (Compare(gold, renamed)) return Decide(true, "equal with variables renamed");
  } while (std::next_permutation(names.begin(), names.end()));
  return false;
}

bool AnswerComparer::Compare(const Node* gold, const Node* pred) {
  if (gold->kind == Kind::kError || pred->kind == Kind::kError || depth_ > kMaxDepth) {
    return Decide(false, "over the limits");
  }
  if (IsLetterWord(*gold) && IsLetterWord(*pred)) {
    const bool same =
        std::equal(gold->args.begin(), gold->args.end(), pred->args.begin(), pred->args.end(),
                   [](const Node* a, const Node* b) { return a->name == b->name; });
    return Decide(same, "letters in their order");
  }
  // "p or q" is not "p and q".
  if (gold->kind == Kind::kList && pred->kind == Kind::kList && gold->name != pred->name &&
      IsOfSymbols(*gold)) {
    return Decide(false, "one of several and all of them");
  }
  const std::string text = Canonical(*gold, arena_.budget());
  if (text.find('?') == std::string::npos && text == Canonical(*pred, arena_.budget())) {
    return Decide(true, "the same canonical form");
  }
  ++depth_;
  const bool equal = CompareSingle(gold, pred);
  --depth_;
  return equal;
}

bool AnswerComparer::CompareSingle(const Node* gold, const Node* pred) {
  const bool gold_inequality = IsInequalities(*gold), pred_inequality = IsInequalities(*pred);
  if (gold_inequality || pred_inequality) {
    const bool restated = !gold_inequality && !options_.allow_set_relation;
    if (restated) return Decide(false, "an inequality where the ground truth is none");
    const std::optional<bool> same = RealSets(values_).Equal(gold, pred);
    if (same.has_value()) return Decide(*same, "sets of solutions");
    if (gold->kind != Kind::kRelation || pred->kind != Kind::kRelation) {
      return gold_inequality && pred_inequality && IsListLike(*gold) && IsListLike(*pred) &&
             CompareUnordered(gold->args, pred->args);
    }
    return CompareChains(gold, pred);
  }
  if (IsMembership(*gold) && IsMembership(*pred)) {
    return Compare(gold->args[0], pred->args[0]) && Compare(gold->args[1], pred->args[1]);
  }
  if (IsMembership(*gold) && IsNameLike(*gold->args[0])) return Compare(gold->args[1], pred);
  if (IsMembership(*pred) && IsNameLike(*pred->args[0])) return Compare(gold, pred->args[1]);
  const Node* gold_point = PointOf(*gold);
  const Node* pred_point = PointOf(*pred);
  if (gold_point != nullptr && pred->kind == Kind::kTuple) {
    return CompareOrdered(gold_point->args, pred->args);
  }
  if (pred_point != nullptr && gold->kind == Kind::kTuple) {
    return CompareOrdered(gold->args, pred_point->args);
  }
  const bool signs = Contains(*gold, Kind::kPlusMinus) || Contains(*pred, Kind::kPlusMinus);
  const bool tuples = gold->kind == Kind::kTuple && pred->kind == Kind::kTuple;
  if (!tuples && !signs && (IsIntervalLike(*gold) || IsIntervalLike(*pred)) &&
      (gold->kind != Kind::kTuple || !IsListLike(*pred)) &&
      (pred->kind != Kind::kTuple || !IsListLike(*gold)) && gold->kind != Kind::kRelation &&
      pred->kind != Kind::kRelation) {
    return CompareSets(gold, pred);
  }
  if (gold->kind == Kind::kRelation && pred->kind == Kind::kRelation && !signs) {
    return CompareRelations(gold, pred);
  }
  if (IsListLike(*gold) || IsListLike(*pred) || signs) return CompareLists(gold, pred);
  if (gold->kind == Kind::kRelation) {
    const std::optional<Assignment> assignment = AsAssignment(arena_, gold);
    if (!assignment.has_value()) return Decide(false, "an equation and a value");
    return Compare(assignment->value, pred);
  }
  if (pred->kind == Kind::kRelation) {
    const std::optional<Assignment> assignment = AsAssignment(arena_, pred);
    if (assignment.has_value() && IsCoordinates(*assignment->name)) return CompareLists(gold, pred);
    if (assignment.has_value()) return Compare(gold, assignment->value);
    const Node* last = ChainValue(pred);
    if (last != nullptr) return Compare(gold, last);
    const bool decimal_behind = pred->ops.size() == 1 && pred->ops[0] == Relation::kApprox &&
                                IsConstantValue(*pred->args[0]) && IsConstantValue(*pred->args[1]);
    return decimal_behind && SameOrRounded(pred->args[0], pred->args[1]) &&
           Compare(gold, pred->args[0]);
  }
  if (tuples) return CompareTuples(gold, pred);
  if (gold->kind == Kind::kRatio || pred->kind == Kind::kRatio) return CompareRatios(gold, pred);
  if (gold->kind == Kind::kMatrix && pred->kind == Kind::kMatrix) {
    return gold->columns == pred->columns && CompareOrdered(gold->args, pred->args);
  }
  if (gold->kind == Kind::kTuple || pred->kind == Kind::kTuple || gold->kind == Kind::kMatrix ||
      pred->kind == Kind::kMatrix) {
    return Decide(false, "different types");
  }
  return CompareQuantities(gold, pred);
}

bool AnswerComparer::CompareSets(const Node* gold, const Node* pred) {
  const std::optional<bool> same = RealSets(values_).Equal(gold, pred);
  if (same.has_value()) return Decide(*same, "sets of real numbers");
  if (gold->kind != pred->kind || gold->name != pred->name || gold->args.empty()) {
    return Decide(false, "sets that cannot be compared");
  }
  if (gold->kind == Kind::kUnion || gold->kind == Kind::kIntersection) {
    return CompareUnordered(gold->args, pred->args);
  }
  return CompareOrdered(gold->args, pred->args);
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
  const auto symbols = [](const Node& name) {
    return name.kind == Kind::kApply &&
           std::all_of(name.args.begin(), name.args.end(),
                       [](const Node* arg) { return arg->kind == Kind::kSymbol; });
  };
  if (!symbols(gold) || !symbols(pred) || gold.args.size() != pred.args.size()) return value;
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
  return Decide(sign.has_value(),
                sign.has_value() ? "the same equation up to a factor" : "different equations");
}

// Member by member, forwards or backwards; one inequality also up to a factor.
bool AnswerComparer::CompareChains(const Node* gold, const Node* pred) {
  if (gold->ops.size() != pred->ops.size() || gold->name != pred->name) {
    return Decide(false, "different relations");
  }
  if (gold->ops == pred->ops && CompareOrdered(gold->args, pred->args)) return true;
  Items reversed(pred->args.rbegin(), pred->args.rend());
  std::vector<Relation> flipped;
  for (auto op = pred->ops.rbegin(); op != pred->ops.rend(); ++op) flipped.push_back(Flipped(*op));
  const bool directed = gold->name.empty() && std::find(gold->ops.begin(), gold->ops.end(),
                                                        Relation::kIn) == gold->ops.end();
  if (directed && gold->ops == flipped && CompareOrdered(gold->args, reversed)) return true;
  if (gold->ops.size() != 1 || !directed || !IsInequality(*gold) || !IsInequality(*pred)) {
    return Decide(false, "different relations");
  }
  const auto difference = [&](const Node* node) {
    const Node* right = arena_.Make(Kind::kNegate, {node->args[1]});
    return arena_.Make(Kind::kAdd, {node->args[0], right});
  };
  const std::optional<int> sign = values_.ProportionSign(*difference(gold), *difference(pred));
  if (!sign.has_value()) return Decide(false, "different inequalities");
  const Relation op = *sign > 0 ? pred->ops[0] : Flipped(pred->ops[0]);
  return Decide(op == gold->ops[0], "inequalities up to a factor");
}

bool AnswerComparer::CompareRatios(const Node* gold, const Node* pred) {
  const std::optional<ClockTime> time = AsClockTime(*gold), other = AsClockTime(*pred);
  if (time.has_value() && other.has_value()) return Decide(SameTime(*time, *other), "times of day");
  const bool clock = time.has_value() || (other.has_value() && !other->half.empty());
  if (clock && (pred->kind != Kind::kRatio || gold->kind != Kind::kRatio)) {
    return Decide(false, "a time of day and a value");
  }
  const auto value = [&](const Node* node) {
    if (node->kind != Kind::kRatio) return node;
    return node->args.size() == 2 ? arena_.Make(Kind::kDivide, node->args) : arena_.Error();
  };
  if (gold->kind != Kind::kRatio || pred->kind != Kind::kRatio) {
    return Compare(value(gold), value(pred));
  }
  if (gold->args.size() != pred->args.size()) return Decide(false, "ratios of different length");
  for (size_t i = 1; i < gold->args.size(); ++i) {
    const Node* left = arena_.Make(Kind::kDivide, {gold->args[i - 1], gold->args[i]});
    const Node* right = arena_.Make(Kind::kDivide, {pred->args[i - 1], pred->args[i]});
    if (!Compare(left, right)) return false;
  }
  return true;
}

bool AnswerComparer::CompareQuantities(const Node* gold, const Node* pred) {
  const auto words = [](const Node& node) {
    return node.kind == Kind::kText || node.kind == Kind::kUnit;
  };
  if (words(*gold) != words(*pred)) return Decide(false, "words and a value");  // hours, 1
  const Quantity left = SplitUnit(arena_, gold), right = SplitUnit(arena_, pred);
  const auto decide = [&](const Node* a, const Node* b) {
    const bool equal = values_.Equal(a, b);
    return Decide(equal, values_.reason().empty() ? "values" : values_.reason());
  };
  const auto is_degrees = [](const Quantity& quantity) {
    return quantity.measure.powers.size() == 1 && quantity.measure.powers.contains("degree");
  };
  if (left.measure.empty() || right.measure.empty()) {
    if (decide(left.value, right.value)) return true;
    const bool angle =
        (is_degrees(left) && IsRadians(*pred)) || (is_degrees(right) && IsRadians(*gold));
    return angle && decide(gold, pred);
  }
  if (left.measure.powers != right.measure.powers) {
    const auto angle = [&](const Quantity& quantity) -> const Node* {
      if (is_degrees(quantity)) {
        const Node* degree = arena_.Make(Kind::kUnit, {}, "degree");
        const Node* scale = arena_.Number(quantity.measure.factor);
        return arena_.Make(Kind::kMultiply, {scale, quantity.value, degree});
      }
      const auto& powers = quantity.measure.powers;
      return powers.size() == 1 && powers.contains("radian") ? quantity.value : nullptr;
    };
    if (SameSize(left.measure, right.measure)) return decide(left.value, right.value);
    const Node* a = angle(left);
    const Node* b = angle(right);
    if (a != nullptr && b != nullptr) return decide(a, b);
    return Decide(false, "different units");
  }
  if (left.measure.factor == right.measure.factor) return decide(left.value, right.value);
  const auto scaled = [&](const Quantity& quantity) {
    return arena_.Make(Kind::kMultiply, {arena_.Number(quantity.measure.factor), quantity.value});
  };
  return decide(scaled(left), scaled(right));
}

}  // namespace longhaul::reward::math
