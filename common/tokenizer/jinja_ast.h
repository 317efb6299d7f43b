// SPDX-License-Identifier: Apache-2.0
//
// A parsed chat template.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/tokenizer/chat_template.h"
#include "common/tokenizer/jinja_value.h"

namespace longhaul::jinja {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct Expression {
  enum class Kind {
    kLiteral,    // value
    kName,       // text
    kList,       // children
    kDict,       // children: key, value, key, value
    kAttribute,  // children[0] . text
    kIndex,      // children[0] [ children[1] ]
    kSlice,      // children[0] [ 1 : 2 : 3 ], null where absent
    kCall,       // children[0] ( the rest, named )
    kFilter,     // children[0] | text ( the rest, named )
    kTest,       // children[0] is text ( the rest )
    kNot,        // not children[0]
    kNegate,     // - children[0]
    kPlus,       // + children[0]
    kBinary,     // children[0] text children[1]: arithmetic, ~
    kCompare,    // children[0] text children[1]: == != < <= > >= in
    kAnd,
    kOr,
    kTernary,  // children[1] if children[0] else children[2], which may be null
  };
  Kind kind;
  int line;
  std::string text;
  Value value;
  std::vector<ExpressionPtr> children;
  std::vector<std::pair<std::string, ExpressionPtr>> named;  // keyword arguments
  int depth = 1;                                             // of nesting, bounded by the parser
};

struct Node;
using Body = std::vector<std::unique_ptr<Node>>;

struct MacroNode {
  struct Parameter {
    std::string name;
    ExpressionPtr missing;  // default; null: undefined
  };
  std::string name;
  std::vector<Parameter> parameters;
  Body body;
};

struct Node {
  enum class Kind {
    kText,
    kOutput,
    kIf,
    kFor,
    kSet,
    kSetBlock,
    kMacro,
    kGeneration,
    kBreak,
    kContinue
  };
  Kind kind;
  int line;
  std::string text;  // kText; the attribute of {% set ns.attribute = ... %}
  // kOutput: the value. kFor: the iterable. kSet: the value. kIf: unused.
  ExpressionPtr expression;
  ExpressionPtr condition;           // kFor: {% for x in xs if condition %}, or null
  std::vector<std::string> targets;  // kFor, kSet, kSetBlock: names; more than one unpacks
  struct Branch {
    ExpressionPtr condition;  // null: else
    Body body;
  };
  std::vector<Branch> branches;  // kIf
  Body body;                     // kFor, kSetBlock, kGeneration
  Body otherwise;                // kFor: {% else %}
  MacroNode macro;
};

}  // namespace longhaul::jinja

namespace longhaul {

struct ChatTemplate::Program {
  std::string name;
  jinja::Body body;
};

}  // namespace longhaul
