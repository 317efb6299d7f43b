// SPDX-License-Identifier: Apache-2.0
#include "reward/math/value_comparer.h"

#include <algorithm>
#include <array>

#include "common/random.h"
#include "reward/math/piece_finder.h"

namespace longhaul::reward::math {
namespace {

constexpr int kMaxDraws = 15;
constexpr int kNeededAgreements = 4;
constexpr long kFirstPrecision = 128;
constexpr long kSecondPrecision = 384;
constexpr long kMaxPrecision = 1'600;
// Where 10^-60 takes part, a difference may be as small as its square or less.
constexpr long kDigitsForReach = 4;
constexpr long kMostPrecision = 16'384;
// A decimal stands for a value it is the rounding of when it has so many decimals and digits.
constexpr int kApproximationDecimals = 6;
constexpr long kApproximationDigits = 10'000;

struct Region {
  double low;
  double high;
  bool both_signs;
};
constexpr std::array<Region, 5> kRegions = {
    {{0.3, 2.5, false}, {-3, 3, true}, {2, 9, false}, {-2.5, -0.3, false}, {0.02, 0.98, false}}};

bool IsComplexOnly(const Node& node) { return Contains(node, Kind::kConstant, "i"); }

// |z| where z is the name of a complex number.
bool HasComplexModulus(const Node& node) {
  if (node.kind == Kind::kFunction && node.name == "abs" &&
      (Contains(node, Kind::kSymbol, "z") || Contains(node, Kind::kSymbol, "w"))) {
    return !Contains(node, Kind::kSymbol, "x") && !Contains(node, Kind::kSymbol, "y");
  }
  return std::any_of(node.args.begin(), node.args.end(),
                     [](const Node* arg) { return HasComplexModulus(*arg); });
}

bool SeesConjugates(const Node& node) {
  return HasComplexModulus(node) || Contains(node, Kind::kFunction, "conj") ||
         Contains(node, Kind::kFunction, "Re") || Contains(node, Kind::kFunction, "Im") ||
         Contains(node, Kind::kFunction, "arg");
}

bool HasCommonLog(const Node& node) {
  if (node.kind == Kind::kFunction && node.name == "log" && node.args.size() == 1) return true;
  return std::any_of(node.args.begin(), node.args.end(),
                     [](const Node* arg) { return HasCommonLog(*arg); });
}

// As a value, not as the end of a sum.
bool HasInfinity(const Node& node) {
  if (node.kind == Kind::kInfinity) return true;
  if (IsInfiniteSum(node)) return HasInfinity(*node.args[3]);
  return std::any_of(node.args.begin(), node.args.end(),
                     [](const Node* arg) { return HasInfinity(*arg); });
}

// The literal below a sign, when the node is a decimal.
const Node* Decimal(const Node& node) {
  if (node.kind == Kind::kNegate) return Decimal(*node.args[0]);
  return node.kind == Kind::kNumber && node.decimal_places >= 0 ? &node : nullptr;
}

mpq_class TenTo(int exponent) {
  mpz_class power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(std::abs(exponent)));
  return exponent < 0 ? 1 / mpq_class(power) : mpq_class(power);
}

// Of the constants in an expression.
struct Scales {
  mpq_class largest = 1;
  mpq_class smallest = 1;
};

void AddScales(const Node& node, WorkBudget& budget, Scales& scales) {
  constexpr long kUsual = 9;  // the points drawn anyway are as large
  constexpr size_t kMaxBits = 2'000;
  const std::optional<mpq_class> value = ExactEvaluator(budget).Evaluate(node);
  if (!value.has_value()) {
    for (const Node* arg : node.args) AddScales(*arg, budget, scales);
    return;
  }
  const mpq_class size = abs(*value);
  if (mpz_sizeinbase(size.get_num_mpz_t(), 2) + mpz_sizeinbase(size.get_den_mpz_t(), 2) >
      kMaxBits) {
    return;
  }
  if (size > kUsual) scales.largest = std::max(scales.largest, size);
  if (size > 0 && size * kUsual < 1) scales.smallest = std::min(scales.smallest, size);
}

mpq_class Rational(const Ball& ball) {
  mpq_class value;
  mpfr_get_q(value.get_mpq_t(), ball.re());
  return value;
}

}  // namespace

