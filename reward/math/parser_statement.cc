// SPDX-License-Identifier: Apache-2.0
//
// Relations, what is said beside them, and what sets are joined by.
#include <algorithm>
#include <array>

#include "reward/extractors/extractor.h"
#include "reward/math/parser_nesting.h"
#include "reward/math/statement.h"
#include "reward/scorer.h"

namespace longhaul::reward::math {
namespace {

struct RelationName {
  std::string_view command;
  Relation relation;
};
constexpr std::array<RelationName, 46> kRelations = {{
    {"eq", Relation::kEqual},
    {"coloneqq", Relation::kEqual},
    {"le", Relation::kLessEqual},
    {"leq", Relation::kLessEqual},
    {"leqslant", Relation::kLessEqual},
    {"leqq", Relation::kLessEqual},
    {"ge", Relation::kGreaterEqual},
    {"geq", Relation::kGreaterEqual},
    {"geqslant", Relation::kGreaterEqual},
    {"geqq", Relation::kGreaterEqual},
    {"lt", Relation::kLess},
    {"gt", Relation::kGreater},
    {"ne", Relation::kNotEqual},
    {"neq", Relation::kNotEqual},
    {"approx", Relation::kApprox},
    {"simeq", Relation::kApprox},
    {"approxeq", Relation::kApprox},
    {"doteq", Relation::kApprox},
    {"thickapprox", Relation::kApprox},
    {"in", Relation::kIn},
    {"notin", Relation::kNotIn},
    {"equiv", Relation::kOther},
    {"cong", Relation::kOther},
    {"sim", Relation::kOther},
    {"propto", Relation::kOther},
    {"mid", Relation::kOther},
    {"nmid", Relation::kOther},
    {"parallel", Relation::kOther},
    {"perp", Relation::kOther},
    {"subset", Relation::kOther},
    {"subseteq", Relation::kOther},
    {"supset", Relation::kOther},
    {"supseteq", Relation::kOther},
    {"to", Relation::kOther},
    {"rightarrow", Relation::kOther},
    {"longrightarrow", Relation::kOther},
    {"mapsto", Relation::kOther},
    {"implies", Relation::kOther},
    {"Rightarrow", Relation::kOther},
    {"Longrightarrow", Relation::kOther},
    {"iff", Relation::kOther},
    {"Leftrightarrow", Relation::kOther},
    {"ll", Relation::kOther},
    {"gg", Relation::kOther},
    {"ni", Relation::kOther},
    {"leftrightarrow", Relation::kOther},
}};

Relation Opposite(Relation relation) {
  if (relation == Relation::kEqual) return Relation::kNotEqual;
  if (relation == Relation::kIn) return Relation::kNotIn;
  if (relation == Relation::kLess) return Relation::kGreaterEqual;
  if (relation == Relation::kGreater) return Relation::kLessEqual;
  return Relation::kOther;
}

// Arrows of one meaning by one name.
std::string_view SameSign(std::string_view command) {
  if (command == "rightarrow" || command == "longrightarrow") return "to";
  if (command == "Rightarrow" || command == "Longrightarrow") return "implies";
  if (command == "Leftrightarrow") return "iff";
  return command;
}

}  // namespace

const Node* LeastResidue(Arena& arena, const Node* node) {
  const bool negative = node->kind == Kind::kNegate;
  const Node& congruence = negative ? *node->args[0] : *node;
  if (congruence.kind != Kind::kApply || congruence.name != "pmod" ||
      !IsInteger(*congruence.args[0]) || !IsInteger(*congruence.args[1])) {
    return node;
  }
  const mpz_class value = congruence.args[0]->value.get_num();
  const mpz_class modulus = congruence.args[1]->value.get_num();
  if (modulus <= 0 || abs(value) >= 2 * modulus) return node;
  mpz_class residue = negative ? -value : value;
  mpz_mod(residue.get_mpz_t(), residue.get_mpz_t(), modulus.get_mpz_t());
  return arena.Make(Kind::kApply, {arena.Number(residue), congruence.args[1]}, "pmod");
}

bool IsArrowCommand(const Token& token) {
  constexpr std::string_view kArrows =
      " to rightarrow longrightarrow mapsto implies Rightarrow Longrightarrow iff Leftrightarrow "
      " leftrightarrow ";
  return token.type == TokenType::kCommand &&
         kArrows.find(fmt::format(" {} ", token.text)) != std::string_view::npos;
}

bool IsRelationCommand(const Token& token) {
  return token.type == TokenType::kCommand &&
         std::any_of(kRelations.begin(), kRelations.end(),
                     [&](const RelationName& known) { return known.command == token.text; });
}

// "y(x) =": y is the function's name.
const Node* Parser::NamedFunctionHead() {
  if (Peek().type != TokenType::kLetter || !Peek(1).Is('(') || Peek(2).type != TokenType::kLetter ||
      !Peek(3).Is(')') || !Peek(4).Is('=')) {
    return nullptr;
  }
  const std::string name = Take().text;
  return Apply(name);
}

bool Parser::TakeRelation(Relation& relation, std::string& name) {
  const Token& token = Peek();
  if (token.IsCommand("not")) {
    Take();
    if (!TakeRelation(relation, name)) return false;
    relation = Opposite(relation);
    return true;
  }
  if (token.Is(':') && Peek(1).Is('=')) Take();
  if (Peek().Is('=') || Peek().Is('<') || Peek().Is('>')) {
    const char symbol = Take().text[0];
    relation = symbol == '='   ? Relation::kEqual
               : symbol == '<' ? Relation::kLess
                               : Relation::kGreater;
    return true;
  }
  if (token.type != TokenType::kCommand || (in_builder_ && token.text == "mid")) return false;
  for (const RelationName& known : kRelations) {
    if (known.command != token.text) continue;
    relation = known.relation;
    if (relation == Relation::kOther) name += std::string(SameSign(token.text)) + " ";
    Take();
    return true;
  }
  return false;
}

// "(or 0.5)" behind a value.
bool Parser::AtAside() const {
  const Token& sign = Peek(1);
  const bool word = sign.type == TokenType::kWord || sign.type == TokenType::kText;
  return Peek().Is('(') && ((word && IsOr(sign.text)) || sign.Is('='));
}

// What it says is that both are the same, as far as it is written.
const Node* Parser::Aside(const Node& value) {
  Take();
  Take();
  const Node* again = SetExpression();
  if (Contains(value, Kind::kSymbol) || Contains(*again, Kind::kSymbol)) {
    return Fail("an aside that is no value");
  }
  return TakeSymbol(')') ? again : Fail("a bracket that is not closed");
}

// Whether "for all x" follows, with a letter.
bool Parser::AtForAll() const {
  constexpr std::array<std::string_view, 8> kWords = {"for all",      "for any",
                                                      "for every",    "for all real",
                                                      "for each",     "for all real numbers",
                                                      "for any real", "for every real"};
  const Token& token = Peek();
  const bool words = token.type == TokenType::kText &&
                     std::find(kWords.begin(), kWords.end(), Trim(token.text)) != kWords.end();
  return (words || token.IsCommand("forall")) && Peek(1).type == TokenType::kLetter;
}

// "for all x", "for all x \in R": said of a statement about x it says no more than the statement.
void Parser::SkipForAll(const std::vector<const Node*>& statement) {
  const size_t before = at_;
  if (Peek().type == TokenType::kWideSpace) Take();
  const std::string letter = AtForAll() ? Peek(1).text : "";
  const bool about = std::any_of(statement.begin(), statement.end(), [&](const Node* part) {
    return Contains(*part, Kind::kSymbol, letter);
  });
  if (letter.empty() || !about) {
    at_ = before;
    return;
  }
  at_ += 2;
  if (!TakeCommand("in")) return;
  const Node* domain = Ratio();
  if (domain->kind != Kind::kNamedSet || domain->name != "R") at_ = before;
}

const Node* Parser::Statement() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  if (AtQuantifier()) return Quantified();
  const Node* head = NamedFunctionHead();
  std::vector<const Node*> args = {head != nullptr ? head : Formula()};
  std::vector<Relation> ops;
  std::string name;
  while (true) {
    const size_t before = at_;
    if (AtAside()) {
      args.push_back(Aside(*args.back()));
      ops.push_back(ops.empty() ? Relation::kApprox : Relation::kEqual);
      continue;
    }
    if (Peek().Is('&') && cells_ == 0) Take();  // alignment
    Relation relation;
    if (!TakeRelation(relation, name)) {
      at_ = before;
      break;
    }
    if (Peek().Is('&') && cells_ == 0) Take();
    ops.push_back(relation);
    args.push_back(Formula());
  }
  SkipForAll(args);
  if (ops.empty()) return args[0];
  const bool functions = name == "equiv " && ops.size() == 1 && IsFunctionOfNames(*args[0]) &&
                         args[1]->name != "pmod" && args[1]->name != "mod";
  if (functions) {  // f(x) \equiv 0
    name.clear();
    ops[0] = Relation::kEqual;
  }
  if (name == "equiv " && args.back()->kind == Kind::kFunction && args.back()->name == "mod") {
    args.back() = arena_.Make(Kind::kApply, args.back()->args, "pmod");
  }
  if (name == "equiv ") args.back() = LeastResidue(arena_, args.back());
  return arena_.Add({.kind = Kind::kRelation,
                     .name = std::move(name),
                     .args = std::move(args),
                     .ops = std::move(ops)});
}

