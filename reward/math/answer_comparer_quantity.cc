// SPDX-License-Identifier: Apache-2.0
//
// Answers that are ratios and quantities.
#include "reward/math/answer_comparer.h"
#include "reward/math/clock_time.h"
#include "reward/math/unit.h"
#include "reward/math/unit_letters.h"

namespace longhaul::reward::math {
namespace {

// What can stand for the same angle as a number of degrees.
bool IsRadians(const Node& node) {
  return Contains(node, Kind::kConstant, "pi") || Contains(node, Kind::kFunction, "arcsin") ||
         Contains(node, Kind::kFunction, "arccos") || Contains(node, Kind::kFunction, "arctan");
}

}  // namespace

bool AnswerComparer::CompareRatios(const Node* gold, const Node* pred) {
  const std::optional<ClockTime> time = AsClockTime(*gold), other = AsClockTime(*pred);
  if (time.has_value() && other.has_value()) {
    return SameTime(*time, *other) ? Agree("times of day") : Differ("different times of day");
  }
  const bool clock = time.has_value() || (other.has_value() && !other->half.empty());
  if (clock && (pred->kind != Kind::kRatio || gold->kind != Kind::kRatio)) {
    return Differ("a time of day and a value");
  }
  const auto value = [&](const Node* node) {
    if (node->kind != Kind::kRatio) return node;
    return node->args.size() == 2 ? arena_.Make(Kind::kDivide, node->args) : arena_.Error();
  };
  if (gold->kind != Kind::kRatio || pred->kind != Kind::kRatio) {
    return Compare(value(gold), value(pred));
  }
  if (gold->args.size() != pred->args.size()) return Differ("ratios of different length");
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
  if (words(*gold) != words(*pred)) return Differ("words and a value");  // hours, 1
  const Quantity left = SplitUnit(arena_, gold), right = SplitUnit(arena_, pred);
  const auto decide = [&](const Node* a, const Node* b) {
    const bool equal = values_.Equal(a, b);
    reason_ = values_.reason().empty() ? "values" : values_.reason();
    return equal;
  };
  const auto is_degrees = [](const Quantity& quantity) {
    return quantity.measure.powers.size() == 1 && quantity.measure.powers.contains("degree");
  };
  if (left.measure.empty() != right.measure.empty()) {
    const Node* letters = UnitsAsLetters(arena_, pred, *gold);
    if (letters != pred) return CompareQuantities(gold, letters);
  }
  if (left.measure.powers != right.measure.powers) {  // 5 m, whose m may be a letter
    const auto read_as = [&](const Node* node, const Quantity& other) {
      const Node* lettered = UnitLetters(arena_, node);
      return SplitUnit(arena_, lettered).measure.powers == other.measure.powers ? lettered : node;
    };
    const Node* gold_read = read_as(gold, right);
    if (gold_read != gold) return CompareQuantities(gold_read, pred);
    const Node* pred_read = read_as(pred, left);
    if (pred_read != pred) return CompareQuantities(gold, pred_read);
  }
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
    return Differ("different units");
  }
  if (left.measure.factor == right.measure.factor) return decide(left.value, right.value);
  const auto scaled = [&](const Quantity& quantity) {
    return arena_.Make(Kind::kMultiply, {arena_.Number(quantity.measure.factor), quantity.value});
  };
  return decide(scaled(left), scaled(right));
}

}  // namespace longhaul::reward::math
