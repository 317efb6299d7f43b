// SPDX-License-Identifier: Apache-2.0
//
// {{ value is test }}.
#include <map>

#include "common/tokenizer/jinja_builtins.h"

namespace longhaul::jinja {
namespace {

using Kind = Value::Kind;
using Test = StatusOr<bool> (*)(const Value& value, const Value& argument);

bool IsSequence(const Value& value) {
  return value.is(Kind::kList) || value.is(Kind::kString) || value.is(Kind::kDict);
}

template <int kSign1, int kSign2>
StatusOr<bool> Ordered(const Value& value, const Value& argument) {
  ASSIGN_OR_RETURN(const int order, Compare(value, argument));
  return order == kSign1 || order == kSign2;
}

StatusOr<bool> Equal(const Value& value, const Value& argument) { return value == argument; }
StatusOr<bool> NotEqual(const Value& value, const Value& argument) { return !(value == argument); }

StatusOr<int64_t> Remainder(const Value& value, const Value& by) {
  if (!value.is_integer() || !by.is_integer() || by.integer() == 0) {
    return InvalidArgument("{} has no remainder by {}", value.Describe(), by.Describe());
  }
  return by.integer() == -1 ? 0 : value.integer() % by.integer();
}

StatusOr<bool> Divisible(const Value& value, const Value& argument) {
  ASSIGN_OR_RETURN(const int64_t rest, Remainder(value, argument));
  return rest == 0;
}
StatusOr<bool> Odd(const Value& value, const Value&) {
  ASSIGN_OR_RETURN(const int64_t rest, Remainder(value, Value::Int(2)));
  return rest != 0;
}
StatusOr<bool> Even(const Value& value, const Value&) {
  ASSIGN_OR_RETURN(const int64_t rest, Remainder(value, Value::Int(2)));
  return rest == 0;
}

// The subset of Jinja's tests that look at the kind of a value.
const std::map<std::string_view, Test>& KindTests() {
  static const auto& tests = *new std::map<std::string_view, Test>{
      {"defined",
       [](const Value& v, const Value&) -> StatusOr<bool> { return !v.is(Kind::kUndefined); }},
      {"undefined",
       [](const Value& v, const Value&) -> StatusOr<bool> { return v.is(Kind::kUndefined); }},
      {"none", [](const Value& v, const Value&) -> StatusOr<bool> { return v.is(Kind::kNone); }},
      {"string",
       [](const Value& v, const Value&) -> StatusOr<bool> { return v.is(Kind::kString); }},
      {"mapping", [](const Value& v, const Value&) -> StatusOr<bool> { return v.is(Kind::kDict); }},
      {"iterable",
       [](const Value& v, const Value&) -> StatusOr<bool> {
         return IsSequence(v) || v.is(Kind::kUndefined);
       }},
      {"sequence",
       [](const Value& v, const Value&) -> StatusOr<bool> {
         return IsSequence(v) || v.is(Kind::kUndefined);
       }},
      {"number", [](const Value& v, const Value&) -> StatusOr<bool> { return v.is_number(); }},
      {"integer", [](const Value& v, const Value&) -> StatusOr<bool> { return v.is(Kind::kInt); }},
      {"float", [](const Value& v, const Value&) -> StatusOr<bool> { return v.is(Kind::kDouble); }},
      {"boolean", [](const Value& v, const Value&) -> StatusOr<bool> { return v.is(Kind::kBool); }},
      {"true",
       [](const Value& v, const Value&) -> StatusOr<bool> {
         return v.is(Kind::kBool) && v.Truth();
       }},
      {"false",
       [](const Value& v, const Value&) -> StatusOr<bool> {
         return v.is(Kind::kBool) && !v.Truth();
       }},
      {"callable",
       [](const Value& v, const Value&) -> StatusOr<bool> {
         return v.is(Kind::kMacro) || v.is(Kind::kFunction);
       }},
  };
  return tests;
}

const std::map<std::string_view, Test>& RelationTests() {
  static const auto& tests = *new std::map<std::string_view, Test>{
      {"equalto", Equal},
      {"eq", Equal},
      {"==", Equal},
      {"ne", NotEqual},
      {"!=", NotEqual},
      {"sameas", Equal},
      {"lt", Ordered<-1, -1>},
      {"lessthan", Ordered<-1, -1>},
      {"<", Ordered<-1, -1>},
      {"le", Ordered<-1, 0>},
      {"<=", Ordered<-1, 0>},
      {"gt", Ordered<1, 1>},
      {"greaterthan", Ordered<1, 1>},
      {">", Ordered<1, 1>},
      {"ge", Ordered<1, 0>},
      {">=", Ordered<1, 0>},
      {"in", [](const Value& value, const Value& argument) { return Contains(argument, value); }},
      {"divisibleby", Divisible},
      {"odd", Odd},
      {"even", Even},
  };
  return tests;
}

}  // namespace

bool IsTest(std::string_view name) {
  return KindTests().contains(name) || RelationTests().contains(name);
}

StatusOr<bool> ApplyTest(std::string_view name, const Value& input, const Arguments& arguments) {
  const Value argument = arguments.Get(0, "");
  if (const auto test = KindTests().find(name); test != KindTests().end()) {
    return test->second(input, argument);
  }
  const auto test = RelationTests().find(name);
  if (test == RelationTests().end()) return InvalidArgument("test '{}' is not supported", name);
  return test->second(input, argument);
}

}  // namespace longhaul::jinja
