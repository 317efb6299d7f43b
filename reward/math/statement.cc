// SPDX-License-Identifier: Apache-2.0
#include "reward/math/statement.h"

#include <algorithm>
#include <cctype>

namespace longhaul::reward::math {
namespace {

constexpr size_t kMaxItems = 500;
constexpr int kMaxSigns = 3;

bool IsUpperSymbol(const Node& node) {
  return node.kind == Kind::kSymbol && std::isupper(static_cast<unsigned char>(node.name[0]));
}

bool IsSegment(const Node& node) {
  if (node.kind == Kind::kMultiply) {
    return std::all_of(node.args.begin(), node.args.end(),
                       [](const Node* arg) { return IsUpperSymbol(*arg); });
  }
  return IsUpperSymbol(node) || node.kind == Kind::kSubscript ||
         (node.kind == Kind::kSymbol && node.name.find('_') != std::string::npos);
}

bool AllNames(const Node& node) {
  return std::all_of(node.args.begin(), node.args.end(),
                     [](const Node* arg) { return IsNameLike(*arg); });
}

// f, f', f^{-1}, a_1, \phi; not an accent, an angle or a figure.
bool IsFunctionName(const Node& apply) {
  const std::string& name = apply.name;
  return name.size() == 1 || name[0] == '\\' ||
         std::string_view("'_^").find(name[1]) != std::string_view::npos;
}

std::string NameKey(Arena& arena, const Node* name) {
  const bool function = IsFunctionOfNames(*name) && IsFunctionName(*name);
  const bool length = name->kind == Kind::kFunction && name->name == "abs" &&
                      name->args[0]->kind == Kind::kMultiply && IsSegment(*name->args[0]);
  if (length) return NameKey(arena, name->args[0]);  // |AB|
  return function ? name->name : Canonical(*name, arena.budget());
}

int CountSigns(const Node& node, std::string_view name) {
  int count = node.kind == Kind::kPlusMinus && (name.empty() || node.name == name) ? 1 : 0;
  for (const Node* arg : node.args) count += CountSigns(*arg, name);
  return count;
}

// The node with its signs chosen: bit i of `choice` is the i-th +-.
const Node* Choose(Arena& arena, const Node* node, unsigned choice, int& index) {
  if (node->args.empty()) return node;
  bool changed = false;
  std::vector<const Node*> args;
  bool minus = false;
  if (node->kind == Kind::kPlusMinus) {
    minus = (choice >> index & 1) != 0;
    if (node->name == "-+") minus = !minus;
    ++index;
  }
  for (const Node* arg : node->args) {
    args.push_back(Choose(arena, arg, choice, index));
    changed = changed || args.back() != arg;
  }
  if (node->kind == Kind::kPlusMinus) {
    if (minus) args.back() = arena.Make(Kind::kNegate, {args.back()});
    return args.size() == 1 ? args[0] : arena.Make(Kind::kAdd, std::move(args));
  }
  if (!changed) return node;
  Node copy = *node;
  copy.args = std::move(args);
  copy.depth = copy.size = 1;
  return arena.Add(std::move(copy));
}

// A symbol that no sum, definite integral or limit binds.
bool HasUnknown(const Node& node, std::vector<std::string_view>& bound) {
  if (node.kind == Kind::kSymbol) {
    return std::find(bound.begin(), bound.end(), node.name) == bound.end();
  }
  const bool binds = node.kind == Kind::kBig && node.args[1]->kind != Kind::kEllipsis;
  for (size_t i = binds ? 1 : 0; i < node.args.size(); ++i) {
    if (binds && i == 3) bound.push_back(node.args[0]->name);
    const bool unknown = HasUnknown(*node.args[i], bound);
    if (binds && i == 3) bound.pop_back();
    if (unknown) return true;
  }
  return false;
}

void AddItems(Arena& arena, const Node* node, std::vector<const Node*>& items) {
  if (items.size() > kMaxItems) return;
  if (node->kind == Kind::kList) {
    for (const Node* arg : node->args) AddItems(arena, arg, items);
    return;
  }
  const std::vector<const Node*> expanded = Expand(arena, node);
  items.insert(items.end(), expanded.begin(), expanded.end());
}

}  // namespace

bool IsNameLike(const Node& node) {
  switch (node.kind) {
    case Kind::kSymbol:
    case Kind::kApply:
    case Kind::kSubscript:
    case Kind::kText:
      return true;
    case Kind::kMultiply:  // AB, m \angle A
      return IsSegment(node) || (node.args.size() == 2 && node.args[0]->kind == Kind::kSymbol &&
                                 node.args[0]->name == "m" && node.args[1]->kind == Kind::kApply &&
                                 node.args[1]->name == "angle");
    case Kind::kRatio:
    case Kind::kTuple:
      return AllNames(node);
    case Kind::kDivide:
      return (IsSegment(*node.args[0]) && IsSegment(*node.args[1])) ||
             (node.args[0]->kind == Kind::kSymbol && node.args[1]->kind == Kind::kSymbol);
    case Kind::kFunction:
      return node.args.size() == 1 && node.name != "factorial" && node.name != "exp" &&
             IsNameLike(*node.args[0]) &&
             (node.name != "abs" || IsSegment(*node.args[0]) ||
              node.args[0]->kind == Kind::kSymbol);
    default:
      return false;
  }
}

bool IsConstantValue(const Node& node) {
  switch (node.kind) {
    case Kind::kNumber:
    case Kind::kConstant:
    case Kind::kUnit:
      return true;
    case Kind::kAdd:
    case Kind::kMultiply:
    case Kind::kDivide:
    case Kind::kNegate:
    case Kind::kPower:
    case Kind::kRoot:
    case Kind::kFunction:
      return std::all_of(node.args.begin(), node.args.end(),
                         [](const Node* arg) { return IsConstantValue(*arg); });
    default:
      return false;
  }
}

bool IsFunctionOfNames(const Node& node) {
  return node.kind == Kind::kApply &&
         std::all_of(node.args.begin(), node.args.end(), [](const Node* arg) {
           return arg->kind == Kind::kSymbol &&
                  std::isupper(static_cast<unsigned char>(arg->name[0])) == 0;
         });
}

bool IsCoordinates(const Node& name) {
  return name.kind == Kind::kTuple &&
         std::all_of(name.args.begin(), name.args.end(), [](const Node* arg) {
           return arg->kind == Kind::kSymbol &&
                  (arg->name == "x" || arg->name == "y" || arg->name == "z");
         });
}

const Node* PointOf(const Node& node) {
  const auto upper = [](const std::string& name) {
    return name.size() == 1 && std::isupper(static_cast<unsigned char>(name[0])) != 0;
  };
  if (node.kind == Kind::kApply && node.args.size() > 1 && upper(node.name)) return &node;
  const bool product = node.kind == Kind::kMultiply && node.args.size() == 2 &&
                       node.args[0]->kind == Kind::kSymbol && upper(node.args[0]->name) &&
                       node.args[1]->kind == Kind::kTuple;
  return product ? node.args[1] : nullptr;
}

bool IsLetterWord(const Node& node) {
  return node.kind == Kind::kMultiply && node.name == "word" && node.args.size() > 2 &&
         std::all_of(node.args.begin(), node.args.end(), [](const Node* arg) {
           return arg->kind == Kind::kSymbol && arg->name.size() == 1 &&
                  std::isupper(static_cast<unsigned char>(arg->name[0])) != 0;
         });
}

std::optional<Assignment> AsAssignment(Arena& arena, const Node* node) {
  if (node->kind != Kind::kRelation) return std::nullopt;
  size_t members = node->args.size();
  bool exact_before = false;
  for (size_t i = 0; i < node->ops.size(); ++i) {
    if (node->ops[i] != Relation::kEqual && node->ops[i] != Relation::kApprox) return std::nullopt;
    if (node->ops[i] == Relation::kApprox && exact_before) {
      members = i + 1;
      break;
    }
    exact_before = exact_before || node->ops[i] == Relation::kEqual;
  }
  const Node* first = node->args[0];
  const Node* last = node->args[members - 1];
  const Node* before = node->args[members - 2];
  Assignment assignment;
  if (IsNameLike(*first)) {
    assignment = {first, "", last};
  } else if (members == 2 && IsNameLike(*last)) {
    assignment = {last, "", first};
  } else if (members > 2 && IsNameLike(*before)) {
    assignment = {before, "", last};
  } else {
    return std::nullopt;
  }
  if (assignment.name->kind == Kind::kSymbol &&
      Contains(*assignment.value, Kind::kSymbol, assignment.name->name)) {
    return std::nullopt;
  }
  assignment.key = NameKey(arena, assignment.name);
  return assignment;
}

const Node* ChainValue(const Node* node) {
  if (node->kind != Kind::kRelation) return nullptr;
  for (const Relation op : node->ops) {
    if (op != Relation::kEqual) return nullptr;
  }
  std::vector<std::string_view> bound;
  for (const Node* arg : node->args) {
    if (HasUnknown(*arg, bound) || Contains(*arg, Kind::kText)) return nullptr;
  }
  return node->args.back();
}

const Node* SharedValues(Arena& arena, const Node* node) {
  if (node->kind != Kind::kRelation || node->args.size() < 3) return node;
  std::vector<std::string> names;
  std::vector<const Node*> assignments;
  const Node* value = node->args.back();
  for (size_t i = 0; i < node->ops.size(); ++i) {
    const Node* name = node->args[i];
    const bool known = std::find(names.begin(), names.end(), name->name) != names.end();
    if (node->ops[i] != Relation::kEqual || name->kind != Kind::kSymbol || known) return node;
    names.push_back(name->name);
    assignments.push_back(
        arena.Add({.kind = Kind::kRelation, .args = {name, value}, .ops = {Relation::kEqual}}));
  }
  return IsConstantValue(*value) ? arena.Make(Kind::kList, std::move(assignments)) : node;
}

std::optional<Record> AsRecord(Arena& arena, const Node* node) {
  if (node->kind == Kind::kList && node->name == "or") return std::nullopt;
  std::vector<const Node*> parts = {node};
  if (node->kind == Kind::kList || node->kind == Kind::kSet) parts = node->args;
  Record record;
  for (const Node* part : parts) {
    std::optional<Assignment> assignment = AsAssignment(arena, part);
    if (!assignment.has_value() || Contains(*part, Kind::kPlusMinus)) return std::nullopt;
    const Node* name = assignment->name;
    const Node* value = assignment->value;
    if (name->kind == Kind::kTuple && value->kind == Kind::kTuple &&
        name->args.size() == value->args.size()) {
      for (size_t i = 0; i < name->args.size(); ++i) {
        record.push_back({name->args[i], NameKey(arena, name->args[i]), value->args[i]});
      }
    } else {
      record.push_back(*std::move(assignment));
    }
  }
  for (size_t i = 0; i < record.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (record[i].key == record[j].key) return std::nullopt;
    }
  }
  return record;
}

