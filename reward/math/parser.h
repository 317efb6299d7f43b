// SPDX-License-Identifier: Apache-2.0
//
// From text to a typed tree: a recursive descent over the tokens with explicit limits on depth,
// tokens and nodes.
//
//   answer    = statement { ("," | ";" | "and" | "or" | "\\") statement }
//   statement = formula { relation formula }
//   formula   = set, or in logic: negation { \land negation } { \lor negation { \land negation } }
//   negation  = \neg negation | set
//   set       = ratio { (cup | cap | setminus) ratio }
//   ratio     = sum { ":" sum }
//   sum       = [sign] product { (+ | - | \pm | \mp) product }
//   product   = power { [* | / | \cdot | \times | \div | mod] power }     left to right
//   power     = atom { ^script | _script | ! | ' | % }
//
// "1/2x" is (1/2)x. "2\frac12" is a mixed number. "1,000" outside brackets is one number that may
// also be read as a list.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reward/math/expression.h"
#include "reward/math/lexer.h"
#include "reward/number/rational.h"

namespace longhaul::reward::math {

inline constexpr int kMaxParseDepth = 200;

struct ParseOptions {
  PercentMeaning percent = PercentMeaning::kFraction;
  bool plain = false;  // not LaTeX: "1,5" may be a decimal
};

class Parser {
 public:
  Parser(std::vector<Token> tokens, const ParseOptions& options, Arena& arena)
      : tokens_(std::move(tokens)), options_(options), arena_(arena) {}

  StatusOr<const Node*> ParseAnswer();

 private:
  class Nesting;
  enum class Place { kFirst, kBehindValue };  // of a factor: behind a value words are its unit
  enum class Joins { kValues, kStatements, kFormulas };  // what signs of logic stand between
  enum class Separator { kNone, kComma, kSemicolon, kAnd, kOr, kSpace };
  struct Alternatives {
    std::vector<size_t> starts = {};  // the items behind "or"
    bool has_and = false;
  };

  // Tokens.
  const Token& Peek(size_t ahead = 0) const;
  Token Take();
  bool TakeSymbol(char symbol);
  bool TakeCommand(std::string_view name);
  bool AtEnd() const { return Peek().type == TokenType::kEnd; }
  const Node* Fail(std::string message);
  void StripEnds();

  // parser_list.cc
  Separator SeparatorHere();
  bool AtListEnd() const;
  const Node* List();
  const Node* JoinGroups(std::vector<std::vector<const Node*>> groups, std::string name);
  const Node* JoinAlternatives(const std::vector<const Node*>& items, Alternatives alternatives);

  // parser_statement.cc
  const Node* Statement();
  bool AtForAll() const;
  void SkipForAll(const std::vector<const Node*>& statement);
  bool AtRatioWord() const;
  bool AtAside() const;
  const Node* Aside(const Node& value);
  const Node* NamedFunctionHead();
  bool TakeRelation(Relation& relation, std::string& name);
  const Node* SetExpression();
  const Node* Ratio();

  // parser_logic.cc
  const Node* Formula();
  const Node* Conjunction();
  const Node* Negation();
  bool TakeConjunctionSign();
  bool AtQuantifier() const;
  const Node* Quantified();
  Joins SignsJoin();
  bool IsScript(size_t token) const;

  // parser_bracket.cc
  const Node* Bracketed();
  const Node* Area(const Node& corners);
  const Node* Grouped();
  const Node* Braced();
  const Node* System();
  const Node* SetBraces();

  // parser_expression.cc
  const Node* Sum();
  const Node* Negated(const Node* term);
  const Node* Atom();
  const Node* Absolute();

  // parser_product.cc
  struct Factors;
  const Node* Product();
  const Node* Factor();
  void Multiplied(Factors& factors);
  void Divided(Factors& factors);
  void Juxtaposed(Factors& factors);
  const Node* Closed(Factors& factors);
  const Node* Collected(Factors& factors);
  bool BehindBold() const;
  bool AtBoldCapital(size_t ahead) const;
  bool StartsFactor();
  bool MixedNumber(const Node* whole, const Node*& mixed);
  const Node* Modulus(const Node* left);

  // parser_operator.cc
  const Node* InOrderOf(std::vector<const Node*> factors);
  const Node* ProductOf(std::vector<const Node*> factors, std::string name = "");
  const Node* Operator(const std::string& command);
  const Node* Difference(std::string name);
  const Node* Quotient(const Node* above, const Node* below);
  const Node* Derivative(const Node* above, const Node* below);
  const Node* DerivativeOf(const Node* value, const Node* below, const Node* order);
  const Node* Composed(const Node& functions, const Node* argument);
  bool TakeOrder(std::string& name);
  bool TakeInverse(std::string& name);
  bool TakeGroupName(const std::string& capitals, std::string& name);
  bool AppliesHere(const std::string& name) const;
  bool AtBracketedTerm() const;
  const Node* UnknownCommand(const std::string& name);
  bool IsFormula();

