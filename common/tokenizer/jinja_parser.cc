// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/jinja_parser.h"

#include <algorithm>

namespace longhaul::jinja {
namespace {

using Kind = Node::Kind;

class TemplateParser {
 public:
  TemplateParser(std::vector<Token> tokens, std::string_view name)
      : cursor_(std::move(tokens), name), expressions_(&cursor_) {}

  StatusOr<Body> Run() {
    ASSIGN_OR_RETURN(Body body, ParseBody({}));
    if (cursor_.Peek().kind == Token::Kind::kEnd) return body;
    return cursor_.Error("a block ends that never began");
  }

 private:
  // Nodes up to a block that begins with one of `ends`, whose "{%" is consumed and whose name is
  // next.
  StatusOr<Body> ParseBody(std::initializer_list<std::string_view> ends) {
    if (++depth_ > kMaxDepth) return cursor_.Error("blocks are nested too deeply");
    Body body;
    while (cursor_.Peek().kind != Token::Kind::kEnd) {
      if (cursor_.Peek().kind == Token::Kind::kBlockBegin) {
        const std::string keyword = cursor_.Peek(1).text;
        if (std::find(ends.begin(), ends.end(), keyword) != ends.end()) break;
      }
      ASSIGN_OR_RETURN(std::unique_ptr<Node> node, ParseNode());
      body.push_back(std::move(node));
    }
    --depth_;
    if (ends.size() == 0) return body;
    if (cursor_.Peek().kind == Token::Kind::kEnd) {
      return cursor_.Error(fmt::format("a block is not closed; missing '{}'", *(ends.end() - 1)));
    }
    cursor_.Next();
    return body;
  }

  StatusOr<std::unique_ptr<Node>> ParseNode() {
    const Token at = cursor_.Next();
    auto node = std::make_unique<Node>();
    node->line = at.line;
    if (at.kind == Token::Kind::kText) {
      node->kind = Kind::kText;
      node->text = at.text;
      return node;
    }
    if (at.kind == Token::Kind::kVariableBegin) {
      node->kind = Kind::kOutput;
      ASSIGN_OR_RETURN(node->expression, expressions_.ParseTuple());
      RETURN_IF_ERROR(cursor_.Expect(Token::Kind::kVariableEnd, "'}}'"));
      return node;
    }
    node->line = cursor_.Peek().line;
    RETURN_IF_ERROR(ParseBlock(node.get()));
    return node;
  }

  Status ParseBlock(Node* node) {
    const Token at = cursor_.Peek();
    ASSIGN_OR_RETURN(const std::string keyword, cursor_.TakeName("the name of a block"));
    if (keyword == "if") return ParseIf(node);
    if (keyword == "for") return ParseFor(node);
    if (keyword == "set") return ParseSet(node);
    if (keyword == "macro") return ParseMacro(node);
    if (keyword == "generation") {
      node->kind = Kind::kGeneration;
      RETURN_IF_ERROR(EndBlock());
      ASSIGN_OR_RETURN(node->body, ParseBody({"endgeneration"}));
      return EndNamed("endgeneration");
    }
    if (keyword == "break" || keyword == "continue") {
      if (loops_ == 0) return cursor_.ErrorAt(at.line, fmt::format("'{}' outside a loop", keyword));
      node->kind = keyword == "break" ? Kind::kBreak : Kind::kContinue;
      return EndBlock();
    }
    return cursor_.ErrorAt(at.line, fmt::format("block '{}' is not supported", keyword));
  }

  Status EndBlock() { return cursor_.Expect(Token::Kind::kBlockEnd, "'%}'"); }
  Status EndNamed(std::string_view keyword) {
    RETURN_IF_ERROR(cursor_.ExpectName(keyword));
    return EndBlock();
  }

  Status ParseIf(Node* node) {
    node->kind = Kind::kIf;
    while (true) {
      Node::Branch branch;
      ASSIGN_OR_RETURN(branch.condition, expressions_.ParseTuple());
      RETURN_IF_ERROR(EndBlock());
      ASSIGN_OR_RETURN(branch.body, ParseBody({"elif", "else", "endif"}));
      node->branches.push_back(std::move(branch));
      if (cursor_.SkipName("elif")) continue;
      if (cursor_.SkipName("else")) {
        RETURN_IF_ERROR(EndBlock());
        Node::Branch last;
        ASSIGN_OR_RETURN(last.body, ParseBody({"endif"}));
        node->branches.push_back(std::move(last));
      }
      return EndNamed("endif");
    }
  }

  Status ParseTargets(Node* node) {
    const bool bracket = cursor_.SkipOperator("(");
    do {
      ASSIGN_OR_RETURN(std::string name, cursor_.TakeName("a variable"));
      node->targets.push_back(std::move(name));
    } while (cursor_.SkipOperator(","));
    return bracket ? cursor_.ExpectOperator(")") : OkStatus();
  }

