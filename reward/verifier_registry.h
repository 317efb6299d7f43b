// SPDX-License-Identifier: Apache-2.0
//
// The verifiers a task may name. Immutable once filled; Find is thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reward/verifier.h"

namespace longhaul::reward {

class VerifierRegistry {
 public:
  // exact, choice, format, number.
  static VerifierRegistry BuiltIn();

  // A second verifier of the same name is a bug.
  void Add(std::unique_ptr<Verifier> verifier);

  // The error names every verifier there is.
  StatusOr<const Verifier*> Find(std::string_view name) const;
  std::vector<std::string> Names() const;

 private:
  std::map<std::string, std::unique_ptr<Verifier>, std::less<>> verifiers_;
};

}  // namespace longhaul::reward
