// SPDX-License-Identifier: Apache-2.0
#include "reward/math/answer_comparer.h"

#include <algorithm>

#include "reward/math/binomial_notation.h"
#include "reward/math/free_integer.h"
#include "reward/math/integration_constant.h"
#include "reward/math/letter_products.h"
#include "reward/math/logic.h"
#include "reward/math/unit_vector.h"

namespace longhaul::reward::math {
namespace {

constexpr int kMaxDepth = 40;
constexpr size_t kMaxRenamed = 4;

bool IsMembership(const Node& node) {
  return node.kind == Kind::kRelation && node.ops.size() == 1 && node.ops[0] == Relation::kIn;
}

void CollectSymbols(const Node& node, std::vector<std::string>& names) {
  if (node.kind == Kind::kSymbol &&
      std::find(names.begin(), names.end(), node.name) == names.end()) {
    names.push_back(node.name);
  }
  for (const Node* arg : node.args) CollectSymbols(*arg, names);
}

bool IsOfSymbols(const Node& list) {
  return std::all_of(list.args.begin(), list.args.end(),
                     [](const Node* arg) { return arg->kind == Kind::kSymbol; });
}

// {x} is x without its whole part as often as it is a set.
bool IsSetOfOneUnknown(const Node& node) {
  return node.kind == Kind::kSet && node.args.size() == 1 && Contains(*node.args[0], Kind::kSymbol);
}

// A column, or its entries in round brackets.
bool IsVector(const Node& node) {
  if (node.kind == Kind::kMatrix) return node.columns == 1;
  return node.kind == Kind::kTuple && node.name == "()";
}

// Sets of real numbers, not a pair of values and a list of two.
bool AreSets(const Node& a, const Node& b) {
  return (IsIntervalLike(a) || IsIntervalLike(b)) && (a.kind != Kind::kTuple || !IsListLike(b)) &&
         (b.kind != Kind::kTuple || !IsListLike(a));
}

}  // namespace

bool AnswerComparer::Agree(std::string_view rule) {
  reason_ = rule;
  return true;
}

bool AnswerComparer::Differ(std::string_view rule) {
  reason_ = rule;
  return false;
}

bool AnswerComparer::Equal(const Node* gold, const Node* pred) {
  const Node* simple_gold = SimplifyMatrices(arena_, gold);
  const Node* simple_pred = SimplifyMatrices(arena_, pred);
  if (gold->kind != Kind::kRelation && !ChainsHold(simple_pred))
    return Differ("different values in one chain");
  simple_gold = SharedValues(arena_, simple_gold);
  const bool several = simple_gold->kind == Kind::kList || simple_gold->kind == Kind::kTuple;
  if (several) simple_pred = SharedValues(arena_, simple_pred);
  MatchIntegerFamilies(values_, simple_gold, simple_pred);
  MatchLogic(arena_, simple_gold, simple_pred);
  MatchUnitVectors(arena_, simple_gold, simple_pred);
  simple_pred = MatchIntegrationConstants(arena_, simple_gold, simple_pred);
  const LetterMeaning letters = MeaningOfLetters(*simple_gold, *simple_pred);
  simple_gold = ReadLetters(arena_, simple_gold, letters);
  simple_pred = ReadLetters(arena_, simple_pred, letters);
  if (EqualReadings(simple_gold, simple_pred)) return true;
  if (!options_.strict && EqualRenamed(simple_gold, simple_pred)) return true;
  return EqualBinomials(simple_gold, simple_pred);
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
  return Differ(reason);
}

// A ground truth that is C(8, 3) and no more may be the point.
bool AnswerComparer::EqualBinomials(const Node* gold, const Node* pred) {
  const std::string reason = reason_;
  const Node* gold_read = PointOf(*gold) != nullptr ? gold : ReadBinomials(arena_, gold);
  const Node* pred_read = ReadBinomials(arena_, pred);
  const bool any = gold_read != gold || pred_read != pred;
  return (any && EqualReadings(gold_read, pred_read)) || Differ(reason);
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
    if (Compare(gold, renamed)) return Agree("equal with variables renamed");
  } while (std::next_permutation(names.begin(), names.end()));
  return false;
}

bool AnswerComparer::Compare(const Node* gold, const Node* pred) {
  if (gold->kind == Kind::kError || pred->kind == Kind::kError || depth_ > kMaxDepth) {
    return Differ("over the limits");
  }
  if (IsLetterWord(*gold) && IsLetterWord(*pred)) {
    const bool same =
        std::equal(gold->args.begin(), gold->args.end(), pred->args.begin(), pred->args.end(),
                   [](const Node* a, const Node* b) { return a->name == b->name; });
    return same ? Agree("letters in their order") : Differ("letters in another order");
  }
  // "p or q" is not "p and q".
  if (gold->kind == Kind::kList && pred->kind == Kind::kList && gold->name != pred->name &&
      IsOfSymbols(*gold)) {
    return Differ("one of several and all of them");
  }
  const std::string text = Canonical(*gold, arena_.budget());
  if (text.find('?') == std::string::npos && text == Canonical(*pred, arena_.budget())) {
    return Agree("the same canonical form");
  }
  ++depth_;
  const bool equal = CompareSingle(gold, pred);
  --depth_;
  return equal;
}

