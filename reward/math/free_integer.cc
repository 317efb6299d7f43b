// SPDX-License-Identifier: Apache-2.0
#include "reward/math/free_integer.h"

#include <algorithm>
#include <functional>

#include "reward/math/statement.h"

namespace longhaul::reward::math {
namespace {

constexpr std::string_view kLetters = "jklmn";

// k \in Z.
bool IsStatement(const Node& node) {
  if (node.kind != Kind::kRelation || node.ops.size() != 1 || node.ops[0] != Relation::kIn) {
    return false;
  }
  const Node& set = *node.args[1];
  return node.args[0]->kind == Kind::kSymbol && set.name == "Z" &&
         (set.kind == Kind::kNamedSet || set.kind == Kind::kSymbol);
}

// In brackets behind a value: 3k + 1 (k \in Z).
const Node* FindFactor(const Node* node) {
  for (const Node* arg : node->args) {
    if (node->kind == Kind::kMultiply && IsStatement(*arg)) return arg;
    const Node* found = FindFactor(arg);
    if (found != nullptr) return found;
  }
  return nullptr;
}

// Also the condition of a set: \{k\pi \mid k \in Z\}, where it stays.
const Node* FindStatement(const Node* node) {
  if (node->kind == Kind::kBuilder) {
    return IsStatement(*node->args[1]) ? node->args[1] : FindStatement(node->args[1]);
  }
  if (node->kind != Kind::kList || node->name == "or") return FindFactor(node);
  const auto found = std::find_if(node->args.begin(), node->args.end(),
                                  [](const Node* arg) { return IsStatement(*arg); });
  return found != node->args.end() ? *found : FindFactor(node);
}

const Node* Without(Arena& arena, const Node* node, const Node* statement) {
  if (node->kind == Kind::kList &&
      std::find(node->args.begin(), node->args.end(), statement) != node->args.end()) {
    std::vector<const Node*> items;
    for (const Node* arg : node->args) {
      if (arg != statement) items.push_back(arg);
    }
    return items.size() == 1 ? items[0] : arena.Make(Kind::kList, std::move(items));
  }
  // The statement is a factor of its value.
  const Node* rest = nullptr;
  const auto is_product = [&](const Node* part) {
    const auto found = std::find(part->args.begin(), part->args.end(), statement);
    if (part->kind != Kind::kMultiply || found == part->args.end()) return false;
    std::vector<const Node*> factors = part->args;
    factors.erase(factors.begin() + (found - part->args.begin()));
    rest = factors.size() == 1 ? factors[0] : arena.Make(Kind::kMultiply, std::move(factors));
    return true;
  };
  const std::function<const Node*(const Node*)> without = [&](const Node* part) {
    if (is_product(part)) return rest;
    Node copy = *part;
    for (const Node*& arg : copy.args) arg = without(arg);
    copy.depth = copy.size = 1;
    return copy.args == part->args ? part : arena.Add(std::move(copy));
  };
  return without(node);
}

// The k\pi of \{k\pi \mid k \in Z\} and of \{x \mid x = k\pi, k \in Z\}; of others the set itself.
const Node* ElementOf(Arena& arena, const Node* set, const Node* statement) {
  const Node* head = set->args[0];
  const Node* condition = set->args[1];
  const bool bare = head->kind == Kind::kSymbol && head->name == statement->args[0]->name;
  if (condition == statement) return bare ? set : head;
  const bool two = condition->kind == Kind::kList && condition->args.size() == 2;
  if (!two || condition->args[1] != statement) return set;
  const std::optional<Assignment> assignment = AsAssignment(arena, condition->args[0]);
  const bool named =
      assignment.has_value() && head->kind == Kind::kSymbol && assignment->key == head->name;
  return named ? assignment->value : set;
}

// The values of the answer, without the names they are given to.
std::vector<const Node*> ValuesOf(Arena& arena, const Node* node) {
  std::vector<const Node*> values;
  for (const Node* item : ListItems(arena, node)) {
    const std::optional<Assignment> assignment = AsAssignment(arena, item);
    values.push_back(assignment.has_value() ? assignment->value : item);
  }
  return values;
}

// The same step from each integer to the next, of an angle.
bool GoesByAngles(ValueComparer& values, const Node* value, const std::string& letter) {
  if (!Contains(*value, Kind::kConstant, "pi") && !Contains(*value, Kind::kUnit, "degree")) {
    return false;
  }
  Arena& arena = values.arena();
  const auto at = [&](long k) { return Substitute(arena, value, letter, arena.Number(k)); };
  const auto step = [&](long k) {
    return arena.Make(Kind::kAdd, {at(k + 1), arena.Make(Kind::kNegate, {at(k)})});
  };
  return !values.EqualExactly(*at(1), *at(0)) && values.EqualExactly(*step(0), *step(1)) &&
         values.EqualExactly(*step(0), *step(-8));
}

}  // namespace

IntegerFamily ReadIntegerFamily(ValueComparer& values, const Node* node) {
  Arena& arena = values.arena();
  const Node* statement = FindStatement(node);
  if (statement != nullptr) {
    const std::string& letter = statement->args[0]->name;
    if (node->kind == Kind::kBuilder) {
      return {.node = ElementOf(arena, node, statement), .letter = letter, .known = true};
    }
    const Node* rest = Without(arena, node, statement);
    if (!Contains(*rest, Kind::kSymbol, letter) || FindStatement(rest) != nullptr)
      return {.node = node};
    return {.node = rest, .letter = letter, .known = true};
  }
  std::vector<std::string> names;
  const std::vector<const Node*> items = ValuesOf(arena, node);
  for (const Node* item : items) CollectUnknowns(*item, arena.budget(), names);
  const bool lone = names.size() == 1 && names[0].size() == 1 &&
                    kLetters.find(names[0][0]) != std::string_view::npos;
  if (!lone) return {.node = node};
  const bool known = std::all_of(items.begin(), items.end(), [&](const Node* item) {
    return !Contains(*item, Kind::kSymbol, names[0]) || GoesByAngles(values, item, names[0]);
  });
  return {.node = node, .letter = names[0], .known = known};
}

void MatchIntegerFamilies(ValueComparer& values, const Node*& gold, const Node*& pred) {
  const IntegerFamily family = ReadIntegerFamily(values, gold);
  if (!family.known) return;
  const IntegerFamily other = ReadIntegerFamily(values, pred);
  if (other.letter.empty()) return;
  if (other.letter != family.letter) {
    if (Contains(*other.node, Kind::kSymbol, family.letter)) return;
    pred =
        Substitute(values.arena(), other.node, other.letter, values.arena().Symbol(family.letter));
  } else {
    pred = other.node;
  }
  gold = family.node;
}

}  // namespace longhaul::reward::math
