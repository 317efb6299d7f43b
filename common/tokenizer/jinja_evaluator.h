// SPDX-License-Identifier: Apache-2.0
//
// Runs a parsed template. One rendering, one Evaluator.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/tokenizer/jinja_ast.h"
#include "common/tokenizer/jinja_builtins.h"

namespace longhaul::jinja {

class Evaluator {
 public:
  Evaluator(std::string_view name, Dict globals, std::optional<int64_t> now_unix_s);

  StatusOr<std::string> Render(const Body& body);

 private:
  enum class Flow { kNormal, kBreak, kContinue };
  using Scope = std::map<std::string, Value, std::less<>>;
  static constexpr int kMaxCalls = 50;  // of macros inside one another

  Status Fail(int line, const Status& status) const;

  StatusOr<Flow> Run(const Body& body);
  StatusOr<Flow> RunNode(const Node& node);
  StatusOr<Flow> RunIf(const Node& node);
  StatusOr<Flow> RunFor(const Node& node);
  StatusOr<Flow> RunScoped(const Body& body);
  StatusOr<List> ForItems(const Node& node);
  Status RunSet(const Node& node);
  Status RunSetBlock(const Node& node);
  Status Write(std::string_view text, int line);
  Status Assign(const std::vector<std::string>& targets, const Value& value, int line);
  Status AssignAttribute(const Node& node, Value value);

  StatusOr<Value> Evaluate(const Expression& expression);
  StatusOr<Value> EvaluateName(const Expression& expression);
  StatusOr<Value> EvaluateList(const Expression& expression);
  StatusOr<Value> EvaluateDict(const Expression& expression);
  StatusOr<Value> EvaluateSlice(const Expression& expression);
  StatusOr<Value> EvaluateUnary(const Expression& expression);
  StatusOr<Value> EvaluateLogic(const Expression& expression);
  StatusOr<Value> EvaluateCompare(const Expression& expression);
  StatusOr<Value> EvaluateCall(const Expression& expression);
  StatusOr<Value> EvaluateMethod(const Expression& callee, const Expression& call);
  StatusOr<Value> CallMacro(const MacroNode& macro, const Arguments& arguments, int line);
  StatusOr<Value> Operand(const Expression& expression, size_t index);
  StatusOr<Arguments> EvaluateArguments(const Expression& expression);
  // Puts the line before the error of a built-in.
  StatusOr<Value> At(int line, StatusOr<Value> value) const;

  std::string_view name_;
  Budget budget_;
  BuiltinContext context_;
  std::vector<Scope>
      scopes_;  // the last is innermost; the first holds the template's own variables
  std::string* out_ = nullptr;
  int calls_ = 0;
};

}  // namespace longhaul::jinja
