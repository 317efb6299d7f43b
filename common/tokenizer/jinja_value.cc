// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/jinja_value.h"

#include "common/tokenizer/utf8.h"

namespace longhaul::jinja {

const Value* Dict::Find(std::string_view key) const {
  for (const auto& [name, value] : items) {
    if (name == key) return &value;
  }
  return nullptr;
}

void Dict::Set(std::string_view key, Value value) {
  for (auto& item : items) {
    if (item.first == key) {
      item.second = std::move(value);
      return;
    }
  }
  items.emplace_back(std::string(key), std::move(value));
}

Value Value::Undefined(std::string_view name) {
  return Value(Data(std::in_place_index<0>, UndefinedName{std::string(name)}));
}
Value Value::String(std::string value) {
  return Value(Data(std::in_place_index<5>, std::make_shared<const std::string>(std::move(value))));
}
Value Value::MakeList(List items) {
  return Value(Data(std::in_place_index<6>, std::make_shared<List>(std::move(items))));
}
Value Value::MakeDict(Dict dict) {
  return Value(Data(std::in_place_index<7>, std::make_shared<Dict>(std::move(dict))));
}
Value Value::MakeNamespace(Dict dict) {
  return Value(Data(std::in_place_index<8>, NamespaceRef{std::make_shared<Dict>(std::move(dict))}));
}
Value Value::Function(std::string_view name) {
  return Value(Data(std::in_place_index<10>, FunctionName{std::string(name)}));
}

Value Value::FromJson(const Json& json) {
  switch (json.kind()) {
    case Json::Kind::kNull:
      return None();
    case Json::Kind::kBool:
      return Bool(json.AsBool().value());
    case Json::Kind::kInt:
      return Int(json.AsInt().value());
    case Json::Kind::kDouble:
      return Double(json.AsDouble().value());
    case Json::Kind::kString:
      return String(json.AsString().value());
    case Json::Kind::kArray: {
      List items;
      for (const Json& item : json.items()) items.push_back(FromJson(item));
      return MakeList(std::move(items));
    }
    case Json::Kind::kObject: {
      Dict dict;
      for (const Json::Member& member : json.members()) {
        dict.items.emplace_back(member.key, FromJson(member.value));
      }
      return MakeDict(std::move(dict));
    }
  }
  return None();
}

const std::string& Value::string() const { return *std::get<5>(data_); }
List& Value::list() const { return *std::get<6>(data_); }
Dict& Value::dict() const {
  return is(Kind::kNamespace) ? *std::get<8>(data_).dict : *std::get<7>(data_);
}
int64_t Value::integer() const {
  return is(Kind::kBool) ? static_cast<int64_t>(std::get<2>(data_)) : std::get<3>(data_);
}
double Value::number() const {
  return is(Kind::kDouble) ? std::get<4>(data_) : static_cast<double>(integer());
}

bool Value::Truth() const {
  switch (kind()) {
    case Kind::kUndefined:
    case Kind::kNone:
      return false;
    case Kind::kBool:
    case Kind::kInt:
      return integer() != 0;
    case Kind::kDouble:
      return number() != 0;
    case Kind::kString:
      return !string().empty();
    case Kind::kList:
      return !list().empty();
    case Kind::kDict:
      return !dict().items.empty();
    case Kind::kNamespace:
    case Kind::kMacro:
    case Kind::kFunction:
      return true;
  }
  return false;
}

std::string Value::Describe() const {
  switch (kind()) {
    case Kind::kUndefined:
      return fmt::format("'{}', which is undefined", std::get<0>(data_).name);
    case Kind::kNone:
      return "none";
    case Kind::kBool:
      return "a boolean";
    case Kind::kInt:
      return "an integer";
    case Kind::kDouble:
      return "a float";
    case Kind::kString:
      return "a string";
    case Kind::kList:
      return "a list";
    case Kind::kDict:
      return "a dictionary";
    case Kind::kNamespace:
      return "a namespace";
    case Kind::kMacro:
      return "a macro";
    case Kind::kFunction:
      return "a function";
  }
  return "";
}

StatusOr<List> Value::Iterate() const {
  List items;
  switch (kind()) {
    case Kind::kUndefined:
      return items;
    case Kind::kList:
      return list();
    case Kind::kDict:
      for (const auto& [key, value] : dict().items) items.push_back(String(key));
      return items;
    case Kind::kString:
      for (const std::string_view character : SplitCharacters(string())) {
        items.push_back(String(std::string(character)));
      }
      return items;
    default:
      return InvalidArgument("cannot iterate over {}", Describe());
  }
}

StatusOr<int64_t> Value::Length() const {
  switch (kind()) {
    case Kind::kUndefined:
      return 0;
    case Kind::kList:
      return static_cast<int64_t>(list().size());
    case Kind::kDict:
      return static_cast<int64_t>(dict().items.size());
    case Kind::kString:
      return static_cast<int64_t>(SplitCharacters(string()).size());
    default:
      return InvalidArgument("{} has no length", Describe());
  }
}

const void* Value::Reference() const {
  if (is(Kind::kList) || is(Kind::kDict)) {
    return is(Kind::kList) ? static_cast<const void*>(&list()) : static_cast<const void*>(&dict());
  }
  return is(Kind::kNamespace) ? &dict() : nullptr;
}

bool Value::Reaches(const Value& container) const {
  const void* reference = Reference();
  if (reference == nullptr) return false;
  if (reference == container.Reference()) return true;
  if (is(Kind::kList)) {
    for (const Value& item : list()) {
      if (item.Reaches(container)) return true;
    }
    return false;
  }
  for (const auto& [key, value] : dict().items) {
    if (value.Reaches(container)) return true;
  }
  return false;
}

bool Value::operator==(const Value& other) const {
  if (is_number() && other.is_number()) {
    if (is_integer() && other.is_integer()) return integer() == other.integer();
    return number() == other.number();
  }
  if (kind() != other.kind()) return false;
  switch (kind()) {
    case Kind::kUndefined:
    case Kind::kNone:
      return true;
    case Kind::kString:
      return string() == other.string();
    case Kind::kList:
      return list() == other.list();
    case Kind::kDict: {
      if (dict().items.size() != other.dict().items.size()) return false;
      for (const auto& [key, value] : dict().items) {
        const Value* theirs = other.dict().Find(key);
        if (theirs == nullptr || !(value == *theirs)) return false;
      }
      return true;
    }
    case Kind::kMacro:
      return macro() == other.macro();
    case Kind::kFunction:
      return function() == other.function();
    default:
      return Reference() == other.Reference();
  }
}

StatusOr<int> Compare(const Value& a, const Value& b) {
  if (a.is_integer() && b.is_integer()) {
    return a.integer() < b.integer() ? -1 : a.integer() > b.integer() ? 1 : 0;
  }
  if (a.is_number() && b.is_number()) {
    return a.number() < b.number() ? -1 : a.number() > b.number() ? 1 : 0;
  }
  if (a.is(Value::Kind::kString) && b.is(Value::Kind::kString)) {
    const int order = a.string().compare(b.string());
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  return InvalidArgument("cannot order {} and {}", a.Describe(), b.Describe());
}

std::vector<std::string_view> SplitCharacters(std::string_view text) {
  std::vector<std::string_view> characters;
  while (!text.empty()) {
    const size_t length = tokenizer::FirstCharacter(text).length;
    characters.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return characters;
}

}  // namespace longhaul::jinja
