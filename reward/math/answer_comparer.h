// SPDX-License-Identifier: Apache-2.0
//
// Whether two typed answers are the same: which rule of comparison goes with which types.
//
//   list       "1, 2", "1 or 2", {1, 2}: unordered; repetitions count only where a ground truth
//              without braces has them
//   tuple      (1, 2): ordered; a list without brackets matches it in order
//   interval   (0, 1] and unions: as sets of real numbers
//   assignment x = 5 matches 5; x = 2, y = 3 matches (2, 3); different names do not match
//   chain      2 + 3 = 5 is its last value, when every constant in it is equal to that;
//              for a ground truth with a name only the last counts
//   equation   the same up to a factor; an assignment solved for another variable included
//   inequality the same solutions; the interval of the solutions where the ground truth is the
//              inequality, the other way round only with allow_set_relation, for otherwise a
//              response could repeat the inequality that it was asked to solve
//   matrix     entry by entry, after arithmetic; [[1, 2], [3, 4]] is one beside a matrix, a column
//              beside a tuple the tuple of its entries
//   formula    of logic: as written, up to the order of what "and" and "or" join (logic.h)
//   ratio      3:4 and 6:8; times of day exactly, the half of the day where both sides name it
//   quantity   values in the same unit, 2 h 30 min as 150 min; a side without a unit is taken to be
//              in the other's, "units" are those of any length
//   letters    ACBD, three or more on their own, in their order
#pragma once

#include <string>
#include <vector>

#include "reward/math/real_sets.h"
#include "reward/math/statement.h"
#include "reward/math/value_comparer.h"

namespace longhaul::reward::math {

class AnswerComparer {
 public:
  AnswerComparer(const MathOptions& options, uint64_t seed, Arena& arena)
      : options_(options), arena_(arena), values_(options, seed, arena) {}

  bool Equal(const Node* gold, const Node* pred);
  // The rule that decided last, in words.
  const std::string& reason() const { return reason_; }

 private:
  using Items = std::vector<const Node*>;

  // No chain of equations in it says that two different constants are equal.
  bool ChainsHold(const Node* node);
  bool SameOrRounded(const Node* value, const Node* last);
  bool EqualRenamed(const Node* gold, const Node* pred);
  bool EqualReadings(const Node* gold, const Node* pred);
  bool EqualBinomials(const Node* gold, const Node* pred);
  bool Compare(const Node* gold, const Node* pred);
  bool CompareSingle(const Node* gold, const Node* pred);
  bool CompareInequalities(const Node* gold, const Node* pred);
  bool AreOfOtherNames(const Node* gold, const Node* pred);
  bool CompareQuantified(const Node* gold, const Node* pred);
  bool CompareMatrices(const Node* gold, const Node* pred);
  bool CompareRelationAndValue(const Node* gold, const Node* pred);
  bool CompareRelations(const Node* gold, const Node* pred);
  const Node* WithArgumentsOf(const Node& gold, const Node& pred, const Node* value);
  bool CompareEquations(const Node* gold, const Node* pred);
  bool CompareChains(const Node* gold, const Node* pred);
  bool CompareLists(const Node* gold, const Node* pred);
  bool CompareRecordAndItems(const Record& gold, const Node* pred);
  bool CompareRecords(const Record& gold, const Record& pred);
  bool CompareOrdered(const Items& gold, const Items& pred);
  bool CompareUnordered(const Items& gold, const Items& pred);
  bool CompareOneToOne(const Items& gold, const Items& pred);
  bool CompareTuples(const Node* gold, const Node* pred);
  bool CompareRatios(const Node* gold, const Node* pred);
  bool CompareQuantities(const Node* gold, const Node* pred);
  bool CompareSets(const Node* gold, const Node* pred);
  // True and false, decided by a rule.
  bool Agree(std::string_view rule);
  bool Differ(std::string_view rule);

  const MathOptions& options_;
  Arena& arena_;
  ValueComparer values_;
  std::string reason_;
  int depth_ = 0;
};

}  // namespace longhaul::reward::math
