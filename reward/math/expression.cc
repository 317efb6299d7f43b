// SPDX-License-Identifier: Apache-2.0
#include "reward/math/expression.h"

#include <algorithm>

#include "reward/math/logic.h"

namespace longhaul::reward::math {
namespace {

constexpr int64_t kNodeSteps = 300;
constexpr size_t kMaxCanonicalBytes = 200'000;

void Flatten(const Node& node, Kind kind, std::vector<const Node*>& out) {
  for (const Node* arg : node.args) {
    if (arg->kind == kind) {
      Flatten(*arg, kind, out);
    } else {
      out.push_back(arg);
    }
  }
}

class CanonicalWriter {
 public:
  explicit CanonicalWriter(WorkBudget& budget) : budget_(budget) {}

  std::string Write(const Node& node) {
    if (!budget_.Spend(kNodeSteps + 20 * static_cast<int64_t>(node.args.size()))) return "?";
    switch (node.kind) {
      case Kind::kNumber:
        return node.value.get_str();
      case Kind::kBaseNumber:
        return fmt::format("{}_{}", node.value.get_str(), node.columns);
      case Kind::kSymbol:
        return SymbolName(node.name);
      case Kind::kAdd:
        return Sorted(node, Kind::kAdd, "+");
      case Kind::kMultiply:
        return Sorted(node, Kind::kMultiply, "*");
      case Kind::kNegate:
        return Negation(*node.args[0]);
      case Kind::kSet:
        return Sorted(node, Kind::kSet, ",");
      case Kind::kUnion:
      case Kind::kIntersection:
        return Sorted(node, node.kind, node.kind == Kind::kUnion ? "|" : "&");
      case Kind::kBig:
        return Big(node);
      default:
        return IsAndOr(node) || IsSymmetric(node) ? InAnyOrder(node) : Plain(node);
    }
  }

 private:
  // Bound variables by their place, also below a letter: the k of a_k.
  std::string SymbolName(const std::string& name) const {
    const size_t index = name.rfind('_') + 1;  // 0 without one
    for (size_t i = bound_.size(); i-- > 0;) {
      if (bound_[i] == name) return fmt::format("${}", i);
      if (name.compare(index, std::string::npos, bound_[i]) == 0) {
        return fmt::format("{}${}", name.substr(0, index), i);
      }
    }
    return name;
  }

  std::string Negation(const Node& arg) {
    if (arg.kind == Kind::kNumber) return mpq_class(-arg.value).get_str();
    return fmt::format("(-1*{})", Write(arg));
  }

  std::string Sorted(const Node& node, Kind kind, std::string_view separator) {
    std::vector<const Node*> args;
    if (kind == Kind::kSet) {  // {{1}, 2} is not {1, 2}
      args = node.args;
    } else {
      Flatten(node, kind, args);
    }
    std::vector<std::string> parts;
    for (const Node* arg : args) parts.push_back(Write(*arg));
    const std::string joined = Ordered(std::move(parts), separator);
    return kind == Kind::kSet && joined != "?" ? fmt::format("{{{}}}", joined) : joined;
  }

  static std::string Ordered(std::vector<std::string> parts, std::string_view separator) {
    std::sort(parts.begin(), parts.end());
    std::string out = "(";
    for (const std::string& part : parts) {
      if (out.size() + part.size() > kMaxCanonicalBytes) return "?";
      out.append(out.size() > 1 ? separator : "").append(part);
    }
    return out + ")";
  }

  static bool IsSymmetric(const Node& node) {
    return node.kind == Kind::kFunction &&
           (node.name == "gcd" || node.name == "lcm" || node.name == "max" || node.name == "min");
  }

  // A formula has no parts of its own sign, and gcd(a, a, b) is another text than gcd(a, b).
  std::string InAnyOrder(const Node& node) {
    std::vector<std::string> parts;
    for (const Node* arg : node.args) parts.push_back(Write(*arg));
    return node.name + Ordered(std::move(parts), ",");
  }

  std::string Big(const Node& node) {
    const std::string from = Write(*node.args[1]), to = Write(*node.args[2]);
    bound_.push_back(node.args[0]->name);
    const std::string body = Write(*node.args[3]);
    bound_.pop_back();
    return fmt::format("{}({},{},{})", node.name, from, to, body);
  }

  std::string Plain(const Node& node) {
    std::string out = fmt::format("{}:{}", static_cast<int>(node.kind), node.name);
    if (node.kind == Kind::kMatrix) out += std::to_string(node.columns);
    out += "(";
    for (size_t i = 0; i < node.args.size(); ++i) {
      if (i > 0) out += ",";
      if (i > 0 && i <= node.ops.size()) out += std::to_string(static_cast<int>(node.ops[i - 1]));
      const std::string part = Write(*node.args[i]);
      if (out.size() + part.size() > kMaxCanonicalBytes) return "?";
      out += part;
    }
    return out + ")";
  }

