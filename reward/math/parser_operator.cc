// SPDX-License-Identifier: Apache-2.0
//
// Notation that looks like a product and is none: operators, signs between operands that do not
// commute, derivatives.
#include <algorithm>
#include <array>

#include "reward/math/logic.h"
#include "reward/math/parser_nesting.h"
#include "reward/math/statement.h"

namespace longhaul::reward::math {
namespace {

constexpr long kMaxPrimes = 9;
constexpr std::string_view kFunctionLetters = "fgFG";
constexpr std::string_view kMaybeFunctionLetters = "hpquvrxy";
// Signs between operands; other commands that are not known may be functions.
constexpr std::string_view kInfix =
    " circ otimes oplus odot ominus oslash star ast bullet diamond wedge uplus sqcup sqcap amalg ";

// d, and the signs of material and functional derivatives.
bool IsD(const Node& node) {
  return node.kind == Kind::kSymbol &&
         (node.name == "d" || node.name == "D" || node.name == "\\delta");
}

// \partial, \partial^2, \nabla f, \Delta x: the name without what stands on it.
std::string_view OperatorOf(const Node& node) {
  if (node.kind == Kind::kMultiply) return OperatorOf(*node.args[0]);
  if (node.kind != Kind::kSymbol && node.kind != Kind::kApply) return "";
  for (const std::string_view name : {"\\partial", "\\nabla", "\\Delta"}) {
    if (node.name.starts_with(name) && (name != "\\Delta" || node.kind == Kind::kApply)) {
      return name;
    }
  }
  return "";
}

void AddFactors(const Node& node, std::vector<const Node*>& factors) {
  if (node.kind != Kind::kMultiply) return factors.push_back(&node);
  for (const Node* arg : node.args) AddFactors(*arg, factors);
}

// dx, dx^2, dx dy: what is differentiated by.
bool IsDifferentials(const std::vector<const Node*>& factors) {
  if (factors.empty() || factors.size() % 2 != 0) return false;
  for (size_t i = 0; i < factors.size(); i += 2) {
    const Node& variable = *factors[i + 1];
    const Node& name = variable.kind == Kind::kPower ? *variable.args[0] : variable;
    if (!IsD(*factors[i]) || (name.kind != Kind::kSymbol && name.kind != Kind::kApply)) {
      return false;
    }
  }
  return true;
}

}  // namespace

// Commands that stand for a letter, and so for a value.
bool IsLetterCommand(std::string_view name) {
  constexpr std::string_view kLetters =
      " alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
      " sigma tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi "
      " Omega digamma ell hbar aleph beth wp varpi varrho varsigma varkappa jmath imath ";
  return kLetters.find(fmt::format(" {} ", name)) != std::string_view::npos;
}

// A sign between operands, or a command that we do not know.
bool IsSign(const Node& node) {
  if (node.kind != Kind::kSymbol || !node.name.starts_with('\\')) return false;
  const std::string_view name = std::string_view(node.name).substr(1);
  return !IsLetterCommand(name.substr(0, name.find_first_of("_'")));
}

// \dim(V); a sign or an unknown command alone.
const Node* Parser::UnknownCommand(const std::string& name) {
  const bool infix = kInfix.find(fmt::format(" {} ", name)) != std::string_view::npos;
  if (infix || !Peek().Is('(')) return Named(fmt::format("\\{}", name));
  return Apply(fmt::format("\\{}", name));
}

// Factors with signs of their own between them: (f \circ g), e_1 \wedge e_2.
const Node* Parser::InOrderOf(std::vector<const Node*> factors) {
  std::vector<const Node*> operands;
  for (size_t i = 0; i < factors.size(); ++i) {
    const bool wedge = factors[i]->kind == Kind::kSymbol && factors[i]->name == kWedgeSign;
    if (wedge != (i % 2 == 1)) return arena_.Make(Kind::kApply, std::move(factors), "in order");
    if (!wedge) operands.push_back(factors[i]);
  }
  if (factors.size() % 2 == 0) return arena_.Make(Kind::kApply, std::move(factors), "in order");
  return JoinedFormulas(arena_, kWedgeSign, std::move(operands));
}

const Node* Parser::ProductOf(std::vector<const Node*> factors, std::string name) {
  if (factors.size() == 1) return factors[0];
  const bool signs =
      std::any_of(factors.begin(), factors.end(), [](const Node* arg) { return IsSign(*arg); });
  if (signs) return InOrderOf(std::move(factors));
  return arena_.Make(Kind::kMultiply, std::move(factors), std::move(name));
}

// \partial_x f, \nabla \cdot F, \Delta x: with the factor it is applied to.
const Node* Parser::Operator(const std::string& command) {
  std::string name = fmt::format("\\{}", command);
  if (command == "Delta") return Difference(std::move(name));
  while (Peek().Is('^') || Peek().Is('_')) {
    const std::string sign = Take().text;
    name += sign + Canonical(*Script(), arena_.budget());
  }
  if (command == "nabla" && (Peek().IsCommand("cdot") || Peek().IsCommand("times"))) {
    name.append(" ").append(Take().text);
  }
  if (!StartsFactor()) return arena_.Symbol(std::move(name));
  return arena_.Make(Kind::kApply, {PowerExpression()}, std::move(name));
}

// \Delta before a letter, \Delta^2 f as \Delta \Delta f; elsewhere a letter as others are.
const Node* Parser::Difference(std::string name) {
  const bool twice =
      Peek().Is('^') && Peek(1).type == TokenType::kNumber && !Peek(1).point && Peek(1).text == "2";
  const Token& next = Peek(twice ? 2 : 0);
  const bool letter = next.type == TokenType::kLetter || next.type == TokenType::kWord ||
                      (next.type == TokenType::kCommand && IsLetterCommand(next.text));
  if (!letter) return Named(std::move(name));
  if (twice) at_ += 2;
  const Node* value = PowerExpression();
  if (IsLetterWord(*value)) value = InOrder(value);  // a triangle
  const Node* once = arena_.Make(Kind::kApply, {value}, name);
  return twice ? arena_.Make(Kind::kApply, {once}, std::move(name)) : once;
}

// Null for what is an ordinary quotient.
const Node* Parser::Derivative(const Node* above, const Node* below) {
  const std::string_view sign = OperatorOf(*above);
  if (!sign.empty() && sign == OperatorOf(*below)) {
    return arena_.Make(Kind::kApply, {above, below}, "derivative");
  }
  std::vector<const Node*> factors, differentials;
  AddFactors(*above, factors);
  AddFactors(*below, differentials);
  const Node* order = arena_.Number(1);
  const Node* head = factors[0];
  if (head->kind == Kind::kPower) {
    order = head->args[1];
    head = head->args[0];
  }
  if (!IsD(*head) || !IsDifferentials(differentials) || head->name != differentials[0]->name) {
    return nullptr;
  }
  if (head->name != "d") return arena_.Make(Kind::kApply, {above, below}, "derivative");
  factors.erase(factors.begin());
  if (factors.empty()) return arena_.Make(Kind::kApply, {below, order}, "d/d");
  return DerivativeOf(ProductOf(std::move(factors)), below, order);
}

// dy/dx is y', dx/dt the x with a dot.
const Node* Parser::DerivativeOf(const Node* value, const Node* below, const Node* order) {
  const bool once = IsNumber(*order, 1);
  const bool counted = IsInteger(*order) && order->value > 0 && order->value <= kMaxPrimes;
  std::vector<const Node*> by;
  AddFactors(*below, by);
  const bool power = by.size() == 2 && by[1]->kind == Kind::kPower;
  const Node* variable = by.size() != 2 ? nullptr : power ? by[1]->args[0] : by[1];
  const bool same_order = counted && (power ? by[1]->args[1]->kind == Kind::kNumber &&
                                                  by[1]->args[1]->value == order->value
                                            : once);
  if (variable != nullptr && same_order && value->kind == Kind::kSymbol) {
    const auto primes = static_cast<size_t>(order->value.get_num().get_si());
    if (variable->name == "x") return arena_.Symbol(value->name + std::string(primes, '\''));
    if (variable->name == "t" && primes == 1) return arena_.Make(Kind::kApply, {value}, "dot");
    if (variable->name == "t" && primes == 2) return arena_.Make(Kind::kApply, {value}, "ddot");
  }
  return arena_.Make(Kind::kApply, {value, below, order}, "derivative");
}

const Node* Parser::Quotient(const Node* above, const Node* below) {
  const Node* derivative = Derivative(above, below);
  return derivative != nullptr ? derivative : arena_.Make(Kind::kDivide, {above, below});
}

// f^{(3)} is f''', f^{(n)} and x^{(n)} names of their own: a derivative, an iterate, a rising
// factorial, one of a sequence. x^{(2)} is more often a power.
bool Parser::TakeOrder(std::string& name) {
  constexpr std::string_view kDifferentiated = "fghyFGH";
  const Token& order = Peek(3);
  const bool letter = order.type == TokenType::kLetter && name != "e" && name != "i";
  const bool number = order.type == TokenType::kNumber && !order.point &&
                      kDifferentiated.find(name[0]) != std::string_view::npos;
  if (!Peek().Is('^') || !Peek(1).Is('{') || !Peek(2).Is('(') || !Peek(4).Is(')') ||
      !Peek(5).Is('}') || !(letter || number)) {
    return false;
  }
  const std::string& text = order.text;
  if (text.size() == 1 && text[0] >= '1' && text[0] <= '9') {
    name.append(static_cast<size_t>(text[0] - '0'), '\'');
  } else {
    name += fmt::format("^({})", text);
  }
  at_ += 6;
  return true;
}

// f^{-1} is the inverse of a function.
bool Parser::TakeInverse(std::string& name) {
  if (kFunctionLetters.find(name[0]) == std::string_view::npos || !Peek().Is('^') ||
      !Peek(1).Is('{') || !Peek(2).Is('-') || Peek(3).type != TokenType::kNumber ||
      Peek(3).text != "1" || Peek(3).point || !Peek(4).Is('}')) {
    return false;
  }
  name += "^{-1}";
  at_ += 5;
  return true;
}

// Whether no sum is in the brackets that open here: \phi(2n) is no product, \lambda(x + 1) may be.
bool Parser::AtBracketedTerm() const {
  int depth = 0;
  for (size_t ahead = 0; Peek(ahead).type != TokenType::kEnd; ++ahead) {
    const Token& token = Peek(ahead);
    if (depth == 1 && ahead > 1 && (token.Is('+') || token.Is('-'))) return false;
    if (token.Is('(') || token.Is('{') || token.Is('[')) ++depth;
    if ((token.Is(')') || token.Is('}') || token.Is(']')) && --depth == 0) return true;
  }
  return false;
}

// SU(2), GL_2(\mathbb R): capitals with a number, a letter or a list in brackets behind them are
// the name of a group, or what a variable of several letters is applied to.
bool Parser::TakeGroupName(const std::string& capitals, std::string& name) {
  constexpr size_t kMaxLetters = 4;
  size_t open = 0;
  if (Peek().Is('_')) open = Peek(1).Is('{') && Peek(3).Is('}') ? 4 : 2;
  const Token& argument = Peek(open + 1);
  const bool one = argument.type == TokenType::kNumber || argument.type == TokenType::kLetter;
  const bool ends = Peek(open + 2).Is(')') || Peek(open + 2).Is(',');
  if (capitals.size() > kMaxLetters || !Peek(open).Is('(') ||
      !((one && ends) || argument.IsCommand("mathbb"))) {
    return false;
  }
  name = capitals;
  if (open > 0) name += "_" + Peek(open == 4 ? 2 : 1).text;
  at_ += open;
  return true;
}

// Whether "(" behind a name begins what it is applied to rather than another factor.
bool Parser::AppliesHere(const std::string& name) const {
  const TokenType argument = Peek(1).type;
  const bool capital = (argument == TokenType::kLetter || argument == TokenType::kWord) &&
                       std::isupper(static_cast<unsigned char>(Peek(1).text[0])) != 0;
  const bool chance = name == "E" || name == "P";  // E[X], P(A \cap B)
  if (chance && capital && (Peek().Is('[') || Peek().Is('('))) return true;
  if (!Peek().Is('(')) return false;
  if (kFunctionLetters.find(name[0]) != std::string_view::npos || name == "O") return true;
  if (name == "C" && argument == TokenType::kNumber) return Peek(2).Is(',');  // C(8, 3)
  if (name == "\\Gamma" || name == "\\zeta" || name == "\\Theta") return true;
  if (name[0] == '\\') return AtBracketedTerm();
  if (name == "e" || name == "i" || name == "d") return false;
  const bool likely = kMaybeFunctionLetters.find(name[0]) != std::string_view::npos ||
                      std::isupper(static_cast<unsigned char>(name[0])) != 0;  // U(1)
  return (argument == TokenType::kLetter ||
          (likely && argument == TokenType::kNumber && !Peek(1).point)) &&
         (Peek(2).Is(')') || Peek(2).Is(','));
}

// The (x) behind (f \circ g): f(g(x)). Null for what is no composition of letters.
const Node* Parser::Composed(const Node& functions, const Node* argument) {
  if (functions.kind != Kind::kApply || functions.name != "in order" ||
      functions.args.size() % 2 == 0) {
    return nullptr;
  }
  for (size_t i = functions.args.size(); i-- > 0;) {
    const Node& part = *functions.args[i];
    if (part.kind != Kind::kSymbol || IsSign(part) != (i % 2 == 1)) return nullptr;
    if (i % 2 == 1 && part.name != "\\circ") return nullptr;
    if (i % 2 == 0) argument = arena_.Make(Kind::kApply, {argument}, part.name);
  }
  return argument;
}

}  // namespace longhaul::reward::math