  // parser_power.cc
  const Node* SignedPower();
  const Node* PowerExpression();
  bool AtChoice() const;
  const Node* Choice();
  const Node* Raise(const Node* base);
  const Node* Power(const Node* base, const Node* exponent);
  bool AtSteps() const;
  const Node* Steps(const Node* base);
  bool TakeSide(std::string& side);
  std::string TakeTemperature();
  const Node* Percent(const Node* base);
  bool TakePrime();
  const Node* Script();

  // parser_atom.cc
  const Node* Number();
  const Node* GroupedByCommas(Token first);
  const Node* WithDecimalReading(const Node* list);
  const Node* BaseNumber(const Token& digits);
  const Node* Letter();
  size_t TakeRaisedPrimes(const std::string& name);
  bool AtSetLetter() const;
  const Node* Named(std::string name);
  const Node* Unsubscripted(const std::string& name);
  const Node* Apply(std::string name);
  const Node* Index(const Node* letters);

  // parser_word.cc
  const Node* Word(Place place);
  bool IsUnitWord(std::string_view word) const;
  const Node* Letters(const Token& word);
  const Node* WordsBehindValue(std::string_view words);
  const Node* PercentFactor();
  bool AtMicroUnit() const;
  const Node* MicroUnit();
  const Node* Text(Place place);

  // parser_command.cc
  const Node* Command();
  const Node* NamedCommand(const std::string& name);
  const Node* BracketCommand(std::string_view name);
  const Node* Figure(const std::string& name);
  const Node* Argument();
  std::string TakeFirstLetter();
  const Node* WholeNumberArgument();
  const Node* Fraction();
  const Node* SquareRoot();
  const Node* Function(const std::string& name);
  const Node* FunctionArgument(const std::string& name);
  bool AtDifferential() const;
  const Node* FunctionOfList(const std::string& name);
  const Node* Logarithm();
  const Node* Between(std::string_view name, std::string_view close);
  const Node* Big(const std::string& name);
  const Node* Integral();
  const Node* Limit();
  const Node* WithoutDifferential(const Node* body, const Node*& variable);
  const Node* Accent(const std::string& name);
  const Node* InOrder(const Node* letters);
  const Node* BlackboardLetter();
  const Node* Environment();
  const Node* Matrix(const std::string& environment);
  const Node* Cases();
  const Node* Pieces(std::vector<const Node*> cells);
  std::string BracedName();

  std::vector<Token> tokens_;
  const ParseOptions options_;
  Arena& arena_;
  size_t at_ = 0;
  int depth_ = 0;
  int brackets_ = 0;               // in brackets a comma separates, outside it may group digits
  int bars_ = 0;                   // open |
  bool in_integral_ = false;       // "dx" ends the argument of a function
  bool in_builder_ = false;        // a bar or colon ends the head of a set
  bool behind_value_ = false;      // the next atom multiplies a value before it
  bool in_unit_fraction_ = false;  // 10 \frac{\text{m}}{\text{s}}: upright letters are units
  bool behind_degrees_ = false;    // 22^\circ 30': the prime is one of minutes of arc
  int quantifiers_ = 0;            // around this place
  int cells_ = 0;                  // in a matrix "&" and "\\" end a cell
  std::optional<Joins> signs_join_;
  std::optional<bool> is_formula_;
  std::vector<std::string> bound_;  // variables of sums, so that i is no imaginary unit there
  std::string error_;
};

// A sign between operands, or a command that is not known: no factor.
bool IsSign(const Node& node);
// Commands that stand for a letter, and so for a value.
bool IsLetterCommand(std::string_view name);
bool IsRelationCommand(const Token& token);
// \to, \implies, \iff: between formulas of logic, where other relations are between values.
bool IsArrowCommand(const Token& token);
// 10 (mod 7) and -4 (mod 7) as 3 (mod 7). What is farther out may be the question again.
const Node* LeastResidue(Arena& arena, const Node* node);

// The tree of an answer, or why it is none.
StatusOr<const Node*> ParseMath(std::string_view text, const ParseOptions& options, Arena& arena);

// Words that mean a separator in \text{...} or plain: "and", "or".
bool IsAnd(std::string_view word);
bool IsOr(std::string_view word);

// Words that make what they stand by another value, several or none, or say that it is wrong:
// "not", "or", "less", "tenths", "because".
bool HasQualifier(std::string_view words);

}  // namespace longhaul::reward::math