std::vector<const Node*> Expand(Arena& arena, const Node* node) {
  const int signs = CountSigns(*node, "");
  if (signs == 0 || signs > 20) return {node};
  const bool together = CountSigns(*node, "-+") > 0 || signs > kMaxSigns;
  const unsigned choices = together ? 2 : 1U << signs;
  std::vector<const Node*> values;
  for (unsigned choice = 0; choice < choices; ++choice) {
    int index = 0;
    const bool all = together && choice == 1;
    values.push_back(Choose(arena, node, all ? ~0U : choice, index));
  }
  return values;
}

const Node* MatrixOfRows(Arena& arena, const Node* node) {
  const auto bracketed = [](const Node& tuple) {
    return tuple.kind == Kind::kTuple && tuple.name == "[]";
  };
  if (!bracketed(*node)) return node;
  const size_t columns = node->args[0]->args.size();
  std::vector<const Node*> entries;
  for (const Node* row : node->args) {
    if (!bracketed(*row) || row->args.size() != columns) return node;
    entries.insert(entries.end(), row->args.begin(), row->args.end());
  }
  return arena.Add(
      {.kind = Kind::kMatrix, .args = std::move(entries), .columns = static_cast<int>(columns)});
}

bool IsListLike(const Node& node) { return node.kind == Kind::kList || node.kind == Kind::kSet; }

std::vector<const Node*> ListItems(Arena& arena, const Node* node) {
  std::vector<const Node*> items;
  if (node->kind != Kind::kSet) {
    AddItems(arena, node, items);
    return items;
  }
  for (const Node* arg : node->args) AddItems(arena, arg, items);
  return items;
}

}  // namespace longhaul::reward::math
