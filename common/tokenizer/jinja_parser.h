// SPDX-License-Identifier: Apache-2.0
//
// Tokens to a tree. Nesting deeper than kMaxDepth is refused, so that walking a tree by recursion
// is safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "common/tokenizer/jinja_ast.h"
#include "common/tokenizer/jinja_lexer.h"

namespace longhaul::jinja {

inline constexpr int kMaxDepth = 200;

// Where the parser stands, shared by its two halves.
class TokenCursor {
 public:
  TokenCursor(std::vector<Token> tokens, std::string_view name)
      : tokens_(std::move(tokens)), name_(name) {}

  const Token& Peek(size_t ahead = 0) const {
    return tokens_[std::min(position_ + ahead, tokens_.size() - 1)];
  }
  Token Next() { return tokens_[position_ + 1 < tokens_.size() ? position_++ : position_]; }
  bool SkipOperator(std::string_view symbol);
  bool SkipName(std::string_view name);
  Status ExpectOperator(std::string_view symbol);
  Status ExpectName(std::string_view name);
  Status Expect(Token::Kind kind, std::string_view what);
  StatusOr<std::string> TakeName(std::string_view what);
  // An error at the next token; "..., found 'x'" is added.
  Status Error(std::string_view message) const;
  // An error at a line.
  Status ErrorAt(int line, std::string_view message) const;

 private:
  std::vector<Token> tokens_;
  std::string_view name_;
  size_t position_ = 0;
};

class ExpressionParser {
 public:
  explicit ExpressionParser(TokenCursor* cursor) : cursor_(cursor) {}

  StatusOr<ExpressionPtr> Parse();               // with x if y else z
  StatusOr<ExpressionPtr> ParseTuple();          // Parse, or a, b, ...: a list
  StatusOr<ExpressionPtr> ParseNoConditional();  // up to `or`: the iterable of a for

 private:
  using Kind = Expression::Kind;
  using Rule = StatusOr<ExpressionPtr> (ExpressionParser::*)();

  // A node over children; an error when it gets too deep.
  StatusOr<ExpressionPtr> Make(Kind kind, const Token& at, std::vector<ExpressionPtr> children);
  StatusOr<ExpressionPtr> MakePair(Kind kind, const Token& at, ExpressionPtr left,
                                   ExpressionPtr right);
  // left (operator right)*, operators of one level of precedence.
  StatusOr<ExpressionPtr> ParseChain(Rule next, std::initializer_list<std::string_view> symbols);

  StatusOr<ExpressionPtr> ParseOr();
  StatusOr<ExpressionPtr> ParseAnd();
  StatusOr<ExpressionPtr> ParseNot();
  StatusOr<ExpressionPtr> ParseCompare();
  StatusOr<ExpressionPtr> ParseSum();
  StatusOr<ExpressionPtr> ParseConcat();
  StatusOr<ExpressionPtr> ParseProduct();
  StatusOr<ExpressionPtr> ParsePower();
  StatusOr<ExpressionPtr> ParseUnary();
  StatusOr<ExpressionPtr> ParseOperand();
  StatusOr<ExpressionPtr> ParseSigned(Kind kind);
  StatusOr<ExpressionPtr> ParsePostfix(ExpressionPtr value);
  StatusOr<ExpressionPtr> ParseFilters(ExpressionPtr value);
  StatusOr<ExpressionPtr> ParseTest(ExpressionPtr value);
  StatusOr<ExpressionPtr> ParseSubscript(ExpressionPtr value);
  StatusOr<ExpressionPtr> ParsePrimary();
  StatusOr<ExpressionPtr> ParseBracketed(const Token& open);
  StatusOr<ExpressionPtr> ParseDict(const Token& open);
  StatusOr<ExpressionPtr> ParseLiteral();
  Status ParseArguments(Expression* call);

  TokenCursor* cursor_;
  int depth_ = 0;
};

// The body of a whole template.
StatusOr<Body> ParseTemplate(std::string_view source, std::string_view name);

}  // namespace longhaul::jinja
