// SPDX-License-Identifier: Apache-2.0
#include "reward/math/command_name.h"

#include <algorithm>
#include <array>
#include <utility>

namespace longhaul::reward::math {
namespace {

template <size_t N>
bool IsOneOf(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 58> kDropped = {
    "left",         "right",        "big",         "Big",     "bigg",      "Bigg",   "bigl",
    "bigr",         "Bigl",         "Bigr",        "biggl",   "biggr",     "Biggl",  "Biggr",
    "displaystyle", "textstyle",    "scriptstyle", "limits",  "nolimits",  "mathbf", "mathsf",
    "mathit",       "mathtt",       "boldsymbol",  "bm",      "bf",        "rm",     "it",
    "mathop",       "mathord",      "mathbin",     "mathrel", "underline", "uline",  "protect",
    "thinspace",    "negthinspace", "hfill",       "phantom", "middle",    "bigm",   "Bigm",
    "boxed",        "fbox",         "nonumber",    "notag",   "centering", "tiny",   "mathclose",
    "large",        "Large",        "LARGE",       "huge",    "Huge",      "small",  "normalsize",
    "footnotesize", "therefore"};
constexpr std::array<std::string_view, 14> kTextCommands = {
    "text", "textbf", "textit", "textrm", "textnormal", "textsf",       "mbox",
    "hbox", "mathrm", "texttt", "emph",   "textup",     "operatorname", "textsc"};
constexpr std::array<std::string_view, 45> kFunctions = {
    "sin",    "cos",  "tan",  "cot",    "sec",    "csc",    "arcsin", "arccos",    "arctan",
    "arccot", "sinh", "cosh", "tanh",   "coth",   "sech",   "csch",   "ln",        "log",
    "lg",     "exp",  "sqrt", "gcd",    "lcm",    "max",    "min",    "det",       "deg",
    "floor",  "ceil", "abs",  "arg",    "Re",     "Im",     "cbrt",   "sgn",       "asin",
    "acos",   "atan", "tr",   "arsinh", "arcosh", "artanh", "binom",  "phi_euler", "cis"};
constexpr std::array<std::string_view, 17> kPlainNames = {
    "pi", "infty", "infinity", "Infinity", "inf",   "mod",    "cup",     "cap",   "union",
    "Pi", "theta", "alpha",    "beta",     "gamma", "lambda", "degrees", "degree"};

}  // namespace

bool IsDropped(std::string_view name) { return IsOneOf(kDropped, name); }
bool IsTextCommand(std::string_view name) { return IsOneOf(kTextCommands, name); }
bool IsFunctionName(std::string_view name) { return IsOneOf(kFunctions, name); }
bool IsPlainName(std::string_view name) { return IsOneOf(kPlainNames, name); }

char BracketOf(std::string_view command) {
  if (command == "lbrack" || command == "lparen") return command == "lbrack" ? '[' : '(';
  if (command == "rbrack" || command == "rparen") return command == "rbrack" ? ']' : ')';
  return 0;
}

std::string_view SameCommand(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kNames = {
      {{"lnot", "neg"}, {"vee", "lor"}}};
  for (const auto& [other, known] : kNames) {
    if (name == other) return known;
  }
  return name;
}

}  // namespace longhaul::reward::math
