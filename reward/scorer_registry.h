// SPDX-License-Identifier: Apache-2.0
//
// The scorers a task may name. Immutable once filled; Find is thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reward/scorer.h"

namespace longhaul::reward {

class ScorerRegistry {
 public:
  // The verifiers: what judges by rules and asks nobody.
  static ScorerRegistry BuiltIn();

  // A second scorer of the same name is a bug.
  void Add(std::unique_ptr<Scorer> scorer);

  // The error names the scorer that is meant, or every one there is; of a scorer that asks somebody
  // who is not there (a judge model, the sandbox), what it needs.
  StatusOr<const Scorer*> Find(std::string_view name) const;
  // Sorted; also of those that ask somebody who is not there.
  std::vector<std::string> Names() const;

 private:
  std::map<std::string, std::unique_ptr<Scorer>, std::less<>> scorers_;
};

}  // namespace longhaul::reward
