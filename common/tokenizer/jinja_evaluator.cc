// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/jinja_evaluator.h"

#include <utility>

namespace longhaul::jinja {
namespace {

using Kind = Value::Kind;

// The variable `loop` at item `index`.
Value LoopVariable(const List& items, size_t index) {
  const auto position = static_cast<int64_t>(index);
  const auto length = static_cast<int64_t>(items.size());
  Dict loop;
  loop.items = {
      {"index", Value::Int(position + 1)},
      {"index0", Value::Int(position)},
      {"revindex", Value::Int(length - position)},
      {"revindex0", Value::Int(length - position - 1)},
      {"first", Value::Bool(index == 0)},
      {"last", Value::Bool(position + 1 == length)},
      {"length", Value::Int(length)},
      {"previtem", index == 0 ? Value::Undefined("loop.previtem") : items[index - 1]},
      {"nextitem", position + 1 == length ? Value::Undefined("loop.nextitem") : items[index + 1]}};
  return Value::MakeDict(std::move(loop));
}

}  // namespace

Evaluator::Evaluator(std::string_view name, Dict globals, std::optional<int64_t> now_unix_s)
    : name_(name), context_{&budget_, now_unix_s}, scopes_(1) {
  for (auto& [key, value] : globals.items) scopes_[0][key] = std::move(value);
}

Status Evaluator::Fail(int line, const Status& status) const {
  return MakeStatus(status.code(), fmt::format("{}:{}: {}", name_, line, Message(status)));
}

StatusOr<std::string> Evaluator::Render(const Body& body) {
  std::string out;
  out_ = &out;
  ASSIGN_OR_RETURN([[maybe_unused]] const Flow flow, Run(body));
  return out;
}

StatusOr<Evaluator::Flow> Evaluator::Run(const Body& body) {
  for (const auto& node : body) {
    const Status charged = budget_.Step();
    if (!charged.ok()) return Fail(node->line, charged);
    ASSIGN_OR_RETURN(const Flow flow, RunNode(*node));
    if (flow != Flow::kNormal) return flow;
  }
  return Flow::kNormal;
}

StatusOr<Evaluator::Flow> Evaluator::RunNode(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kText:
      RETURN_IF_ERROR(Write(node.text, node.line));
      return Flow::kNormal;
    case Node::Kind::kOutput: {
      ASSIGN_OR_RETURN(const Value value, Evaluate(*node.expression));
      RETURN_IF_ERROR(Write(value.Text(), node.line));
      return Flow::kNormal;
    }
    case Node::Kind::kIf:
      return RunIf(node);
    case Node::Kind::kFor:
      return RunFor(node);
    case Node::Kind::kSet:
      RETURN_IF_ERROR(RunSet(node));
      return Flow::kNormal;
    case Node::Kind::kSetBlock:
      RETURN_IF_ERROR(RunSetBlock(node));
      return Flow::kNormal;
    case Node::Kind::kMacro:
      scopes_.back()[node.macro.name] = Value::Macro(&node.macro);
      return Flow::kNormal;
    case Node::Kind::kGeneration:
      return RunScoped(node.body);
    case Node::Kind::kBreak:
      return Flow::kBreak;
    case Node::Kind::kContinue:
      return Flow::kContinue;
  }
  return Flow::kNormal;
}

Status Evaluator::Write(std::string_view text, int line) {
  Status charged = budget_.Bytes(static_cast<int64_t>(text.size()));
  if (charged.ok() && out_->size() + text.size() > Budget::kMaxStringBytes) {
    charged = ResourceExhausted("the output is longer than {} bytes", Budget::kMaxStringBytes);
  }
  if (!charged.ok()) return Fail(line, charged);
  out_->append(text);
  return OkStatus();
}

StatusOr<Evaluator::Flow> Evaluator::RunIf(const Node& node) {
  for (const Node::Branch& branch : node.branches) {
    if (branch.condition != nullptr) {
      ASSIGN_OR_RETURN(const Value condition, Evaluate(*branch.condition));
      if (!condition.Truth()) continue;
    }
    return Run(branch.body);
  }
  return Flow::kNormal;
}

StatusOr<Evaluator::Flow> Evaluator::RunScoped(const Body& body) {
  scopes_.emplace_back();
  StatusOr<Flow> flow = Run(body);
  scopes_.pop_back();
  return flow;
}