const Node* Parser::SetExpression() {
  const Node* left = Ratio();
  while (true) {
    Kind kind;
    if (TakeCommand("cup") || TakeCommand("union") || TakeCommand("bigcup")) {
      kind = Kind::kUnion;
    } else if (TakeCommand("cap") || TakeCommand("bigcap")) {
      kind = Kind::kIntersection;
    } else if (TakeCommand("setminus") || TakeCommand("backslash") ||
               TakeCommand("smallsetminus")) {
      kind = Kind::kDifference;
    } else {
      return left;
    }
    left = arena_.Make(kind, {left, Ratio()});
  }
}

// 3 to 5.
bool Parser::AtRatioWord() const {
  const Token& word = Peek();
  const bool words = word.type == TokenType::kText || word.type == TokenType::kWord;
  return words && Trim(word.text) == "to" && at_ > 0 && Peek(1).type == TokenType::kNumber &&
         tokens_[at_ - 1].type == TokenType::kNumber;
}

const Node* Parser::Ratio() {
  std::vector<const Node*> parts = {Sum()};
  const auto at_sign = [&] {
    const bool colon = Peek().Is(':') || Peek().IsCommand("colon");
    return (colon && !in_builder_ && !Peek(1).Is('=')) || AtRatioWord();
  };
  while (at_sign()) {
    Take();
    parts.push_back(Sum());
  }
  return parts.size() == 1 ? parts[0] : arena_.Make(Kind::kRatio, std::move(parts));
}

}  // namespace longhaul::reward::math
