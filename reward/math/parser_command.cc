// SPDX-License-Identifier: Apache-2.0
//
// LaTeX commands and functions.
#include <algorithm>
#include <array>

#include "reward/extractors/extractor.h"
#include "reward/math/command_name.h"
#include "reward/math/parser_nesting.h"

namespace longhaul::reward::math {
namespace {

bool IsTrigonometric(std::string_view name) {
  constexpr std::array<std::string_view, 24> kNames = {
      "sin",    "cos",    "tan",  "cot",  "sec",    "csc",    "arcsin", "arccos",
      "arctan", "arccot", "sinh", "cosh", "tanh",   "coth",   "sech",   "csch",
      "asin",   "acos",   "atan", "exp",  "arsinh", "arcosh", "artanh", "ln"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool IsListFunction(std::string_view name) {
  return name == "gcd" || name == "lcm" || name == "max" || name == "min";
}

std::string Inverse(const std::string& name) {
  return name.ends_with('h') ? "ar" + name : "arc" + name;
}

}  // namespace

// One argument: a group, or one digit, letter or command.
const Node* Parser::Argument() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  Token& token = tokens_[at_];
  if (token.type == TokenType::kNumber && !token.point && token.text.size() > 1) {
    const std::string digit = token.text.substr(0, 1);
    token.text.erase(0, 1);
    mpq_class value(digit[0] - '0');
    return arena_.Number(std::move(value));
  }
  if (token.type == TokenType::kLetter) return Unsubscripted(Take().text);
  if (token.type == TokenType::kWord) return Unsubscripted(TakeFirstLetter());  // \frac ab
  return Atom();
}

// Of letters side by side.
std::string Parser::TakeFirstLetter() {
  Token& word = tokens_[at_];
  const std::string letter = word.text.substr(0, 1);
  word.text.erase(0, 1);
  if (word.text.size() == 1) word.type = TokenType::kLetter;
  return letter;
}

// \sqrt13 is read as \sqrt{13}, as other graders do.
const Node* Parser::WholeNumberArgument() {
  if (Peek().type == TokenType::kNumber) return Number();
  return Argument();
}

const Node* Parser::Fraction() {
  const Node* above = Argument();
  return Quotient(above, Argument());
}

const Node* Parser::SquareRoot() {
  const Node* degree = arena_.Number(2);
  if (Peek().Is('[')) {
    Take();
    degree = Sum();
    if (!TakeSymbol(']')) return Fail("a bracket that is not closed");
  }
  return arena_.Make(Kind::kRoot, {WholeNumberArgument(), degree});
}

// What a function without brackets takes: the product that follows, up to the next function.
const Node* Parser::FunctionArgument(const std::string& name) {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  if (Peek().Is('(') || Peek().Is('[') || Peek().Is('{')) return Atom();
  std::vector<const Node*> factors;
  do {
    if (Peek().Is('-') && factors.empty()) {
      Take();
      return arena_.Make(Kind::kNegate, {FunctionArgument(name)});
    }
    factors.push_back(PowerExpression());
    while (Peek().Is('/') && Peek(1).type == TokenType::kNumber) {  // sin pi/6
      Take();
      const Node* above = factors.size() == 1
                              ? factors[0]
                              : arena_.Make(Kind::kMultiply, std::exchange(factors, {}));
      factors = {arena_.Make(Kind::kDivide, {above, PowerExpression()})};
    }
  } while (StartsFactor() && !Peek().Is('(') && Peek().type != TokenType::kText &&
           !(Peek().type == TokenType::kCommand && IsFunctionName(Peek().text)) &&
           !AtDifferential() && !Peek().Is('|'));
  return ProductOf(std::move(factors));
}

// "dx" behind an integrand.
bool Parser::AtDifferential() const {
  if (!in_integral_) return false;
  const Token& token = Peek();
  return (token.type == TokenType::kWord && token.text.size() == 2 && token.text[0] == 'd') ||
         (token.type == TokenType::kLetter && token.text == "d" &&
          (Peek(1).type == TokenType::kLetter || Peek(1).type == TokenType::kCommand));
}

const Node* Parser::FunctionOfList(const std::string& name) {
  if (Peek().Is('_')) {
    Take();
    const Node* under = Script();
    return arena_.Make(Kind::kApply, {under, Product()}, name);
  }
  const Node* argument = Peek().IsCommand("{") ? SetBraces() : Atom();
  if (argument->kind != Kind::kTuple && argument->kind != Kind::kSet &&
      argument->kind != Kind::kList) {
    return arena_.Make(Kind::kFunction, {argument}, name);
  }
  return arena_.Make(Kind::kFunction, argument->args, name);
}

// log, log_2, log_{10}; a log without a base may be of base ten or natural.
const Node* Parser::Logarithm() {
  const Node* base = nullptr;
  const Node* power = nullptr;
  while (Peek().Is('_') || Peek().Is('^')) {
    if (Take().Is('_')) {
      base = Peek().type == TokenType::kNumber ? Argument() : Script();
    } else {
      power = Script();
    }
  }
  std::vector<const Node*> args = {FunctionArgument("log")};
  if (base != nullptr) args.push_back(base);
  const Node* log = arena_.Make(Kind::kFunction, std::move(args), "log");
  return power == nullptr ? log : arena_.Make(Kind::kPower, {log, power});
}

const Node* Parser::Function(const std::string& name) {
  if (name == "sqrt") {
    if (Peek().Is('(')) return arena_.Make(Kind::kRoot, {Atom(), arena_.Number(2)});
    return SquareRoot();
  }
  if (name == "cbrt") return arena_.Make(Kind::kRoot, {Argument(), arena_.Number(3)});
  if (name == "log") return Logarithm();
  if (name == "binom") {
    const Node* above = Argument();
    return arena_.Make(Kind::kFunction, {above, Argument()}, "binom");
  }
  if (IsListFunction(name)) return FunctionOfList(name);
  if (name == "lg") {
    return arena_.Make(Kind::kFunction, {FunctionArgument(name), arena_.Number(10)}, "log");
  }
  if (name == "cis") {
    const Node* angle = FunctionArgument(name);
    const Node* sine = arena_.Make(Kind::kFunction, {angle}, "sin");
    const Node* unit = arena_.Make(Kind::kConstant, {}, "i");
    return arena_.Make(Kind::kAdd, {arena_.Make(Kind::kFunction, {angle}, "cos"),
                                    arena_.Make(Kind::kMultiply, {unit, sine})});
  }
  std::string resolved = name;
  if (name == "asin" || name == "acos" || name == "atan") resolved = "arc" + name.substr(1);
  const Node* power = nullptr;
  if (TakeSymbol('^')) power = Script();
  const bool inverse =
      power != nullptr && IsTrigonometric(name) &&
      (IsNumber(*power, -1) || (power->kind == Kind::kNegate && IsNumber(*power->args[0], 1)));
  if (inverse) resolved = Inverse(name);
  const Node* value = arena_.Make(Kind::kFunction, {FunctionArgument(name)}, resolved);
  return power == nullptr || inverse ? value : arena_.Make(Kind::kPower, {value, power});
}

const Node* Parser::Between(std::string_view name, std::string_view close) {
  const Scoped<int> brackets(brackets_, brackets_ + 1);
  const Scoped<int> bars(bars_, name == "abs" ? bars_ + 1 : 0);
  const Node* inside = Sum();
  if (!TakeCommand(close) && !(name == "abs" && TakeSymbol('|'))) {
    return Fail("a bracket that is not closed");
  }
  const bool matrix = name == "abs" && inside->kind == Kind::kMatrix;
  return arena_.Make(Kind::kFunction, {inside}, matrix ? "det" : std::string(name));
}

// The B of \vec{AB} is its end: letters in their order, one name.
const Node* Parser::InOrder(const Node* letters) {
  if (letters->kind != Kind::kMultiply) return letters;
  std::string name;
  for (const Node* arg : letters->args) {
    if (arg->kind != Kind::kSymbol) return letters;
    name += arg->name;
  }
  return arena_.Symbol(std::move(name));
}

// \overline{z} is a conjugate, \overline{AB} the segment, \vec{v} a name of its own.
const Node* Parser::Accent(const std::string& name) {
  const Node* argument = Argument();
  if (name == "vec" || name == "hat" || name == "tilde" || name == "dot" || name == "widehat" ||
      name == "overrightarrow" || name == "widetilde" || name == "overleftrightarrow") {
    return arena_.Make(Kind::kApply, {InOrder(argument)}, name);
  }
  const bool numeral =  // \overline{ab}: digits; z and w are complex numbers
      argument->kind == Kind::kMultiply && argument->name == "word" &&
      std::all_of(argument->args.begin(), argument->args.end(), [](const Node* a) {
        return a->kind == Kind::kSymbol && std::islower(static_cast<unsigned char>(a->name[0])) &&
               a->name != "z" && a->name != "w";
      });
  if (numeral) return arena_.Make(Kind::kApply, {InOrder(argument)}, "numeral");
  const bool segment = argument->kind == Kind::kMultiply &&
                       std::all_of(argument->args.begin(), argument->args.end(), [](const Node* a) {
                         return a->kind == Kind::kSymbol && std::isupper(a->name[0]);
                       });
  return segment ? argument : arena_.Make(Kind::kFunction, {argument}, "conj");
}

const Node* Parser::BlackboardLetter() {
  const bool braced = TakeSymbol('{');
  const std::string letter = Take().text;
  if (braced && !TakeSymbol('}')) return Fail("a brace that is not closed");
  if (std::string_view("RZQNC").find(letter) != std::string_view::npos && letter.size() == 1) {
    const bool positive = Peek().Is('^') && Peek(1).Is('+');
    if (positive) at_ += 2;
    return arena_.Make(Kind::kNamedSet, {}, positive ? letter + "+" : letter);
  }
  return Named(letter);
}

// Commands that stand for one node.
const Node* Parser::NamedCommand(const std::string& name) {
  struct Entry {
    std::string_view command;
    Kind kind;
    std::string_view node;
  };
  static constexpr std::array<Entry, 28> kEntries = {{
      {"pi", Kind::kConstant, "pi"},
      {"e", Kind::kConstant, "e"},
      {"infty", Kind::kInfinity, ""},
      {"infinity", Kind::kInfinity, ""},
      {"Infinity", Kind::kInfinity, ""},
      {"inf", Kind::kInfinity, ""},
      {"emptyset", Kind::kNamedSet, "empty"},
      {"varnothing", Kind::kNamedSet, "empty"},
      {"R", Kind::kNamedSet, "R"},
      {"RR", Kind::kNamedSet, "R"},
      {"ZZ", Kind::kNamedSet, "Z"},
      {"QQ", Kind::kNamedSet, "Q"},
      {"NN", Kind::kNamedSet, "N"},
      {"CC", Kind::kNamedSet, "C"},
      {"ldots", Kind::kEllipsis, ""},
      {"dots", Kind::kEllipsis, ""},
      {"cdots", Kind::kEllipsis, ""},
      {"dotsc", Kind::kEllipsis, ""},
      {"dotsb", Kind::kEllipsis, ""},
      {"degree", Kind::kUnit, "degree"},
      {"degrees", Kind::kUnit, "degree"},
      {"textdegree", Kind::kUnit, "degree"},
      {"deg", Kind::kUnit, "degree"},
      {"$", Kind::kUnit, "dollar"},
      {"textdollar", Kind::kUnit, "dollar"},
      {"pounds", Kind::kUnit, "pound sterling"},
      {"yen", Kind::kUnit, "yen"},
      {"euro", Kind::kUnit, "euro"},
  }};
  for (const Entry& entry : kEntries) {
    if (entry.command != name) continue;
    std::string node(entry.node);
    if (node == "degree") node += TakeTemperature();
    return arena_.Make(entry.kind, {}, std::move(node));
  }
  return nullptr;
}

// What is between two commands of one kind.
const Node* Parser::BracketCommand(std::string_view name) {
  struct Entry {
    std::string_view open;
    std::string_view function;
    std::string_view close;
  };
  static constexpr std::array<Entry, 7> kEntries = {{{"lfloor", "floor", "rfloor"},
                                                     {"lceil", "ceil", "rceil"},
                                                     {"lvert", "abs", "rvert"},
                                                     {"vert", "abs", "vert"},
                                                     {"lVert", "abs", "rVert"},
                                                     {"Vert", "abs", "Vert"},
                                                     {"|", "abs", "|"}}};
  for (const Entry& entry : kEntries) {
    if (entry.open == name) return Between(entry.function, entry.close);
  }
  return nullptr;
}

// \angle ABC, \triangle ABC.
const Node* Parser::Figure(const std::string& name) {
  const Node* corners = InOrder(PowerExpression());
  const bool angle = name != "triangle";
  // ABC and CBA are the same angle.
  if (angle && corners->kind == Kind::kSymbol && corners->name.size() == 3 &&
      corners->name[0] > corners->name[2]) {
    corners = arena_.Symbol(std::string(corners->name.rbegin(), corners->name.rend()));
  }
  return arena_.Make(Kind::kApply, {corners}, angle ? "angle" : name);
}

const Node* Parser::Command() {
  const std::string name = Take().text;
  const auto one_of = [&name](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (one_of({"frac", "dfrac", "tfrac", "cfrac"})) return Fraction();
  if (one_of({"dbinom", "tbinom"})) return Function("binom");
  if (IsFunctionName(name) && name != "deg") return Function(name);
  if (one_of({"surd", "surd3"})) {
    const Node* degree = arena_.Number(name == "surd" ? 2 : 3);
    return arena_.Make(Kind::kRoot, {WholeNumberArgument(), degree});
  }
  if (one_of({"{", "langle"})) {
    --at_;
    return name == "{" ? SetBraces() : Bracketed();
  }
  const bool degree_of =  // \deg f
      name == "deg" && (Peek().type == TokenType::kLetter || Peek().Is('(')) &&
      (at_ < 2 || tokens_[at_ - 2].type != TokenType::kNumber);
  if (degree_of) return arena_.Make(Kind::kApply, {PowerExpression()}, "deg");
  if (one_of({"partial", "nabla", "Delta"})) return Operator(name);
  if (const Node* named = NamedCommand(name); named != nullptr) return named;
  if (const Node* between = BracketCommand(name); between != nullptr) return between;
  if (one_of({"mathbb", "Bbb"})) return BlackboardLetter();
  if (one_of({"sum", "prod"})) return Big(name);
  if (name == "int") return Integral();
  if (name == "lim") return Limit();
  if (name == "begin") return Environment();
  if (one_of({"overline", "bar", "vec", "hat", "tilde", "dot", "widehat", "overrightarrow",
              "widetilde", "overleftrightarrow"})) {
    return Accent(name);
  }
  if (one_of({"angle", "measuredangle", "triangle"})) return Figure(name);
  if (one_of({"mathcal", "mathscr", "mathfrak"})) {
    return arena_.Make(Kind::kApply, {Argument()}, name);
  }
  if (one_of({"color", "textcolor", "hspace", "vspace", "tag", "label", "mspace"})) {
    BracedName();
    return StartsFactor() ? Atom() : arena_.Number(1);
  }
  if (one_of({"i", "imath"})) return Unsubscripted("i");
  if (name == "jmath") return Unsubscripted("j");
  const bool variant = one_of({"varphi", "varepsilon", "vartheta"});
  const std::string letter = variant ? name.substr(3) : name;
  return IsLetterCommand(letter) ? Named(fmt::format("\\{}", letter)) : UnknownCommand(letter);
}

}  // namespace longhaul::reward::math