bool ValueComparer::Equal(const Node* gold, const Node* pred) {
  if (EqualExactly(*gold, *pred)) return true;
  if (Close(*gold, *pred)) return true;
  return false;
}

bool ValueComparer::EqualExactly(const Node& a, const Node& b) {
  if (a.kind == Kind::kError || b.kind == Kind::kError) return false;
  if (a.kind == Kind::kNumber && b.kind == Kind::kNumber) {
    reason_ = "exact rationals";
    return a.value == b.value;
  }
  if (a.kind == Kind::kInfinity || b.kind == Kind::kInfinity) {
    reason_ = "infinity";
    return a.kind == b.kind;
  }
  ExactEvaluator exact(budget_);
  const std::optional<mpq_class> left = exact.Evaluate(a);
  const std::optional<mpq_class> right = left.has_value() ? exact.Evaluate(b) : std::nullopt;
  if (left.has_value() && right.has_value()) {
    reason_ = "exact rationals";
    return *left == *right;
  }
  const std::string text = Canonical(a, budget_);
  if (text.find('?') == std::string::npos && text == Canonical(b, budget_)) {
    reason_ = "the same canonical form";
    return true;
  }
  if (HasInfinity(a) || HasInfinity(b)) return false;
  if (EqualAtPoints(a, b, LogBase::kNatural)) return true;
  return (HasCommonLog(a) || HasCommonLog(b)) && EqualAtPoints(a, b, LogBase::kTen);
}

Point ValueComparer::Draw(const std::vector<std::string>& names, int index, Field field) const {
  Point point;
  const Region& region = kRegions[static_cast<size_t>(index) % kRegions.size()];
  for (const std::string& name : names) {
    const auto draw = [&](uint32_t part) -> mpq_class {
      const double u = UniformDoubleAt(seed_, StableHash(name), static_cast<uint32_t>(index), part);
      return mpq_class(std::floor((region.low + (region.high - region.low) * u) * 0x1p24)) /
             mpq_class(1 << 24);
    };
    point[name] = {draw(0), field == Field::kComplex ? draw(1) : mpq_class(0)};
  }
  return point;
}

// None for what is one formula everywhere.
std::vector<Point> ValueComparer::PointsOnPieces(const Node& a, const Node& b,
                                                 const std::vector<std::string>& names) const {
  constexpr size_t kMaxNames = 3;
  PieceFinder finder(arena_);
  finder.AddBordersOf(a);
  finder.AddBordersOf(b);
  std::vector<Point> points;
  if (!finder.HasPieces() || IsApproximated(a) || IsApproximated(b)) return points;
  const size_t lines = names.size() == 1 ? 1 : 2;  // of each name, with the others elsewhere
  for (size_t i = 0; i < std::min(names.size(), kMaxNames) * lines; ++i) {
    const Point start = Draw(names, 400 + static_cast<int>(i), Field::kReal);
    const std::vector<Point> along = finder.PointsAlong(start, names[i / lines]);
    points.insert(points.end(), along.begin(), along.end());
  }
  return points;
}

ValueComparer::Agreement ValueComparer::CompareAt(const Node& a, const Node& b, const Point& point,
                                                  EvaluationRules rules) {
  const bool approximated = IsApproximated(a) || IsApproximated(b);
  const long limit = approximated ? 192 : std::max(kMaxPrecision, rules.precision);
  for (; rules.precision <= limit; rules.precision *= 2) {
    Ball x = Evaluator(point, rules, budget_).Evaluate(a);
    Ball y = Evaluator(point, rules, budget_).Evaluate(b);
    if (!x.defined() && !y.defined()) return Agreement::kUndefined;
    if (!x.defined() || !y.defined()) {
      if (rules.precision < kSecondPrecision) continue;
      return Agreement::kOneUndefined;
    }
    x.DropImaginary();
    y.DropImaginary();
    if (x.real() != y.real()) return Agreement::kDiffer;
    const bool real = x.real();
    const Ball difference = Subtract(x, y);
    if (difference.IsProvedNonzero()) return real ? Agreement::kDiffer : Agreement::kBranches;
    const long needed = approximated ? 80 : rules.precision / 2;
    const long magnitude = std::max({x.MagnitudeBits(), y.MagnitudeBits(), -40L});
    if (difference.error() <= magnitude - needed) {
      return real ? Agreement::kReal : Agreement::kComplex;
    }
  }
  return Agreement::kOneUndefined;
}

