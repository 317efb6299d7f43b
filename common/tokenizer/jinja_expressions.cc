// SPDX-License-Identifier: Apache-2.0
//
// The half of Evaluator that computes expressions.
#include "common/tokenizer/jinja_evaluator.h"

namespace longhaul::jinja {

using Kind = Expression::Kind;

StatusOr<Value> Evaluator::At(int line, StatusOr<Value> value) const {
  if (value.ok()) return value;
  return Fail(line, value.status());
}

StatusOr<Value> Evaluator::Operand(const Expression& expression, size_t index) {
  if (index >= expression.children.size() || expression.children[index] == nullptr) {
    return Value::None();
  }
  return Evaluate(*expression.children[index]);
}

StatusOr<Arguments> Evaluator::EvaluateArguments(const Expression& expression) {
  Arguments arguments;
  for (size_t i = 1; i < expression.children.size(); ++i) {
    ASSIGN_OR_RETURN(Value value, Evaluate(*expression.children[i]));
    arguments.positional.push_back(std::move(value));
  }
  for (const auto& [keyword, child] : expression.named) {
    ASSIGN_OR_RETURN(Value value, Evaluate(*child));
    arguments.named.emplace_back(keyword, std::move(value));
  }
  return arguments;
}

StatusOr<Value> Evaluator::Evaluate(const Expression& expression) {
  const int line = expression.line;
  const Status charged = budget_.Step();
  if (!charged.ok()) return Fail(line, charged);
  switch (expression.kind) {
    case Kind::kLiteral:
      return expression.value;
    case Kind::kName:
      return EvaluateName(expression);
    case Kind::kList:
      return EvaluateList(expression);
    case Kind::kDict:
      return EvaluateDict(expression);
    case Kind::kAttribute: {
      ASSIGN_OR_RETURN(const Value value, Operand(expression, 0));
      return At(line, GetAttribute(value, expression.text));
    }
    case Kind::kIndex: {
      ASSIGN_OR_RETURN(const Value value, Operand(expression, 0));
      ASSIGN_OR_RETURN(const Value key, Operand(expression, 1));
      return At(line, GetItem(value, key));
    }
    case Kind::kSlice:
      return EvaluateSlice(expression);
    case Kind::kCall:
      return EvaluateCall(expression);
    case Kind::kFilter: {
      ASSIGN_OR_RETURN(const Value value, Operand(expression, 0));
      ASSIGN_OR_RETURN(const Arguments arguments, EvaluateArguments(expression));
      return At(line, ApplyFilter(expression.text, value, arguments, context_));
    }
    case Kind::kTest: {
      ASSIGN_OR_RETURN(const Value value, Operand(expression, 0));
      ASSIGN_OR_RETURN(const Arguments arguments, EvaluateArguments(expression));
      const StatusOr<bool> holds = ApplyTest(expression.text, value, arguments);
      if (!holds.ok()) return Fail(line, holds.status());
      return Value::Bool(*holds);
    }
    case Kind::kBinary: {
      ASSIGN_OR_RETURN(const Value left, Operand(expression, 0));
      ASSIGN_OR_RETURN(const Value right, Operand(expression, 1));
      return At(line, Binary(expression.text, left, right, &budget_));
    }
    case Kind::kCompare:
      return EvaluateCompare(expression);
    case Kind::kNot:
    case Kind::kNegate:
    case Kind::kPlus:
      return EvaluateUnary(expression);
    case Kind::kAnd:
    case Kind::kOr:
    case Kind::kTernary:
      return EvaluateLogic(expression);
  }
  return Value();
}

StatusOr<Value> Evaluator::EvaluateName(const Expression& expression) {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    const auto found = scope->find(expression.text);
    if (found != scope->end()) return found->second;
  }
  if (IsFunction(expression.text)) return Value::Function(expression.text);
  return Value::Undefined(expression.text);
}

StatusOr<Value> Evaluator::EvaluateList(const Expression& expression) {
  List items;
  for (const ExpressionPtr& child : expression.children) {
    ASSIGN_OR_RETURN(Value item, Evaluate(*child));
    items.push_back(std::move(item));
  }
  return Value::MakeList(std::move(items));
}

