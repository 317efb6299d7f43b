// SPDX-License-Identifier: Apache-2.0
//
// Values of chat templates, with Python's meaning of truth, equality, order and text.
//
// Lists, dictionaries and namespaces are shared by reference, as in Python; strings are immutable
// and shared. Not thread-safe: a rendering owns its values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/json.h"
#include "common/status.h"

namespace longhaul::jinja {

struct MacroNode;  // common/tokenizer/jinja_ast.h
class Value;

using List = std::vector<Value>;

// Text keys in insertion order. Small: found by search.
struct Dict {
  std::vector<std::pair<std::string, Value>> items;
  const Value* Find(std::string_view key) const;
  void Set(std::string_view key, Value value);
};

class Value {
 public:
  enum class Kind {
    kUndefined,
    kNone,
    kBool,
    kInt,
    kDouble,
    kString,
    kList,
    kDict,
    kNamespace,
    kMacro,
    kFunction,
  };

  Value() : Value(Undefined("")) {}
  static Value Undefined(std::string_view name);  // `name` is what errors call it
  static Value None() { return Value(Data(std::in_place_index<1>)); }
  static Value Bool(bool value) { return Value(Data(std::in_place_index<2>, value)); }
  static Value Int(int64_t value) { return Value(Data(std::in_place_index<3>, value)); }
  static Value Double(double value) { return Value(Data(std::in_place_index<4>, value)); }
  static Value String(std::string value);
  static Value MakeList(List items);
  static Value MakeDict(Dict dict);
  static Value MakeNamespace(Dict dict);
  static Value Macro(const MacroNode* macro) { return Value(Data(std::in_place_index<9>, macro)); }
  static Value Function(std::string_view name);  // a global function: "range"
  static Value FromJson(const Json& json);

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is(Kind kind) const { return this->kind() == kind; }
  bool is_number() const { return is(Kind::kInt) || is(Kind::kDouble) || is(Kind::kBool); }
  bool is_integer() const { return is(Kind::kInt) || is(Kind::kBool); }

  // Each needs its kind (integer() a bool too, number() any number).
  const std::string& string() const;
  int64_t integer() const;
  double number() const;
  List& list() const;
  Dict& dict() const;  // of a dictionary or a namespace
  const MacroNode* macro() const { return std::get<9>(data_); }
  std::string_view function() const { return std::get<10>(data_).name; }

  bool Truth() const;
  // str(value) and repr(value) of Python; undefined is "".
  std::string Text() const;
  std::string Repr() const;
  // "undefined variable 'x'", "string", "list": for messages.
  std::string Describe() const;

  // What a `for` walks: items, keys, characters. Undefined is empty; other kinds are errors.
  StatusOr<List> Iterate() const;
  // len(): characters of a string.
  StatusOr<int64_t> Length() const;
  // Whether `container`, shared by reference, can be reached from this value.
  bool Reaches(const Value& container) const;

  bool operator==(const Value& other) const;

 private:
  struct UndefinedName {
    std::string name;
  };
  struct FunctionName {
    std::string name;
  };
  struct NamespaceRef {
    std::shared_ptr<Dict> dict;
  };
  using Data = std::variant<UndefinedName, std::monostate, bool, int64_t, double,
                            std::shared_ptr<const std::string>, std::shared_ptr<List>,
                            std::shared_ptr<Dict>, NamespaceRef, const MacroNode*, FunctionName>;
  explicit Value(Data data) : data_(std::move(data)) {}
  const void* Reference() const;

  Data data_;
};

// -1, 0, 1 for numbers and for strings; an error for other pairs.
StatusOr<int> Compare(const Value& a, const Value& b);

// json.dumps(value, ensure_ascii=False, indent=indent); `indent` < 0: one line, ", " and ": "
// between.
StatusOr<std::string> ToJsonText(const Value& value, int64_t indent);

// The characters of a valid UTF-8 text.
std::vector<std::string_view> SplitCharacters(std::string_view text);
// repr() of a float: the shortest digits that read back the same.
std::string FormatDouble(double value);

}  // namespace longhaul::jinja