bool ValueComparer::EqualAtPoints(const Node& a, const Node& b, LogBase base) {
  std::vector<std::string> names;
  CollectUnknowns(a, budget_, names);
  CollectUnknowns(b, budget_, names);
  EvaluationRules rules = {
      .precision = kFirstPrecision,
      .complex = IsComplexOnly(a) || IsComplexOnly(b) || SeesConjugates(a) || SeesConjugates(b),
      .log_base = base};
  const Field field =
      !names.empty() && (SeesConjugates(a) || SeesConjugates(b)) ? Field::kComplex : Field::kReal;
  const int needed = names.empty() ? 1 : kNeededAgreements;
  const int draws = names.empty() ? 1 : kMaxDraws;
  int real = 0, complex = 0, branches = 0, undefined = 0;
  std::vector<Point> agreed;
  for (int draw = 0; draw < draws && real < needed; ++draw) {
    Point point = Draw(names, draw, field);
    switch (CompareAt(a, b, point, rules)) {
      case Agreement::kDiffer:
        reason_ = names.empty() ? "values that differ" : "values that differ at a point";
        return false;
      case Agreement::kReal:
        ++real;
        agreed.push_back(std::move(point));
        break;
      case Agreement::kComplex:
        ++complex;
        agreed.push_back(std::move(point));
        break;
      case Agreement::kBranches:
        ++branches;
        break;
      case Agreement::kOneUndefined:
        if (++undefined > 2) return false;
        break;
      case Agreement::kUndefined:
        break;
    }
    if (rules.complex && branches > 0) break;
  }
  reason_ = "values that could not be told to be equal";
  if (rules.complex && branches > 0) return false;
  const bool enough = real >= std::min(needed, 2) || (branches == 0 && real + complex >= needed);
  if (!enough) return false;
  for (size_t i = 0; i < std::min<size_t>(agreed.size(), 2); ++i) {
    if (!AgreesWithMoreDigits(a, b, agreed[i], rules)) return false;
  }
  if (!names.empty() && !AgreesFarOut(a, b, names, rules)) return false;
  if (!names.empty() && !AgreesAtIntegers(a, b, names, rules)) return false;
  if (!names.empty() && !AgreesOnPieces(a, b, names, rules)) return false;
  reason_ = names.empty() ? "values that agree to more than a hundred bits"
                          : fmt::format("values that agree at {} points", real + complex);
  return true;
}

bool ValueComparer::AgreesWithMoreDigits(const Node& a, const Node& b, const Point& point,
                                         EvaluationRules rules) {
  if (IsApproximated(a) || IsApproximated(b)) return true;  // they have no more
  long reach = 0;
  for (const Node* node : {&a, &b}) {
    Evaluator evaluator(point, rules, budget_);
    evaluator.Evaluate(*node);
    reach = std::max(reach, evaluator.reach());
  }
  rules.precision = kSecondPrecision + kDigitsForReach * reach;
  if (rules.precision > kMostPrecision) return false;
  const Agreement again = CompareAt(a, b, point, rules);
  return again == Agreement::kReal || again == Agreement::kComplex;
}

// max(0, x - 100) is 0 at all points near 0. Where one side has no value this shows nothing.
bool ValueComparer::AgreesFarOut(const Node& a, const Node& b,
                                 const std::vector<std::string>& names,
                                 const EvaluationRules& rules) {
  Scales scales;
  AddScales(a, budget_, scales);
  AddScales(b, budget_, scales);
  int index = 200;
  for (const mpq_class& scale : {scales.largest, scales.smallest}) {
    if (scale == 1) continue;
    for (const int sign : {1, -1}) {
      Point point = Draw(names, index++, Field::kReal);
      for (auto& [name, value] : point) value.re = sign * scale * (1 + abs(value.re));
      if (CompareAt(a, b, point, rules) == Agreement::kDiffer) return false;
      for (auto& [name, value] : point) value.re /= 4;
      if (CompareAt(a, b, point, rules) == Agreement::kDiffer) return false;
    }
  }
  return budget_.Spend(1);
}