StatusOr<List> Evaluator::ForItems(const Node& node) {
  ASSIGN_OR_RETURN(const Value iterable, Evaluate(*node.expression));
  StatusOr<List> all = iterable.Iterate();
  if (!all.ok()) return Fail(node.line, all.status());
  if (node.condition == nullptr) return all;
  List items;
  for (const Value& item : *all) {
    scopes_.emplace_back();
    Status assigned = Assign(node.targets, item, node.line);
    StatusOr<Value> wanted = assigned.ok() ? Evaluate(*node.condition) : StatusOr<Value>(assigned);
    scopes_.pop_back();
    if (!wanted.ok()) return wanted.status();
    if (wanted->Truth()) items.push_back(item);
  }
  return items;
}

StatusOr<Evaluator::Flow> Evaluator::RunFor(const Node& node) {
  ASSIGN_OR_RETURN(const List items, ForItems(node));
  if (items.empty()) return RunScoped(node.otherwise);
  for (size_t i = 0; i < items.size(); ++i) {
    const Status charged = budget_.Step();
    if (!charged.ok()) return Fail(node.line, charged);
    scopes_.emplace_back();
    scopes_.back()["loop"] = LoopVariable(items, i);
    const Status assigned = Assign(node.targets, items[i], node.line);
    StatusOr<Flow> flow = assigned.ok() ? Run(node.body) : StatusOr<Flow>(assigned);
    scopes_.pop_back();
    if (!flow.ok()) return flow;
    if (*flow == Flow::kBreak) break;
  }
  return Flow::kNormal;
}

Status Evaluator::Assign(const std::vector<std::string>& targets, const Value& value, int line) {
  if (targets.size() == 1) {
    scopes_.back()[targets[0]] = value;
    return OkStatus();
  }
  const StatusOr<List> items = value.Iterate();
  if (!items.ok()) return Fail(line, items.status());
  if (items->size() != targets.size()) {
    return Fail(line, InvalidArgument("{} names for {} values", targets.size(), items->size()));
  }
  for (size_t i = 0; i < targets.size(); ++i) scopes_.back()[targets[i]] = (*items)[i];
  return OkStatus();
}

Status Evaluator::AssignAttribute(const Node& node, Value value) {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    const auto found = scope->find(node.targets[0]);
    if (found == scope->end()) continue;
    if (!found->second.is(Kind::kNamespace)) break;
    if (value.Reaches(found->second)) {
      return Fail(node.line, InvalidArgument("'{}' would hold itself", node.targets[0]));
    }
    found->second.dict().Set(node.text, std::move(value));
    return OkStatus();
  }
  return Fail(node.line, InvalidArgument("'{}' is no namespace", node.targets[0]));
}

Status Evaluator::RunSet(const Node& node) {
  ASSIGN_OR_RETURN(Value value, Evaluate(*node.expression));
  if (!node.text.empty()) return AssignAttribute(node, std::move(value));
  return Assign(node.targets, value, node.line);
}

Status Evaluator::RunSetBlock(const Node& node) {
  std::string text;
  std::string* outer = std::exchange(out_, &text);
  const StatusOr<Flow> flow = RunScoped(node.body);
  out_ = outer;
  if (!flow.ok()) return flow.status();
  Value value = Value::String(std::move(text));
  if (!node.text.empty()) return AssignAttribute(node, std::move(value));
  return Assign(node.targets, value, node.line);
}

// Arguments are bound in a scope over the template's own variables: a macro does not see its
// caller's.
StatusOr<Value> Evaluator::CallMacro(const MacroNode& macro, const Arguments& arguments, int line) {
  if (++calls_ > kMaxCalls) {
    return Fail(line, ResourceExhausted("macro '{}': more than {} calls inside one another",
                                        macro.name, kMaxCalls));
  }
  if (arguments.positional.size() > macro.parameters.size()) {
    return Fail(line, InvalidArgument("macro '{}' takes {} arguments, {} given", macro.name,
                                      macro.parameters.size(), arguments.positional.size()));
  }
  std::vector<Scope> caller;
  caller.push_back(scopes_[0]);
  caller.emplace_back();
  std::swap(scopes_, caller);
  std::string text;
  std::string* outer = std::exchange(out_, &text);
  StatusOr<Flow> flow = Flow::kNormal;
  for (size_t i = 0; i < macro.parameters.size() && flow.ok(); ++i) {
    const MacroNode::Parameter& parameter = macro.parameters[i];
    Value value = arguments.Get(i, parameter.name);
    if (value.is(Kind::kUndefined) && parameter.missing != nullptr) {
      StatusOr<Value> missing = Evaluate(*parameter.missing);
      if (!missing.ok()) flow = missing.status();
      if (missing.ok()) value = *missing;
    }
    scopes_.back()[parameter.name] = std::move(value);
  }
  if (flow.ok()) flow = Run(macro.body);
  out_ = outer;
  std::swap(scopes_, caller);
  --calls_;
  if (!flow.ok()) return flow.status();
  return Value::String(std::move(text));
}

}  // namespace longhaul::jinja