  WorkBudget& budget_;
  std::vector<std::string> bound_;
};

void AddName(std::string name, std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

}  // namespace

const Node* Arena::Add(Node node) {
  if (!budget_.Spend(kNodeSteps) || nodes_.size() >= kMaxNodes) return &error_;
  for (const Node* arg : node.args) {
    if (arg->kind == Kind::kError) return &error_;
    node.depth = std::max(node.depth, arg->depth + 1);
    node.size += arg->size;
    if (node.size > kMaxTreeSize) return &error_;
  }
  if (node.depth > kMaxTreeDepth) return &error_;
  nodes_.push_back(std::move(node));
  return &nodes_.back();
}

const Node* Arena::Make(Kind kind, std::vector<const Node*> args, std::string name) {
  return Add({.kind = kind, .name = std::move(name), .args = std::move(args)});
}

const Node* Arena::Number(mpq_class value) {
  return Add({.kind = Kind::kNumber, .value = std::move(value)});
}

bool IsNumber(const Node& node, long value) {
  return node.kind == Kind::kNumber && node.value == value;
}

std::string Canonical(const Node& node, WorkBudget& budget) {
  return CanonicalWriter(budget).Write(node);
}

namespace {

bool IsConstantEnd(const Node& end) {
  return !Contains(end, Kind::kSymbol) && !Contains(end, Kind::kInfinity) &&
         !Contains(end, Kind::kError) && !Contains(end, Kind::kText) && end.kind != Kind::kEllipsis;
}

}  // namespace

bool HasFiniteRange(const Node& node) {
  const std::function<bool(const Node&)> has_index = [&](const Node& part) {  // a_k, f(k)
    return (IsOpaque(part) && Contains(part, Kind::kSymbol, node.args[0]->name)) ||
           (part.kind == Kind::kSymbol && part.name.ends_with("_" + node.args[0]->name)) ||
           std::any_of(part.args.begin(), part.args.end(),
                       [&](const Node* arg) { return has_index(*arg); });
  };
  return (node.name == "sum" || node.name == "prod" || node.name == "int") &&
         IsConstantEnd(*node.args[1]) && IsConstantEnd(*node.args[2]) && !has_index(*node.args[3]);
}

bool IsInfiniteSum(const Node& node) {
  return node.kind == Kind::kBig && node.name == "sum" && IsConstantEnd(*node.args[1]) &&
         node.args[2]->kind == Kind::kInfinity;
}

bool IsApproximated(const Node& node) {
  if (IsInfiniteSum(node) || (node.kind == Kind::kBig && node.name == "int")) return true;
  return std::any_of(node.args.begin(), node.args.end(),
                     [](const Node* arg) { return IsApproximated(*arg); });
}

bool IsOpaque(const Node& node) {
  switch (node.kind) {
    case Kind::kApply:
    case Kind::kSubscript:
    case Kind::kText:
    case Kind::kEllipsis:
      return true;
    case Kind::kUnit:
      return node.name != "degree";
    case Kind::kBig:
      return !HasFiniteRange(node) && !IsInfiniteSum(node);
    default:
      return false;
  }
}

void CollectUnknowns(const Node& node, WorkBudget& budget, std::vector<std::string>& names) {
  if (!budget.Spend(20)) return;
  if (node.kind == Kind::kSymbol) return AddName(node.name, names);
  if (IsOpaque(node)) return AddName(Canonical(node, budget), names);
  if (node.kind != Kind::kBig) {
    for (const Node* arg : node.args) CollectUnknowns(*arg, budget, names);
    return;
  }
  std::vector<std::string> inside;
  CollectUnknowns(*node.args[3], budget, inside);
  for (std::string& name : inside) {
    if (name != node.args[0]->name) AddName(std::move(name), names);
  }
}

bool Contains(const Node& node, Kind kind, std::string_view name) {
  if (node.kind == kind && (name.empty() || node.name == name)) return true;
  return std::any_of(node.args.begin(), node.args.end(),
                     [&](const Node* arg) { return Contains(*arg, kind, name); });
}

const Node* Replace(Arena& arena, const Node* node,
                    const std::function<bool(const Node*)>& replaced, const Node* by) {
  if (replaced(node)) return by;
  bool changed = false;
  std::vector<const Node*> args;
  for (const Node* arg : node->args) {
    args.push_back(Replace(arena, arg, replaced, by));
    changed = changed || args.back() != arg;
  }
  if (!changed) return node;
  Node copy = *node;
  copy.args = std::move(args);
  copy.depth = copy.size = 1;
  return arena.Add(std::move(copy));
}

const Node* Substitute(Arena& arena, const Node* node, std::string_view name, const Node* by) {
  const auto is_symbol = [name](const Node* part) {
    return part->kind == Kind::kSymbol && part->name == name;
  };
  return Replace(arena, node, is_symbol, by);
}

}  // namespace longhaul::reward::math
