// SPDX-License-Identifier: Apache-2.0
//
// Brackets and braces: groups, tuples, intervals, areas, sets, systems.
#include <algorithm>

#include "reward/math/parser_nesting.h"
#include "reward/math/statement.h"

namespace longhaul::reward::math {

// (...), [...], (...], <...>: what is in it, or a tuple.
const Node* Parser::Bracketed() {
  const Token open = Take();
  const Scoped<int> brackets(brackets_, brackets_ + 1);
  const Scoped<int> bars(bars_, 0);
  const Scoped<bool> builder(in_builder_, false);
  if (open.Is('(') && (Peek().IsCommand("mod") || Peek().IsCommand("bmod"))) {
    return Fail("a modulus without a value");
  }
  const Node* inside = List();
  const Token close = Take();
  const bool angle = open.IsCommand("langle") && close.IsCommand("rangle");
  if (!angle && !close.Is(')') && !close.Is(']')) return Fail("a bracket that is not closed");
  const std::string brackets_name = angle ? "()" : open.text + close.text;
  if (inside->kind == Kind::kList && inside->name.empty()) {
    return arena_.Make(Kind::kTuple, inside->args, brackets_name);
  }
  if (brackets_name == "[]") return Area(*inside);
  if (brackets_name == "()") return inside;
  return Fail("brackets that do not match");
}

// [ABC] is an area and [x] a whole part; [2a + b] only groups.
const Node* Parser::Area(const Node& inside) {
  if (IsLetterWord(inside)) {
    std::vector<const Node*> corners = inside.args;
    const auto by_name = [](const Node* a, const Node* b) { return a->name < b->name; };
    if (corners.size() == 3) std::sort(corners.begin(), corners.end(), by_name);
    return arena_.Make(Kind::kApply, std::move(corners), "[]");
  }
  const bool simple = inside.kind == Kind::kSymbol || inside.kind == Kind::kMultiply ||
                      inside.kind == Kind::kDivide;
  if (!simple || !Contains(inside, Kind::kSymbol) || Contains(inside, Kind::kAdd)) return &inside;
  return arena_.Make(Kind::kApply, {&inside}, "[]");
}

// TeX's n \choose k and a \over b, which take all of their group.
const Node* Parser::Grouped() {
  const Node* inside = List();
  if (TakeCommand("choose")) {
    return arena_.Make(Kind::kFunction, {inside, List()}, "binom");
  }
  return TakeCommand("over") ? Quotient(inside, List()) : inside;
}

// {...} groups and shows nothing.
const Node* Parser::Braced() {
  Take();
  const Scoped<int> brackets(brackets_, 0);
  const Scoped<int> bars(bars_, 0);
  const Scoped<bool> builder(in_builder_, false);
  const Scoped<int> cells(cells_, 0);
  const Node* inside = Grouped();
  if (!TakeSymbol('}')) return Fail("a brace that is not closed");
  return inside;
}

// \left\{ \begin{array}{l} x = 2 \\ y = 1 \end{array} \right.
const Node* Parser::System() {
  Take();
  const Node* rows = Environment();
  if (TakeCommand("}")) return arena_.Make(Kind::kSet, {rows});
  if (rows->kind != Kind::kMatrix) return rows;
  if (rows->columns == 1) return arena_.Make(Kind::kList, rows->args);
  return arena_.Make(Kind::kApply, rows->args, "cases");
}

// \{1, 2\}, \{\}, \{x \mid x > 1\}.
const Node* Parser::SetBraces() {
  Take();
  const Scoped<int> brackets(brackets_, brackets_ + 1);
  const Scoped<int> bars(bars_, 0);
  if (TakeCommand("}")) return arena_.Make(Kind::kNamedSet, {}, "empty");
  if (Peek().IsCommand("begin")) return System();
  const Node* inside;
  {
    const Scoped<bool> builder(in_builder_, true);
    inside = List();
  }
  if (TakeSymbol('|') || TakeSymbol(':') || TakeCommand("mid")) {
    const Scoped<bool> builder(in_builder_, false);
    // {x in R : x > 1} is what of R satisfies it.
    const bool domain = inside->kind == Kind::kRelation && inside->ops.size() == 1 &&
                        inside->ops[0] == Relation::kIn && inside->args[0]->kind == Kind::kSymbol;
    const Node* head = domain ? inside->args[0] : inside;
    const Node* elements = arena_.Make(Kind::kBuilder, {head, List()});
    inside = domain ? arena_.Make(Kind::kIntersection, {inside->args[1], elements}) : elements;
    return TakeCommand("}") ? inside : Fail("a set that is not closed");
  }
  if (!TakeCommand("}")) return Fail("a set that is not closed");
  if (inside->kind == Kind::kList) return arena_.Make(Kind::kSet, inside->args);
  return arena_.Make(Kind::kSet, {inside});
}

}  // namespace longhaul::reward::math