StatusOr<Value> Evaluator::EvaluateDict(const Expression& expression) {
  Dict dict;
  for (size_t i = 0; i + 1 < expression.children.size(); i += 2) {
    ASSIGN_OR_RETURN(const Value key, Evaluate(*expression.children[i]));
    ASSIGN_OR_RETURN(Value value, Evaluate(*expression.children[i + 1]));
    if (!key.is(Value::Kind::kString)) {
      return Fail(expression.line,
                  InvalidArgument("a key must be a string, not {}", key.Describe()));
    }
    dict.Set(key.string(), std::move(value));
  }
  return Value::MakeDict(std::move(dict));
}

StatusOr<Value> Evaluator::EvaluateSlice(const Expression& expression) {
  ASSIGN_OR_RETURN(const Value value, Operand(expression, 0));
  ASSIGN_OR_RETURN(const Value start, Operand(expression, 1));
  ASSIGN_OR_RETURN(const Value stop, Operand(expression, 2));
  ASSIGN_OR_RETURN(const Value step, Operand(expression, 3));
  return At(expression.line, GetSlice(value, start, stop, step));
}

StatusOr<Value> Evaluator::EvaluateUnary(const Expression& expression) {
  ASSIGN_OR_RETURN(const Value value, Operand(expression, 0));
  if (expression.kind == Kind::kNot) return Value::Bool(!value.Truth());
  if (!value.is_number()) {
    return Fail(expression.line, InvalidArgument("a sign before {}", value.Describe()));
  }
  if (expression.kind == Kind::kPlus) return value;
  return At(expression.line, Binary("-", Value::Int(0), value, &budget_));
}

StatusOr<Value> Evaluator::EvaluateLogic(const Expression& expression) {
  ASSIGN_OR_RETURN(Value first, Operand(expression, 0));
  if (expression.kind == Kind::kAnd) return first.Truth() ? Operand(expression, 1) : first;
  if (expression.kind == Kind::kOr) return first.Truth() ? first : Operand(expression, 1);
  if (first.Truth()) return Operand(expression, 1);
  if (expression.children[2] == nullptr) return Value::Undefined("an if without else");
  return Operand(expression, 2);
}

StatusOr<Value> Evaluator::EvaluateCompare(const Expression& expression) {
  ASSIGN_OR_RETURN(const Value left, Operand(expression, 0));
  ASSIGN_OR_RETURN(const Value right, Operand(expression, 1));
  const std::string& symbol = expression.text;
  if (symbol == "==") return Value::Bool(left == right);
  if (symbol == "!=") return Value::Bool(!(left == right));
  if (symbol == "in") {
    const StatusOr<bool> found = Contains(right, left);
    if (!found.ok()) return Fail(expression.line, found.status());
    return Value::Bool(*found);
  }
  const StatusOr<int> order = Compare(left, right);
  if (!order.ok()) return Fail(expression.line, order.status());
  if (symbol == "<") return Value::Bool(*order < 0);
  if (symbol == "<=") return Value::Bool(*order <= 0);
  if (symbol == ">") return Value::Bool(*order > 0);
  return Value::Bool(*order >= 0);
}

StatusOr<Value> Evaluator::EvaluateCall(const Expression& expression) {
  const Expression& callee = *expression.children[0];
  if (callee.kind == Kind::kAttribute) return EvaluateMethod(callee, expression);
  ASSIGN_OR_RETURN(const Value function, Evaluate(callee));
  ASSIGN_OR_RETURN(const Arguments arguments, EvaluateArguments(expression));
  if (function.is(Value::Kind::kMacro)) {
    return CallMacro(*function.macro(), arguments, expression.line);
  }
  if (function.is(Value::Kind::kFunction)) {
    return At(expression.line, CallFunction(function.function(), arguments, context_));
  }
  return Fail(expression.line, InvalidArgument("cannot call {}", function.Describe()));
}

StatusOr<Value> Evaluator::EvaluateMethod(const Expression& callee, const Expression& call) {
  ASSIGN_OR_RETURN(const Value value, Evaluate(*callee.children[0]));
  ASSIGN_OR_RETURN(const Arguments arguments, EvaluateArguments(call));
  return At(call.line, CallMethod(value, callee.text, arguments));
}

}  // namespace longhaul::jinja