  Status ParseFor(Node* node) {
    node->kind = Kind::kFor;
    RETURN_IF_ERROR(ParseTargets(node));
    RETURN_IF_ERROR(cursor_.ExpectName("in"));
    ASSIGN_OR_RETURN(node->expression, expressions_.ParseNoConditional());
    if (cursor_.SkipName("if")) {
      ASSIGN_OR_RETURN(node->condition, expressions_.Parse());
    }
    if (cursor_.Peek().IsName("recursive"))
      return cursor_.Error("recursive loops are not supported");
    RETURN_IF_ERROR(EndBlock());
    ++loops_;
    ASSIGN_OR_RETURN(node->body, ParseBody({"else", "endfor"}));
    --loops_;
    if (cursor_.SkipName("else")) {
      RETURN_IF_ERROR(EndBlock());
      ASSIGN_OR_RETURN(node->otherwise, ParseBody({"endfor"}));
    }
    return EndNamed("endfor");
  }

  Status ParseSet(Node* node) {
    RETURN_IF_ERROR(ParseTargets(node));
    if (node->targets.size() == 1 && cursor_.SkipOperator(".")) {
      ASSIGN_OR_RETURN(node->text, cursor_.TakeName("an attribute"));
    }
    if (cursor_.SkipOperator("=")) {
      node->kind = Kind::kSet;
      ASSIGN_OR_RETURN(node->expression, expressions_.ParseTuple());
      return EndBlock();
    }
    if (node->targets.size() > 1) return cursor_.Error("expected '='");
    node->kind = Kind::kSetBlock;
    RETURN_IF_ERROR(EndBlock());
    ASSIGN_OR_RETURN(node->body, ParseBody({"endset"}));
    return EndNamed("endset");
  }

  Status ParseMacro(Node* node) {
    node->kind = Kind::kMacro;
    ASSIGN_OR_RETURN(node->macro.name, cursor_.TakeName("a macro's name"));
    RETURN_IF_ERROR(cursor_.ExpectOperator("("));
    while (!cursor_.SkipOperator(")")) {
      MacroNode::Parameter parameter;
      ASSIGN_OR_RETURN(parameter.name, cursor_.TakeName("a parameter"));
      if (cursor_.SkipOperator("=")) {
        ASSIGN_OR_RETURN(parameter.missing, expressions_.Parse());
      }
      node->macro.parameters.push_back(std::move(parameter));
      if (!cursor_.Peek().IsOperator(")")) RETURN_IF_ERROR(cursor_.ExpectOperator(","));
    }
    RETURN_IF_ERROR(EndBlock());
    const int loops = std::exchange(loops_, 0);
    ASSIGN_OR_RETURN(node->macro.body, ParseBody({"endmacro"}));
    loops_ = loops;
    return EndNamed("endmacro");
  }

  TokenCursor cursor_;
  ExpressionParser expressions_;
  int depth_ = 0;
  int loops_ = 0;
};

std::string Spell(const Token& token) {
  switch (token.kind) {
    case Token::Kind::kText:
      return "text";
    case Token::Kind::kBlockBegin:
      return "'{%'";
    case Token::Kind::kBlockEnd:
      return "'%}'";
    case Token::Kind::kVariableBegin:
      return "'{{'";
    case Token::Kind::kVariableEnd:
      return "'}}'";
    case Token::Kind::kEnd:
      return "the end of the template";
    default:
      return "'" + token.text + "'";
  }
}

}  // namespace

bool TokenCursor::SkipOperator(std::string_view symbol) {
  if (!Peek().IsOperator(symbol)) return false;
  Next();
  return true;
}

bool TokenCursor::SkipName(std::string_view name) {
  if (!Peek().IsName(name)) return false;
  Next();
  return true;
}

Status TokenCursor::ExpectOperator(std::string_view symbol) {
  return SkipOperator(symbol) ? OkStatus() : Error(fmt::format("expected '{}'", symbol));
}

Status TokenCursor::ExpectName(std::string_view name) {
  return SkipName(name) ? OkStatus() : Error(fmt::format("expected '{}'", name));
}

Status TokenCursor::Expect(Token::Kind kind, std::string_view what) {
  if (Peek().kind != kind) return Error(fmt::format("expected {}", what));
  Next();
  return OkStatus();
}

StatusOr<std::string> TokenCursor::TakeName(std::string_view what) {
  if (Peek().kind != Token::Kind::kName) return Error(fmt::format("expected {}", what));
  return Next().text;
}

Status TokenCursor::Error(std::string_view message) const {
  return ErrorAt(Peek().line, fmt::format("{}, found {}", message, Spell(Peek())));
}

Status TokenCursor::ErrorAt(int line, std::string_view message) const {
  return InvalidArgument("{}:{}: {}", name_, line, message);
}

StatusOr<Body> ParseTemplate(std::string_view source, std::string_view name) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(source, name));
  return TemplateParser(std::move(tokens), name).Run();
}

}  // namespace longhaul::jinja
