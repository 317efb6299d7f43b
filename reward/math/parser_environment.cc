// SPDX-License-Identifier: Apache-2.0
//
// Sums, integrals, limits, matrices and systems.
#include <algorithm>

#include "reward/extractors/extractor.h"
#include "reward/math/parser_nesting.h"

namespace longhaul::reward::math {
namespace {

bool IsMatrixName(std::string_view name) { return name.ends_with("matrix") || name == "array"; }

// The words before the condition of a piece.
bool IsCondition(std::string_view text) {
  text = Trim(text);
  return text == "if" || text == "for" || text == "when";
}

}  // namespace

// \sum_{k=1}^{n}: variable, from, to, body. The body goes to the next sum sign.
const Node* Parser::Big(const std::string& name) {
  const Node* from = nullptr;
  const Node* to = nullptr;
  const Node* variable = nullptr;
  while (Peek().Is('_') || Peek().Is('^')) {
    if (Take().Is('^')) {
      to = Script();
      continue;
    }
    // The variable is bound before its limits are read: in "i=1" i is no imaginary unit.
    const size_t at = Peek().Is('{') ? 1 : 0;
    const bool letter = Peek(at).type == TokenType::kLetter;
    const std::string letter_name = letter ? Peek(at).text : "";
    if (letter) bound_.push_back(letter_name);
    const Node* under = Script();
    if (letter) bound_.pop_back();
    const bool range = under->kind == Kind::kRelation && under->ops.size() == 1 &&
                       under->ops[0] == Relation::kEqual && under->args[0]->kind == Kind::kSymbol;
    variable = range ? under->args[0] : arena_.Symbol(letter ? letter_name : "?");
    from = range ? under->args[1] : arena_.Make(Kind::kApply, {under}, "under");
  }
  if (variable == nullptr) variable = arena_.Symbol("?");
  if (from == nullptr) from = arena_.Make(Kind::kEllipsis, {});
  if (to == nullptr) to = arena_.Make(Kind::kEllipsis, {});
  bound_.push_back(variable->name);
  const Node* body = Product();
  bound_.pop_back();
  return arena_.Make(Kind::kBig, {variable, from, to, body}, name);
}

// Takes "d x" from the end of an integrand.
const Node* Parser::WithoutDifferential(const Node* body, const Node*& variable) {
  const Nesting nesting(*this);
  if (nesting.too_deep() || body->args.empty()) return body;
  std::vector<const Node*> args = body->args;
  if (body->kind == Kind::kMultiply) {
    for (size_t i = 0; i + 1 < args.size(); ++i) {
      if (args[i]->kind != Kind::kSymbol || args[i]->name != "d" ||
          args[i + 1]->kind != Kind::kSymbol || i + 2 != args.size()) {
        continue;
      }
      variable = args[i + 1];
      args.resize(i);
      if (args.empty()) return arena_.Number(1);
      return args.size() == 1 ? args[0] : arena_.Make(Kind::kMultiply, std::move(args));
    }
    args.back() = WithoutDifferential(args.back(), variable);
  } else if (body->kind == Kind::kAdd || body->kind == Kind::kNegate) {
    args.back() = WithoutDifferential(args.back(), variable);
  } else if (body->kind == Kind::kDivide) {
    args[0] = WithoutDifferential(args[0], variable);
  } else {
    return body;
  }
  return variable == nullptr ? body : arena_.Make(body->kind, std::move(args));
}

const Node* Parser::Integral() {
  const Node* from = arena_.Make(Kind::kEllipsis, {});
  const Node* to = from;
  while (Peek().Is('_') || Peek().Is('^')) {
    const bool lower = Take().Is('_');
    (lower ? from : to) = Peek().type == TokenType::kNumber ? Argument() : Script();
  }
  const Node* variable = nullptr;
  const Scoped<bool> integral(in_integral_, true);
  const Node* body = WithoutDifferential(Sum(), variable);
  if (variable == nullptr) return Fail("an integral without its differential");
  return arena_.Make(Kind::kBig, {variable, from, to, body}, "int");
}

// \lim_{x \to a}: variable, target, nothing, body.
const Node* Parser::Limit() {
  const Node* none = arena_.Make(Kind::kEllipsis, {});
  const Node* under = none;
  if (TakeSymbol('_')) under = Script();
  const bool approach = under->kind == Kind::kRelation && under->name == "to " &&
                        under->ops.size() == 1 && under->args[0]->kind == Kind::kSymbol;
  if (!approach) return arena_.Make(Kind::kApply, {under, Product()}, "lim");
  const Node* variable = under->args[0];
  bound_.push_back(variable->name);
  const Node* body = Product();
  bound_.pop_back();
  return arena_.Make(Kind::kBig, {variable, under->args[1], none, body}, "lim");
}

std::string Parser::BracedName() {
  if (!TakeSymbol('{')) return Take().text;
  std::string name;
  while (!AtEnd() && !Peek().Is('}')) name += Take().text;
  TakeSymbol('}');
  return name;
}

const Node* Parser::Environment() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  std::string name = BracedName();
  if (name.ends_with('*')) name.pop_back();
  if (IsMatrixName(name)) return Matrix(name);
  return Cases();
}

