// SPDX-License-Identifier: Apache-2.0
//
// Formulas of logic. Between equations and inequalities the same signs join statements (x < 2 \lor
// x > 3), which are lists.
#include <algorithm>

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
