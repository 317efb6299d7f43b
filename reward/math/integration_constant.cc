// SPDX-License-Identifier: Apache-2.0
#include "reward/math/integration_constant.h"

#include <algorithm>
#include <optional>

#include "reward/math/statement.h"

namespace longhaul::reward::math {
namespace {

struct Constants {
  char letter = 0;   // c or C
  size_t count = 0;  // how many are numbered; 0: one without a number
  bool operator==(const Constants&) const = default;
};

bool IsConstantName(const std::string& name) {
  return (name[0] == 'c' || name[0] == 'C') && (name.size() == 1 || name[1] == '_');
}

bool IsVariableName(std::string_view name) {
  constexpr std::string_view kLetters = "xytuvwzrs";
  if (name.size() == 1) return kLetters.find(name[0]) != std::string_view::npos;
  return name == "\\theta" || name == "\\phi" || name == "\\tau" || name == "\\rho";
}

size_t CountSymbol(const Node& node, std::string_view name) {
  size_t count = node.kind == Kind::kSymbol && node.name == name ? 1 : 0;
  for (const Node* arg : node.args) count += CountSymbol(*arg, name);
  return count;
}

bool IsTermOf(const Node& sum, std::string_view name) {
  return sum.kind == Kind::kAdd &&
         std::any_of(sum.args.begin(), sum.args.end(),
                     [&](const Node* a) { return a->kind == Kind::kSymbol && a->name == name; });
}

std::optional<Constants> ReadConstants(Arena& arena, const Node* answer) {
  const std::optional<Assignment> assignment = AsAssignment(arena, answer);
  const Node& value = assignment.has_value() ? *assignment->value : *answer;
  if (value.kind != Kind::kAdd && value.kind != Kind::kMultiply) return std::nullopt;
  std::vector<std::string> names, constants;
  CollectUnknowns(value, arena.budget(), names);
  for (const std::string& name : names) {
    if (IsConstantName(name)) constants.push_back(name);
  }
  if (constants.empty() || constants.size() + 1 != names.size()) return std::nullopt;
  if (std::none_of(names.begin(), names.end(), IsVariableName)) return std::nullopt;
  const char letter = constants[0][0];
  if (constants.size() == 1 && constants[0].size() == 1) {
    const bool added = IsTermOf(value, constants[0]) && CountSymbol(value, constants[0]) == 1;
    return added ? std::optional<Constants>({letter, 0}) : std::nullopt;
  }
  std::sort(constants.begin(), constants.end());
  for (size_t i = 0; i < constants.size(); ++i) {
    if (constants[i] != fmt::format("{}_{}", letter, i + 1)) return std::nullopt;
  }
  return Constants{letter, constants.size()};
}

}  // namespace

const Node* MatchIntegrationConstants(Arena& arena, const Node* gold, const Node* pred) {
  const std::optional<Constants> wanted = ReadConstants(arena, gold);
  if (!wanted.has_value()) return pred;
  const std::optional<Constants> written = ReadConstants(arena, pred);
  if (!written.has_value() || written->count != wanted->count || written == wanted) return pred;
  const auto name = [](char letter, size_t number) {
    return number == 0 ? std::string(1, letter) : fmt::format("{}_{}", letter, number);
  };
  for (size_t i = std::min<size_t>(wanted->count, 1); i <= wanted->count; ++i) {
    const Node* constant = arena.Symbol(name(wanted->letter, i));
    pred = Substitute(arena, pred, name(written->letter, i), constant);
  }
  return pred;
}

}  // namespace longhaul::reward::math