const Node* Parser::Matrix(const std::string& environment) {
  if (environment == "array") BracedName();
  const Scoped<int> cells(cells_, 1);
  const Scoped<int> brackets(brackets_, 1);
  const Scoped<int> bars(bars_, 0);
  std::vector<const Node*> entries;
  int columns = 0, column = 0;
  const auto end_row = [&] {
    if (columns == 0) columns = column;
    const bool even = column == columns;
    column = 0;
    return even;
  };
  while (!AtEnd() && !Peek().IsCommand("end")) {
    if (TakeCommand("hline")) continue;
    entries.push_back(Statement());
    ++column;
    if (TakeSymbol('&')) continue;
    if (Peek().type == TokenType::kRowEnd) {
      Take();
      if (!end_row()) return Fail("rows of different length");
    } else if (!Peek().IsCommand("end")) {
      return Fail("unexpected '" + Peek().text + "' in a matrix");
    }
  }
  if (!TakeCommand("end")) return Fail("an environment that is not closed");
  BracedName();
  if (column > 0 && !end_row()) return Fail("rows of different length");
  if (columns == 0) return Fail("an empty matrix");
  const Node* matrix =
      arena_.Add({.kind = Kind::kMatrix, .args = std::move(entries), .columns = columns});
  if (environment == "vmatrix") return arena_.Make(Kind::kFunction, {matrix}, "det");
  return matrix;
}

// A function in pieces, whichever comes first.
const Node* Parser::Pieces(std::vector<const Node*> cells) {
  std::vector<std::pair<std::string, size_t>> order;
  for (size_t i = 0; i + 1 < cells.size() && cells.size() % 2 == 0; i += 2) {
    order.emplace_back(Canonical(*cells[i + 1], arena_.budget()), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<const Node*> sorted;
  for (const auto& [condition, i] : order) sorted.insert(sorted.end(), {cells[i], cells[i + 1]});
  return arena_.Make(Kind::kApply, sorted.empty() ? std::move(cells) : std::move(sorted), "cases");
}

// A system: its rows, with the marks of alignment dropped. Rows of two cells are a function in
// pieces.
const Node* Parser::Cases() {
  const Scoped<int> cells(cells_, 1);
  const Scoped<int> brackets(brackets_, 0);
  std::vector<const Node*> rows;
  bool pieces = false;
  while (!AtEnd() && !Peek().IsCommand("end")) {
    if (Peek().type == TokenType::kRowEnd || Peek().Is('&') || Peek().Is(',')) {
      pieces = pieces || (Peek().Is('&') && !rows.empty() && !Peek(1).Is('='));
      Take();
      continue;
    }
    const Scoped<int> outside(cells_, 0);
    const bool condition = Peek().type == TokenType::kText && IsCondition(Peek().text);
    if (condition) Take();
    rows.push_back(Statement());
    if (Peek().Is('.') || Peek().Is(';')) Take();
    const Token& next = Peek();
    if (!next.Is('&') && !next.Is(',') && next.type != TokenType::kRowEnd &&
        !next.IsCommand("end")) {
      return Fail("unexpected '" + next.text + "' in a system");
    }
  }
  if (!TakeCommand("end")) return Fail("an environment that is not closed");
  BracedName();
  if (rows.empty()) return Fail("an empty environment");
  if (pieces) return Pieces(std::move(rows));
  return rows.size() == 1 ? rows[0] : arena_.Make(Kind::kList, std::move(rows));
}

}  // namespace longhaul::reward::math
