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
constexpr size_t kMaxPlaces = 16;  // the nearest to zero
// Places in both directions, dense near zero and a quarter apart far out, to some 50,000.
constexpr int kPlaces = 66;
double Place(int index) { return 0.05 * std::sinh(0.22 * index + 0.07); }

bool IsAnyOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Of one evaluation, as the budget counts them.
int64_t StepsOf(const Node& node) {
  int64_t steps = kPrecision * (node.kind == Kind::kFunction ? 60 : 6);
  for (const Node* arg : node.args) steps += StepsOf(*arg);
  return steps;
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

// What costs much is followed in larger steps; what is found nearest to zero is refined first.
void PieceFinder::AddPlaces(Line& line, std::vector<double>& places) {
  const int step = 1 + static_cast<int>(4 * kPlaces / std::max<int64_t>(line.evaluations, 1));
  std::vector<int> grid;
  std::vector<double> values;
  for (int at = -kPlaces; at <= kPlaces; at += step) {
    grid.push_back(at);
    values.push_back(Value(line, Place(at)));
  }
  std::vector<size_t> found;
  const auto descends = [&](size_t i, size_t to) {
    return values[i] * values[to] > 0 && std::abs(values[i]) <= std::abs(values[to]);
  };
  for (size_t i = 1; i + 1 < grid.size(); ++i) {
    const bool lowest = descends(i, i - 1) && descends(i, i + 1);
    if (lowest || values[i] * values[i + 1] < 0) found.push_back(i);
  }
  std::sort(found.begin(), found.end(),
            [&](size_t a, size_t b) { return std::abs(grid[a]) < std::abs(grid[b]); });
  for (const size_t i : found) {
    const double next = Place(grid[i + 1]);
    places.push_back(values[i] * values[i + 1] < 0 ? Root(line, Place(grid[i]), next)
                                                   : Lowest(line, Place(grid[i - 1]), next));
  }
}

std::vector<Point> PieceFinder::PointsAlong(const Point& point, const std::string& name) {
  std::vector<double> places;
  for (const Border& border : borders_) {
    if (!HasName(border.names, name)) continue;
    Line line = {border.node, point, name, kSearchSteps / StepsOf(*border.node)};
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