bool AnswerComparer::CompareSingle(const Node* gold, const Node* pred) {
  if (IsQuantified(*gold) || IsQuantified(*pred)) {
    return CompareQuantified(gold, pred);
  }
  if (AreOfOtherNames(gold, pred)) return Differ("values of different names");
  if (IsInequalities(*gold) || IsInequalities(*pred)) return CompareInequalities(gold, pred);
  if (IsMembership(*gold) && IsMembership(*pred)) {
    return Compare(gold->args[0], pred->args[0]) && Compare(gold->args[1], pred->args[1]);
  }
  if (IsMembership(*gold) && IsNameLike(*gold->args[0])) return Compare(gold->args[1], pred);
  if (IsMembership(*pred) && IsNameLike(*pred->args[0])) return Compare(gold, pred->args[1]);
  if (IsSetOfOneUnknown(*gold) != IsSetOfOneUnknown(*pred) && !IsListLike(*pred) &&
      gold->kind != Kind::kRelation && pred->kind != Kind::kRelation) {
    return Differ("braces that may be a fractional part");
  }
  const Node* gold_point = PointOf(*gold);
  const Node* pred_point = PointOf(*pred);
  if (gold_point != nullptr && pred->kind == Kind::kTuple) {
    return CompareOrdered(gold_point->args, pred->args);
  }
  if (pred_point != nullptr && gold->kind == Kind::kTuple) {
    return CompareOrdered(gold->args, pred_point->args);
  }
  if (gold->kind == Kind::kMatrix || pred->kind == Kind::kMatrix)
    return CompareMatrices(gold, pred);
  const bool signs = Contains(*gold, Kind::kPlusMinus) || Contains(*pred, Kind::kPlusMinus);
  const bool relation = gold->kind == Kind::kRelation || pred->kind == Kind::kRelation;
  const bool tuples = gold->kind == Kind::kTuple && pred->kind == Kind::kTuple;
  if (!tuples && !signs && !relation && AreSets(*gold, *pred)) return CompareSets(gold, pred);
  if (gold->kind == Kind::kRelation && pred->kind == Kind::kRelation && !signs) {
    return CompareRelations(gold, pred);
  }
  if (IsListLike(*gold) || IsListLike(*pred) || signs) return CompareLists(gold, pred);
  if (relation) return CompareRelationAndValue(gold, pred);
  if (tuples) return CompareTuples(gold, pred);
  if (gold->kind == Kind::kRatio || pred->kind == Kind::kRatio) return CompareRatios(gold, pred);
  if (gold->kind == Kind::kTuple || pred->kind == Kind::kTuple) {
    return Differ("different types");
  }
  return CompareQuantities(gold, pred);
}

// x > 2 and y \in (2, \infty).
bool AnswerComparer::AreOfOtherNames(const Node* gold, const Node* pred) {
  const bool member = IsMembership(*pred);
  if (member == IsMembership(*gold)) return false;
  const Node& name = *(member ? pred : gold)->args[0];
  const Node& statements = member ? *gold : *pred;
  const bool relations = statements.kind == Kind::kRelation ||
                         (IsListLike(statements) && Contains(statements, Kind::kRelation));
  if (!relations || name.kind != Kind::kSymbol) return false;
  std::vector<std::string> names;
  CollectUnknowns(statements, arena_.budget(), names);
  return std::find(names.begin(), names.end(), name.name) == names.end();
}

// x^2 + 1 < 0 and x^2 + 1 <= 0 have the same solutions and are not the same statement.
bool AnswerComparer::CompareQuantified(const Node* gold, const Node* pred) {
  if (gold->name != pred->name || gold->args.size() != pred->args.size()) {
    return Differ("different quantifiers");
  }
  for (size_t i = 0; i < gold->args.size(); ++i) {
    const Node* left = gold->args[i];
    const Node* right = pred->args[i];
    const bool relations = left->kind == Kind::kRelation && right->kind == Kind::kRelation;
    if (!(relations ? CompareChains(left, right) : Compare(left, right))) return false;
  }
  return true;
}

// [[1, 2], [3, 4]] as in programs has its rows in brackets.
bool AnswerComparer::CompareMatrices(const Node* gold, const Node* pred) {
  const auto as_matrix = [&](const Node* node) {
    const Node* value = node;
    if (const auto assignment = AsAssignment(arena_, node)) value = assignment->value;
    return MatrixOfRows(arena_, value);
  };
  const bool named = gold->kind == Kind::kRelation && pred->kind == Kind::kRelation;
  const Node* left = as_matrix(gold);
  const Node* right = as_matrix(pred);
  if (IsVector(*left) && IsVector(*right) && !named) {
    return CompareOrdered(left->args, right->args);
  }
  if (named || left->kind != Kind::kMatrix || right->kind != Kind::kMatrix) {
    return Differ("different types");
  }
  return left->columns == right->columns && CompareOrdered(left->args, right->args);
}

bool AnswerComparer::CompareSets(const Node* gold, const Node* pred) {
  const std::optional<bool> same = RealSets(values_).Equal(gold, pred);
  if (same.has_value()) {
    return *same ? Agree("sets of real numbers") : Differ("different sets of real numbers");
  }
  if (gold->kind != pred->kind || gold->name != pred->name || gold->args.empty()) {
    return Differ("sets that cannot be compared");
  }
  if (gold->kind == Kind::kUnion || gold->kind == Kind::kIntersection) {
    return CompareUnordered(gold->args, pred->args);
  }
  return CompareOrdered(gold->args, pred->args);
}

}  // namespace longhaul::reward::math