// floor(x) + 1 and ceil(x) differ at integers only.
bool ValueComparer::AgreesAtIntegers(const Node& a, const Node& b,
                                     const std::vector<std::string>& names,
                                     const EvaluationRules& rules) {
  constexpr int kPoints = 6;
  const auto rounds = [](const Node& node) {
    return Contains(node, Kind::kFunction, "floor") || Contains(node, Kind::kFunction, "ceil");
  };
  if (!rounds(a) && !rounds(b)) return true;
  for (int index = 0; index < kPoints; ++index) {
    Point point = Draw(names, 300 + index, Field::kReal);
    for (auto& [name, value] : point) {
      value.re = mpq_class(std::floor(value.re.get_d() * 3));
    }
    if (CompareAt(a, b, point, rules) == Agreement::kDiffer) return false;
  }
  return budget_.Spend(1);
}

bool ValueComparer::AgreesOnPieces(const Node& a, const Node& b,
                                   const std::vector<std::string>& names,
                                   const EvaluationRules& rules) {
  for (const Point& point : PointsOnPieces(a, b, names)) {
    if (CompareAt(a, b, point, rules) != Agreement::kDiffer) continue;
    reason_ = "values that differ at a point";
    return false;
  }
  return budget_.Spend(1);
}

bool ValueComparer::Within(const Node& a, const Node& b, const mpq_class& distance) {
  const std::optional<Ball> x = RealConstant(a, 256), y = RealConstant(b, 256);
  if (!x.has_value() || !y.has_value()) return false;
  return Subtract(Absolute(Subtract(*x, *y)), Ball::Of(distance, 256)).ProvedSign() <= 0;
}

// The decimal is what the other value rounds to, to six decimals or more.
bool ValueComparer::DecimalOf(const Node& written, const Node& other) {
  const Node* decimal = Decimal(written);
  if (decimal == nullptr || decimal->decimal_places < kApproximationDecimals) return false;
  const Node* also = Decimal(other);
  if (also != nullptr && also->decimal_places <= decimal->decimal_places) return false;
  const mpq_class unit = TenTo(-decimal->decimal_places);
  if (decimal->value / unit < kApproximationDigits) return false;
  return Within(written, other, unit / 2);
}

bool ValueComparer::RoundedEqual(const Node& a, const Node& b) {
  const std::optional<Ball> x = RealConstant(a, 256), y = RealConstant(b, 256);
  if (!x.has_value() || !y.has_value()) return false;
  const auto rounded = [&](const Ball& ball) {
    const mpq_class scaled = Rational(ball) * TenTo(options_.round_decimals) + mpq_class(1, 2);
    mpz_class whole;
    mpz_fdiv_q(whole.get_mpz_t(), scaled.get_num_mpz_t(), scaled.get_den_mpz_t());
    return whole;
  };
  return rounded(*x) == rounded(*y);
}

bool ValueComparer::Close(const Node& gold, const Node& pred) {
  if (options_.round_decimals >= 0 && RoundedEqual(gold, pred)) {
    reason_ = fmt::format("equal when rounded to {} decimals", options_.round_decimals);
    return true;
  }
  if (options_.abs_tol > 0 || options_.rel_tol > 0) {
    mpq_class tolerance = options_.abs_tol;
    const std::optional<Ball> value = RealConstant(gold, 256);
    if (value.has_value()) {
      const mpq_class relative = options_.rel_tol * abs(Rational(*value));
      tolerance = std::max(tolerance, relative);
    }
    if (Within(gold, pred, tolerance)) {
      reason_ = "within the tolerance";
      return true;
    }
  }
  if (DecimalOf(pred, gold) || DecimalOf(gold, pred)) {
    reason_ = "a decimal of six digits or more that the other value rounds to";
    return true;
  }
  return false;
}

}  // namespace longhaul::reward::math
