// SPDX-License-Identifier: Apache-2.0
#include "reward/math/piece_finder.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace longhaul::reward::math {
namespace {

constexpr long kPrecision = 64;
// Of one border along one line, however large it is.
constexpr int64_t kSearchSteps = 600'000;
constexpr size_t kMaxBorders = 8;
constexpr size_t kMaxPlaces = 24;  // the nearest to zero
// Places in both directions, dense near zero and a quarter apart far out, to some 50,000.
constexpr int kPlaces = 66;
double Place(int index) { return 0.05 * std::sinh(0.22 * index + 0.07); }

bool IsAnyOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool HasName(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

// A product changes its sign where one of its factors does.
void PieceFinder::AddBorder(const Node* border) {
  const bool factors = border->kind == Kind::kMultiply || border->kind == Kind::kDivide ||
                       border->kind == Kind::kNegate || border->kind == Kind::kPower ||
                       (border->kind == Kind::kFunction && border->name == "abs");
  if (factors) {
    const size_t count = border->kind == Kind::kPower ? 1 : border->args.size();
    for (size_t i = 0; i < count; ++i) AddBorder(border->args[i]);
    return;
  }
  Border added = {border, Canonical(*border, arena_.budget()), {}};
  CollectUnknowns(*border, arena_.budget(), added.names);
  const bool known = std::any_of(borders_.begin(), borders_.end(),
                                 [&](const Border& other) { return other.text == added.text; });
  if (added.names.empty() || known || borders_.size() >= kMaxBorders) return;
  borders_.push_back(std::move(added));
}

// Of all integers the three at which a rounded value leaves zero.
void PieceFinder::AddRounding(const Node& rounding) {
  for (const int step : {-1, 0, 1}) {
    AddBorder(arena_.Make(Kind::kAdd, {rounding.args[0], arena_.Number(step)}));
  }
}

void PieceFinder::AddExtremum(const Node& extremum) {
  for (size_t i = 1; i < extremum.args.size(); ++i) {
    const Node* other = arena_.Make(Kind::kNegate, {extremum.args[i - 1]});
    AddBorder(arena_.Make(Kind::kAdd, {extremum.args[i], other}));
  }
}

void PieceFinder::AddBordersOf(const Node& node) {
  if (IsOpaque(node) || node.kind == Kind::kBig) return;
  const bool function = node.kind == Kind::kFunction && !node.args.empty();
  bool pieces = true;
  if (function && IsAnyOf(node.name, {"floor", "ceil"})) {
    AddRounding(node);
  } else if (function && IsAnyOf(node.name, {"max", "min"})) {
    AddExtremum(node);
  } else if (function && IsAnyOf(node.name, {"abs", "sgn", "ln", "log", "arg"})) {
    AddBorder(node.args[0]);
  } else if (node.kind == Kind::kRoot || (node.kind == Kind::kPower && !IsInteger(*node.args[1]))) {
    AddBorder(node.args[0]);
  } else {
    pieces = function && IsAnyOf(node.name, {"arcsin", "arccos", "arctan", "arccot"});
    if (node.kind == Kind::kDivide) AddBorder(node.args[1]);
  }
  if (pieces && !has_pieces_) {
    std::vector<std::string> names;
    CollectUnknowns(node, arena_.budget(), names);
    has_pieces_ = !names.empty();
  }
  for (const Node* arg : node.args) AddBordersOf(*arg);
}

// No number where it has no real value.
double PieceFinder::Value(Line& line, double at) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (--line.evaluations < 0) return kNone;
  line.point[line.name].re = mpq_class(at);
  const EvaluationRules rules = {.precision = kPrecision};
  const Ball value = Evaluator(line.point, rules, arena_.budget()).Evaluate(*line.border);
  return value.defined() && value.real() ? mpfr_get_d(value.re(), MPFR_RNDN) : kNone;
}

double PieceFinder::Root(Line& line, double low, double high) {
  constexpr int kHalvings = 24;
  const bool negative_below = Value(line, low) < 0;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    ((Value(line, middle) < 0) == negative_below ? low : high) = middle;
  }
  return (low + high) / 2;
}

// Where it is nearest to zero, or farthest on the other side.
double PieceFinder::Lowest(Line& line, double low, double high) {
  constexpr int kThirds = 20;
  const double sign = Value(line, low) < 0 ? -1 : 1;
  for (int i = 0; i < kThirds; ++i) {
    const double left = low + (high - low) * 0.382, right = low + (high - low) * 0.618;
    if (sign * Value(line, left) < sign * Value(line, right)) {
      high = right;
    } else {
      low = left;
    }
  }
  return (low + high) / 2;
}

void PieceFinder::AddPlaces(Line& line, std::vector<double>& places) {
  double before = Value(line, Place(-kPlaces)), here = Value(line, Place(1 - kPlaces));
  for (int i = 1 - kPlaces; i < kPlaces; ++i) {
    const double next = Value(line, Place(i + 1));
    if (here * next < 0) {
      places.push_back(Root(line, Place(i), Place(i + 1)));
    } else if (here * before > 0 && std::abs(here) <= std::abs(before) &&
               std::abs(here) <= std::abs(next)) {
      places.push_back(Lowest(line, Place(i - 1), Place(i + 1)));
    }
    before = here;
    here = next;
  }
}

std::vector<Point> PieceFinder::PointsAlong(const Point& point, const std::string& name) {
  std::vector<double> places;
  for (const Border& border : borders_) {
    if (!HasName(border.names, name)) continue;
    Line line = {border.node, point, name, kSearchSteps / (kPrecision * 6 * border.node->size)};
    AddPlaces(line, places);
  }
  const auto nearer = [](double a, double b) { return std::abs(a) < std::abs(b); };
  std::sort(places.begin(), places.end(), nearer);
  if (places.size() > kMaxPlaces) places.resize(kMaxPlaces);
  // Where there is no border, and around it: arcsin(sin x) is x up to a right angle only.
  for (const double far : {0.5, 4.0, 13.0, 90.0}) places.insert(places.end(), {far, -far});
  std::sort(places.begin(), places.end());
  std::vector<Point> points;
  const auto add = [&](double at) {
    points.push_back(point);
    points.back()[name].re = mpq_class(at);
  };
  for (size_t i = 0; i < places.size(); ++i) {
    add(places[i]);
    if (i > 0) add((places[i - 1] + places[i]) / 2);
  }
  add(places.front() * 1.5 - 1);
  add(places.back() * 1.5 + 1);
  return points;
}

}  // namespace longhaul::reward::math
