// SPDX-License-Identifier: Apache-2.0
#include "reward/verifier_registry.h"

#include <fmt/ranges.h>

#include "common/check.h"
#include "reward/verifiers/choice.h"
#include "reward/verifiers/exact.h"
#include "reward/verifiers/format.h"
#include "reward/verifiers/number.h"

namespace longhaul::reward {

VerifierRegistry VerifierRegistry::BuiltIn() {
  VerifierRegistry registry;
  registry.Add(std::make_unique<ChoiceVerifier>());
  registry.Add(std::make_unique<ExactVerifier>());
  registry.Add(std::make_unique<FormatVerifier>());
  registry.Add(std::make_unique<NumberVerifier>());
  return registry;
}

void VerifierRegistry::Add(std::unique_ptr<Verifier> verifier) {
  std::string name(verifier->name());
  CHECK(verifiers_.emplace(name, std::move(verifier)).second) << "two verifiers named " << name;
}

StatusOr<const Verifier*> VerifierRegistry::Find(std::string_view name) const {
  const auto found = verifiers_.find(name);
  if (found != verifiers_.end()) return found->second.get();
  return InvalidArgument("unknown scorer '{}'; valid: {}", Excerpt(name), fmt::join(Names(), ", "));
}

std::vector<std::string> VerifierRegistry::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, verifier] : verifiers_) names.push_back(name);
  return names;
}

}  // namespace longhaul::reward
