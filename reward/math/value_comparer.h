// SPDX-License-Identifier: Apache-2.0
//
// Whether two expressions have the same value.
//
//   1. the same canonical text
//   2. exact rationals
//   3. values at points, which must agree at several of them, again with three times the digits
//      and more where very large or small numbers take part, and at points as far out and as near
//      to zero as the constants are; of functions made of pieces, on each piece (piece_finder.h)
//
// Points are drawn from a seed of the two texts, so that a verdict never changes. Unknowns take
// real values of both signs. Where one side is real and the other is not, or one has no value, they
// differ; where both are not real, only other points decide. "Different" is proved by error bounds;
// "equal" is agreement to more than a hundred bits at independent points (J. T. Schwartz, "Fast
// probabilistic algorithms for verification of polynomial identities", 1980).
#pragma once

#include <optional>

#include "reward/math/evaluate.h"
#include "reward/math/math_options.h"

namespace longhaul::reward::math {

class ValueComparer {
 public:
  ValueComparer(const MathOptions& options, uint64_t seed, Arena& arena)
      : options_(options), seed_(seed), arena_(arena), budget_(arena.budget()) {}

  // Tolerances and decimals count.
  bool Equal(const Node* gold, const Node* pred);
  // As mathematics has it.
  bool EqualExactly(const Node& a, const Node& b);
  // -1, 0, 1 for two real constants (infinities too); nothing when it cannot be told.
  std::optional<int> Order(const Node& a, const Node& b);
  // Whether f = 0 and g = 0 are the same equation: g = c f with one c other than 0. The sign of c.
  std::optional<int> ProportionSign(const Node& f, const Node& g);
  // Which rule decided last.
  const std::string& reason() const { return reason_; }
  Arena& arena() { return arena_; }

 private:
  enum class Agreement { kReal, kComplex, kDiffer, kBranches, kOneUndefined, kUndefined };

  bool EqualAtPoints(const Node& a, const Node& b, LogBase base);
  Agreement CompareAt(const Node& a, const Node& b, const Point& point, EvaluationRules rules);
  bool AgreesWithMoreDigits(const Node& a, const Node& b, const Point& point,
                            EvaluationRules rules);
  bool AgreesFarOut(const Node& a, const Node& b, const std::vector<std::string>& names,
                    const EvaluationRules& rules);
  bool AgreesAtIntegers(const Node& a, const Node& b, const std::vector<std::string>& names,
                        const EvaluationRules& rules);
  bool AgreesOnPieces(const Node& a, const Node& b, const std::vector<std::string>& names,
                      const EvaluationRules& rules);
  std::vector<Point> PointsOnPieces(const Node& a, const Node& b,
                                    const std::vector<std::string>& names) const;
  Point Draw(const std::vector<std::string>& names, int index, Field field) const;
  bool Close(const Node& gold, const Node& pred);
  bool DecimalOf(const Node& written, const Node& other);
  bool Within(const Node& a, const Node& b, const mpq_class& distance);
  bool RoundedEqual(const Node& a, const Node& b);
  std::optional<Ball> RealConstant(const Node& node, long precision);

  const MathOptions& options_;
  const uint64_t seed_;
  Arena& arena_;
  WorkBudget& budget_;
  std::string reason_;
};

}  // namespace longhaul::reward::math
