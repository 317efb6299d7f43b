// SPDX-License-Identifier: Apache-2.0
//
// Formulas of logic. Between equations and inequalities the same signs join statements (x < 2 \lor
// x > 3), which are lists.
#include <algorithm>

#include "reward/extractors/extractor.h"
#include "reward/math/logic.h"
#include "reward/math/parser_nesting.h"

namespace longhaul::reward::math {

const Node* Parser::Formula() {
  if (SignsJoin() != Joins::kFormulas) return SetExpression();
  std::vector<const Node*> parts = {Conjunction()};
  while (TakeCommand("lor")) parts.push_back(Conjunction());
  return JoinedFormulas(arena_, kOrSign, std::move(parts));
}

const Node* Parser::Conjunction() {
  std::vector<const Node*> parts = {Negation()};
  while (TakeConjunctionSign()) parts.push_back(Negation());
  return JoinedFormulas(arena_, kAndSign, std::move(parts));
}

bool Parser::TakeConjunctionSign() { return TakeCommand("land") || TakeCommand("wedge"); }

const Node* Parser::Negation() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  if (TakeCommand("neg") || TakeCommand("sim")) {
    return arena_.Make(Kind::kApply, {Negation()}, std::string(kNotSign));
  }
  return SetExpression();
}

bool Parser::AtQuantifier() const {
  return (Peek().IsCommand("forall") || Peek().IsCommand("exists") ||
          Peek().IsCommand("nexists")) &&
         Peek(1).type == TokenType::kLetter;
}

// \forall x \in R, and what is said of x: of a variable without a name of its own.
const Node* Parser::Quantified() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  const Scoped<int> quantifiers(quantifiers_, quantifiers_ + 1);
  const std::string quantifier = fmt::format("\\{}", Take().text);
  const Node* variable = Letter();
  if (variable->kind != Kind::kSymbol) return Fail("a quantifier without a variable");
  const Node* range = variable;
  Relation relation;
  std::string name;
  if (TakeRelation(relation, name)) {
    const Scoped<bool> head(in_builder_, true);  // a colon or a bar ends it
    range = arena_.Add({.kind = Kind::kRelation,
                        .name = std::move(name),
                        .args = {variable, SetExpression()},
                        .ops = {relation}});
  }
  const Token& sign = Peek();
  const bool such = sign.type == TokenType::kText && Trim(sign.text) == "such that";
  if (such || sign.Is(',') || sign.Is(':') || sign.Is('|') || sign.IsCommand("mid") ||
      sign.type == TokenType::kWideSpace) {
    Take();
  }
  const Node* said = Statement();
  const Node* unnamed = arena_.Symbol(fmt::format("#{}", quantifiers_));
  return arena_.Make(Kind::kApply,
                     {Substitute(arena_, range, variable->name, unnamed),
                      Substitute(arena_, said, variable->name, unnamed)},
                     quantifier);
}

// Below or above a name.
bool Parser::IsScript(size_t token) const {
  const size_t braces = token > 0 && tokens_[token - 1].Is('{') ? 2 : 1;
  const Token& sign = tokens_[token - std::min(token, braces)];
  return sign.Is('^') || sign.Is('_');
}

// Formulas have no numbers in them and no equations or inequalities, but for one equation that may
// name the formula.
Parser::Joins Parser::SignsJoin() {
  if (signs_join_.has_value()) return *signs_join_;
  bool logic = false, ordered = false, numbers = false;
  int equations = 0;
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const Token& token = tokens_[i];
    const bool negation = token.IsCommand("sim");
    logic = logic || (negation && i == 0) || token.IsCommand("land") || token.IsCommand("lor") ||
            token.IsCommand("neg");
    numbers = numbers || (token.type == TokenType::kNumber && !IsScript(i));
    if (token.Is('=') || token.IsCommand("eq")) {
      ++equations;
    } else if (!negation && !IsArrowCommand(token)) {
      ordered = ordered || token.Is('<') || token.Is('>') || IsRelationCommand(token);
    }
  }
  const bool formulas = logic && !ordered && !numbers && equations < 2;
  signs_join_ = formulas                   ? Joins::kFormulas
                : ordered || equations > 0 ? Joins::kStatements
                                           : Joins::kValues;
  return *signs_join_;
}

}  // namespace longhaul::reward::math
