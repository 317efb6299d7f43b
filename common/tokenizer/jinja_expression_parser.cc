// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "common/tokenizer/jinja_builtins.h"
#include "common/tokenizer/jinja_parser.h"

namespace longhaul::jinja {
namespace {

using Token::Kind::kFloat;
using Token::Kind::kInteger;
using Token::Kind::kName;
using Token::Kind::kString;

std::vector<ExpressionPtr> One(ExpressionPtr child) {
  std::vector<ExpressionPtr> children;
  children.push_back(std::move(child));
  return children;
}

// Where a test's argument may begin: {{ x is divisibleby 3 }}, but not {{ x is defined and y }}.
bool BeginsTestArgument(const Token& token) {
  if (token.kind == kString || token.kind == kInteger || token.kind == kFloat) return true;
  if (token.IsOperator("(") || token.IsOperator("[") || token.IsOperator("{")) return true;
  if (token.kind != kName) return false;
  for (const std::string_view keyword : {"else", "or", "and", "if", "is", "in", "not"}) {
    if (token.text == keyword) return false;
  }
  return true;
}

}  // namespace

StatusOr<ExpressionPtr> ExpressionParser::Make(Kind kind, const Token& at,
                                               std::vector<ExpressionPtr> children) {
  auto node = std::make_unique<Expression>();
  node->kind = kind;
  node->line = at.line;
  node->text = at.text;
  node->children = std::move(children);
  for (const ExpressionPtr& child : node->children) {
    if (child != nullptr) node->depth = std::max(node->depth, child->depth + 1);
  }
  if (node->depth > kMaxDepth)
    return cursor_->ErrorAt(at.line, "the expression is nested too deeply");
  return node;
}

StatusOr<ExpressionPtr> ExpressionParser::MakePair(Kind kind, const Token& at, ExpressionPtr left,
                                                   ExpressionPtr right) {
  std::vector<ExpressionPtr> children;
  children.push_back(std::move(left));
  children.push_back(std::move(right));
  return Make(kind, at, std::move(children));
}

StatusOr<ExpressionPtr> ExpressionParser::Parse() {
  if (++depth_ > kMaxDepth) return cursor_->Error("the expression is nested too deeply");
  ASSIGN_OR_RETURN(ExpressionPtr value, ParseOr());
  while (cursor_->Peek().IsName("if")) {
    const Token at = cursor_->Next();
    ASSIGN_OR_RETURN(ExpressionPtr condition, ParseOr());
    ExpressionPtr otherwise;
    if (cursor_->SkipName("else")) {
      ASSIGN_OR_RETURN(otherwise, Parse());
    }
    std::vector<ExpressionPtr> children;
    children.push_back(std::move(condition));
    children.push_back(std::move(value));
    children.push_back(std::move(otherwise));
    ASSIGN_OR_RETURN(value, Make(Kind::kTernary, at, std::move(children)));
  }
  --depth_;
  return value;
}

StatusOr<ExpressionPtr> ExpressionParser::ParseNoConditional() { return ParseOr(); }

StatusOr<ExpressionPtr> ExpressionParser::ParseTuple() {
  const Token at = cursor_->Peek();
  ASSIGN_OR_RETURN(ExpressionPtr first, Parse());
  if (!cursor_->Peek().IsOperator(",")) return first;
  std::vector<ExpressionPtr> items = One(std::move(first));
  while (cursor_->SkipOperator(",")) {
    ASSIGN_OR_RETURN(ExpressionPtr item, Parse());
    items.push_back(std::move(item));
  }
  return Make(Kind::kList, at, std::move(items));
}

StatusOr<ExpressionPtr> ExpressionParser::ParseChain(
    Rule next, std::initializer_list<std::string_view> symbols) {
  ASSIGN_OR_RETURN(ExpressionPtr left, (this->*next)());
  while (true) {
    const bool more = std::any_of(symbols.begin(), symbols.end(), [this](std::string_view symbol) {
      return cursor_->Peek().IsOperator(symbol);
    });
    if (!more) return left;
    const Token at = cursor_->Next();
    ASSIGN_OR_RETURN(ExpressionPtr right, (this->*next)());
    ASSIGN_OR_RETURN(left, MakePair(Kind::kBinary, at, std::move(left), std::move(right)));
  }
}

StatusOr<ExpressionPtr> ExpressionParser::ParseOr() {
  ASSIGN_OR_RETURN(ExpressionPtr left, ParseAnd());
  while (cursor_->Peek().IsName("or")) {
    const Token at = cursor_->Next();
    ASSIGN_OR_RETURN(ExpressionPtr right, ParseAnd());
    ASSIGN_OR_RETURN(left, MakePair(Kind::kOr, at, std::move(left), std::move(right)));
  }
  return left;
}

StatusOr<ExpressionPtr> ExpressionParser::ParseAnd() {
  ASSIGN_OR_RETURN(ExpressionPtr left, ParseNot());
  while (cursor_->Peek().IsName("and")) {
    const Token at = cursor_->Next();
    ASSIGN_OR_RETURN(ExpressionPtr right, ParseNot());
    ASSIGN_OR_RETURN(left, MakePair(Kind::kAnd, at, std::move(left), std::move(right)));
  }
  return left;
}

StatusOr<ExpressionPtr> ExpressionParser::ParseNot() {
  if (!cursor_->Peek().IsName("not")) return ParseCompare();
  return ParseSigned(Kind::kNot);
}

// A prefix operator: one more level of recursion for each, so it is counted.
StatusOr<ExpressionPtr> ExpressionParser::ParseSigned(Kind kind) {
  const Token at = cursor_->Next();
  if (++depth_ > kMaxDepth) return cursor_->Error("the expression is nested too deeply");
  ASSIGN_OR_RETURN(ExpressionPtr value, kind == Kind::kNot ? ParseNot() : ParseOperand());
  --depth_;
  return Make(kind, at, One(std::move(value)));
}

StatusOr<ExpressionPtr> ExpressionParser::ParseCompare() {
  ASSIGN_OR_RETURN(ExpressionPtr left, ParseSum());
  int comparisons = 0;
  while (true) {
    Token at = cursor_->Peek();
    bool negated = false;
    if (at.IsName("not") && cursor_->Peek(1).IsName("in")) {
      cursor_->Next();
      negated = true;
      at = cursor_->Peek();
    }
    const bool symbol = at.kind == Token::Kind::kOperator &&
                        (at.text == "==" || at.text == "!=" || at.text == "<" || at.text == "<=" ||
                         at.text == ">" || at.text == ">=");
    if (!symbol && !at.IsName("in")) return left;
    if (++comparisons > 1) return cursor_->Error("chained comparisons are not supported");
    cursor_->Next();
    ASSIGN_OR_RETURN(ExpressionPtr right, ParseSum());
    ASSIGN_OR_RETURN(left, MakePair(Kind::kCompare, at, std::move(left), std::move(right)));
    if (negated) {
      ASSIGN_OR_RETURN(left, Make(Kind::kNot, at, One(std::move(left))));
    }
  }
}

StatusOr<ExpressionPtr> ExpressionParser::ParseSum() {
  return ParseChain(&ExpressionParser::ParseConcat, {"+", "-"});
}
StatusOr<ExpressionPtr> ExpressionParser::ParseConcat() {
  return ParseChain(&ExpressionParser::ParseProduct, {"~"});
}
StatusOr<ExpressionPtr> ExpressionParser::ParseProduct() {
  return ParseChain(&ExpressionParser::ParsePower, {"*", "/", "//", "%"});
}
StatusOr<ExpressionPtr> ExpressionParser::ParsePower() {
  return ParseChain(&ExpressionParser::ParseUnary, {"**"});
}

StatusOr<ExpressionPtr> ExpressionParser::ParseUnary() {
  ASSIGN_OR_RETURN(ExpressionPtr value, ParseOperand());
  return ParseFilters(std::move(value));
}

// A sign binds closer than a filter: -3 | abs is 3.
StatusOr<ExpressionPtr> ExpressionParser::ParseOperand() {
  if (cursor_->Peek().IsOperator("-")) return ParseSigned(Kind::kNegate);
  if (cursor_->Peek().IsOperator("+")) return ParseSigned(Kind::kPlus);
  ASSIGN_OR_RETURN(ExpressionPtr value, ParsePrimary());
  return ParsePostfix(std::move(value));
}

StatusOr<ExpressionPtr> ExpressionParser::ParsePostfix(ExpressionPtr value) {
  while (true) {
    const Token at = cursor_->Peek();
    if (cursor_->SkipOperator(".")) {
      Token name = cursor_->Next();
      if (name.kind == kName) {
        ASSIGN_OR_RETURN(value, Make(Kind::kAttribute, name, One(std::move(value))));
      } else if (name.kind == kInteger) {  // x.0 is x[0]
        ASSIGN_OR_RETURN(ExpressionPtr index, Make(Kind::kLiteral, name, {}));
        index->value = Value::Int(std::atoll(name.text.c_str()));
        ASSIGN_OR_RETURN(value, MakePair(Kind::kIndex, at, std::move(value), std::move(index)));
      } else {
        return cursor_->ErrorAt(at.line, "expected a name after '.'");
      }
    } else if (cursor_->SkipOperator("[")) {
      ASSIGN_OR_RETURN(value, ParseSubscript(std::move(value)));
    } else if (at.IsOperator("(")) {
      ASSIGN_OR_RETURN(value, Make(Kind::kCall, at, One(std::move(value))));
      RETURN_IF_ERROR(ParseArguments(value.get()));
    } else {
      return value;
    }
  }
}

StatusOr<ExpressionPtr> ExpressionParser::ParseSubscript(ExpressionPtr value) {
  const Token at = cursor_->Peek();
  std::vector<ExpressionPtr> children = One(std::move(value));
  children.resize(4);
  size_t part = 1;
  bool slice = false;
  while (!cursor_->SkipOperator("]")) {
    if (cursor_->SkipOperator(":")) {
      slice = true;
      if (++part > 3) return cursor_->Error("expected ']'");
      continue;
    }
    if (children[part] != nullptr) return cursor_->Error("expected ']'");
    ASSIGN_OR_RETURN(children[part], Parse());
  }
  if (slice) return Make(Kind::kSlice, at, std::move(children));
  if (children[1] == nullptr) return cursor_->ErrorAt(at.line, "empty subscript");
  children.resize(2);
  return Make(Kind::kIndex, at, std::move(children));
}

StatusOr<ExpressionPtr> ExpressionParser::ParseFilters(ExpressionPtr value) {
  while (true) {
    if (cursor_->SkipOperator("|")) {
      const Token at = cursor_->Peek();
      ASSIGN_OR_RETURN(const std::string name, cursor_->TakeName("a filter"));
      if (!IsFilter(name)) {
        return cursor_->ErrorAt(at.line, fmt::format("filter '{}' is not supported", name));
      }
      ASSIGN_OR_RETURN(value, Make(Kind::kFilter, at, One(std::move(value))));
      if (cursor_->Peek().IsOperator("(")) RETURN_IF_ERROR(ParseArguments(value.get()));
    } else if (cursor_->SkipName("is")) {
      ASSIGN_OR_RETURN(value, ParseTest(std::move(value)));
    } else {
      return value;
    }
  }
}

StatusOr<ExpressionPtr> ExpressionParser::ParseTest(ExpressionPtr value) {
  const bool negated = cursor_->SkipName("not");
  const Token at = cursor_->Peek();
  ASSIGN_OR_RETURN(const std::string name, cursor_->TakeName("a test"));
  if (!IsTest(name)) {
    return cursor_->ErrorAt(at.line, fmt::format("test '{}' is not supported", name));
  }
  ASSIGN_OR_RETURN(ExpressionPtr test, Make(Kind::kTest, at, One(std::move(value))));
  if (cursor_->Peek().IsOperator("(")) {
    RETURN_IF_ERROR(ParseArguments(test.get()));
  } else if (BeginsTestArgument(cursor_->Peek())) {
    ASSIGN_OR_RETURN(ExpressionPtr argument, ParsePrimary());
    ASSIGN_OR_RETURN(argument, ParsePostfix(std::move(argument)));
    test->children.push_back(std::move(argument));
  }
  if (!negated) return test;
  return Make(Kind::kNot, at, One(std::move(test)));
}

Status ExpressionParser::ParseArguments(Expression* call) {
  RETURN_IF_ERROR(cursor_->ExpectOperator("("));
  while (!cursor_->SkipOperator(")")) {
    if (cursor_->Peek().IsOperator("*") || cursor_->Peek().IsOperator("**")) {
      return cursor_->Error("unpacked arguments are not supported");
    }
    std::string keyword;
    if (cursor_->Peek().kind == kName && cursor_->Peek(1).IsOperator("=")) {
      keyword = cursor_->Next().text;
      cursor_->Next();
    }
    ASSIGN_OR_RETURN(ExpressionPtr argument, Parse());
    call->depth = std::max(call->depth, argument->depth + 1);
    if (!keyword.empty()) {
      call->named.emplace_back(keyword, std::move(argument));
    } else if (call->named.empty()) {
      call->children.push_back(std::move(argument));
    } else {
      return cursor_->Error("a positional argument follows a keyword argument");
    }
    if (!cursor_->Peek().IsOperator(")")) RETURN_IF_ERROR(cursor_->ExpectOperator(","));
  }
  if (call->depth > kMaxDepth) return cursor_->Error("the expression is nested too deeply");
  return OkStatus();
}

StatusOr<ExpressionPtr> ExpressionParser::ParsePrimary() {
  const Token at = cursor_->Peek();
  if (at.IsOperator("(") || at.IsOperator("[")) return ParseBracketed(cursor_->Next());
  if (at.IsOperator("{")) return ParseDict(cursor_->Next());
  if (at.kind == kString || at.kind == kInteger || at.kind == kFloat) return ParseLiteral();
  if (at.kind != kName) return cursor_->Error("expected a value");
  cursor_->Next();
  ASSIGN_OR_RETURN(ExpressionPtr node, Make(Kind::kName, at, {}));
  const bool is_true = at.text == "true" || at.text == "True";
  const bool is_none = at.text == "none" || at.text == "None";
  if (is_true || is_none || at.text == "false" || at.text == "False") {
    node->kind = Kind::kLiteral;
    node->value = is_none ? Value::None() : Value::Bool(is_true);
  }
  return node;
}

StatusOr<ExpressionPtr> ExpressionParser::ParseBracketed(const Token& open) {
  const std::string_view close = open.text == "(" ? ")" : "]";
  std::vector<ExpressionPtr> items;
  bool comma = false;
  while (!cursor_->SkipOperator(close)) {
    ASSIGN_OR_RETURN(ExpressionPtr item, Parse());
    items.push_back(std::move(item));
    if (cursor_->Peek().IsOperator(close)) continue;
    RETURN_IF_ERROR(cursor_->ExpectOperator(","));
    comma = true;
  }
  if (close == ")" && items.size() == 1 && !comma) return std::move(items[0]);
  return Make(Kind::kList, open, std::move(items));
}

StatusOr<ExpressionPtr> ExpressionParser::ParseDict(const Token& open) {
  std::vector<ExpressionPtr> items;
  while (!cursor_->SkipOperator("}")) {
    ASSIGN_OR_RETURN(ExpressionPtr key, Parse());
    RETURN_IF_ERROR(cursor_->ExpectOperator(":"));
    ASSIGN_OR_RETURN(ExpressionPtr value, Parse());
    items.push_back(std::move(key));
    items.push_back(std::move(value));
    if (!cursor_->Peek().IsOperator("}")) RETURN_IF_ERROR(cursor_->ExpectOperator(","));
  }
  return Make(Kind::kDict, open, std::move(items));
}

StatusOr<ExpressionPtr> ExpressionParser::ParseLiteral() {
  const Token at = cursor_->Next();
  ASSIGN_OR_RETURN(ExpressionPtr node, Make(Kind::kLiteral, at, {}));
  const char* end = at.text.data() + at.text.size();
  if (at.kind == kString) {
    std::string text = at.text;
    while (cursor_->Peek().kind == kString) text += cursor_->Next().text;  // "a" "b" is "ab"
    node->value = Value::String(std::move(text));
  } else if (at.kind == kInteger) {
    int64_t value = 0;
    if (std::from_chars(at.text.data(), end, value).ec != std::errc()) {
      return cursor_->ErrorAt(at.line, fmt::format("integer {} is out of range", at.text));
    }
    node->value = Value::Int(value);
  } else {
    double value = 0;
    std::from_chars(at.text.data(), end, value);
    node->value = Value::Double(value);
  }
  return node;
}

}  // namespace longhaul::jinja
