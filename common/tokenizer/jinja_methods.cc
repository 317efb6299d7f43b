// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "common/tokenizer/jinja_builtins.h"

namespace longhaul::jinja {
namespace {

using Kind = Value::Kind;

Status NoMethod(const Value& value, std::string_view name) {
  return InvalidArgument("{} has no method '{}'", value.Describe(), name);
}

Value Texts(const std::vector<std::string_view>& parts) {
  List items;
  for (const std::string_view part : parts) items.push_back(Value::String(std::string(part)));
  return Value::MakeList(std::move(items));
}

// split() at runs of white space.
Value SplitAtSpace(std::string_view text) {
  std::vector<std::string_view> parts;
  constexpr std::string_view kSpaces = " \t\n\r\v\f";
  for (size_t begin = text.find_first_not_of(kSpaces); begin != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(kSpaces, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(kSpaces, end);
  }
  return Texts(parts);
}

StatusOr<Value> Split(std::string_view text, const Arguments& arguments, Sides side) {
  ASSIGN_OR_RETURN(int64_t count, arguments.GetInt(1, "maxsplit", -1));
  const Value separator = arguments.Get(0, "sep");
  if (separator.is(Kind::kUndefined) || separator.is(Kind::kNone)) {
    if (count >= 0) return InvalidArgument("split at white space with a maximum is not supported");
    return SplitAtSpace(text);
  }
  ASSIGN_OR_RETURN(const std::string at, arguments.GetString(0, "sep", ""));
  if (at.empty()) return InvalidArgument("split: empty separator");
  std::vector<std::string_view> parts;
  while (count-- != 0) {
    const size_t found = side == Sides::kRight ? text.rfind(at) : text.find(at);
    if (found == std::string_view::npos) break;
    if (side == Sides::kRight) {
      parts.push_back(text.substr(found + at.size()));
      text = text.substr(0, found);
    } else {
      parts.push_back(text.substr(0, found));
      text.remove_prefix(found + at.size());
    }
  }
  parts.push_back(text);
  if (side == Sides::kRight) std::reverse(parts.begin(), parts.end());
  return Texts(parts);
}

Value SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of("\r\n"), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
    text.remove_prefix(text.starts_with("\r\n") ? 2 : std::min<size_t>(1, text.size()));
  }
  return Texts(lines);
}

StatusOr<Value> Strip(std::string_view text, const Arguments& arguments, Sides sides) {
  std::optional<std::string> characters;
  const Value argument = arguments.Get(0, "chars");
  if (!argument.is(Kind::kUndefined) && !argument.is(Kind::kNone)) {
    ASSIGN_OR_RETURN(characters, arguments.GetString(0, "chars", ""));
  }
  return Value::String(StripText(text, characters, sides));
}

// startswith and endswith, of a text or of any in a list.
StatusOr<Value> HasAffix(std::string_view text, const Arguments& arguments, Sides side) {
  const Value affix = arguments.Get(0, "");
  List choices{affix};
  if (affix.is(Kind::kList)) choices = affix.list();
  for (const Value& choice : choices) {
    if (!choice.is(Kind::kString)) {
      return InvalidArgument("startswith and endswith take a string, not {}", choice.Describe());
    }
    if (side == Sides::kLeft ? text.starts_with(choice.string())
                             : text.ends_with(choice.string())) {
      return Value::Bool(true);
    }
  }
  return Value::Bool(false);
}

StatusOr<Value> Join(const std::string& separator, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const List items, arguments.Get(0, "").Iterate());
  std::string out;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].is(Kind::kString)) {
      return InvalidArgument("join takes strings, not {}", items[i].Describe());
    }
    if (i > 0) out += separator;
    out += items[i].string();
  }
  return Value::String(std::move(out));
}

StatusOr<Value> Position(const Value& value, std::string_view name, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const std::string wanted, arguments.GetString(0, "", ""));
  std::string_view text = value.string();
  if (name == "count") {
    int64_t count = 0;
    if (wanted.empty()) return InvalidArgument("count of the empty string is not supported");
    for (size_t at = text.find(wanted); at != std::string_view::npos;
         at = text.find(wanted, at + wanted.size())) {
      ++count;
    }
    return Value::Int(count);
  }
  const size_t found = name == "find" ? text.find(wanted) : text.rfind(wanted);
  if (found == std::string_view::npos) return Value::Int(-1);
  return Value::Int(static_cast<int64_t>(SplitCharacters(text.substr(0, found)).size()));
}

StatusOr<Value> StringMethod(const Value& value, std::string_view name,
                             const Arguments& arguments) {
  const std::string& text = value.string();
  if (name == "strip") return Strip(text, arguments, Sides::kBoth);
  if (name == "lstrip") return Strip(text, arguments, Sides::kLeft);
  if (name == "rstrip") return Strip(text, arguments, Sides::kRight);
  if (name == "split") return Split(text, arguments, Sides::kLeft);
  if (name == "rsplit") return Split(text, arguments, Sides::kRight);
  if (name == "splitlines") return SplitLines(text);
  if (name == "startswith") return HasAffix(text, arguments, Sides::kLeft);
  if (name == "endswith") return HasAffix(text, arguments, Sides::kRight);
  if (name == "join") return Join(text, arguments);
  if (name == "upper") return Value::String(UpperText(text));
  if (name == "lower") return Value::String(LowerText(text));
  if (name == "title") return Value::String(TitleText(text));
  if (name == "capitalize") return Value::String(CapitalizeText(text));
  if (name == "find" || name == "rfind" || name == "count") return Position(value, name, arguments);
  if (name == "isdigit") {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    return Value::Bool(digits);
  }
  if (name == "replace") {
    ASSIGN_OR_RETURN(const std::string from, arguments.GetString(0, "", ""));
    ASSIGN_OR_RETURN(const std::string to, arguments.GetString(1, "", ""));
    ASSIGN_OR_RETURN(const int64_t count, arguments.GetInt(2, "count", -1));
    return Value::String(ReplaceText(text, from, to, count));
  }
  return NoMethod(value, name);
}

StatusOr<Value> ListMethod(const Value& value, std::string_view name, const Arguments& arguments) {
  const Value item = arguments.Get(0, "");
  if (name == "append") {
    if (item.Reaches(value)) return InvalidArgument("a list would hold itself");
    value.list().push_back(item);
    return Value::None();
  }
  if (name == "index" || name == "count") {
    const List& items = value.list();
    if (name == "count") return Value::Int(std::count(items.begin(), items.end(), item));
    const auto found = std::find(items.begin(), items.end(), item);
    if (found == items.end()) return InvalidArgument("{} is not in the list", item.Repr());
    return Value::Int(found - items.begin());
  }
  return NoMethod(value, name);
}

StatusOr<Value> DictMethod(const Value& value, std::string_view name, const Arguments& arguments) {
  if (name == "get") {
    const Value key = arguments.Get(0, "");
    const Value* found = key.is(Kind::kString) ? value.dict().Find(key.string()) : nullptr;
    if (found != nullptr) return *found;
    const Value missing = arguments.Get(1, "default");
    return missing.is(Kind::kUndefined) ? Value::None() : missing;
  }
  List out;
  for (const auto& [key, item] : value.dict().items) {
    if (name == "items") out.push_back(Value::MakeList({Value::String(key), item}));
    if (name == "keys") out.push_back(Value::String(key));
    if (name == "values") out.push_back(item);
  }
  if (name == "items" || name == "keys" || name == "values") return Value::MakeList(std::move(out));
  return NoMethod(value, name);
}

}  // namespace

Value Arguments::Get(size_t index, std::string_view keyword) const {
  if (index < positional.size()) return positional[index];
  for (const auto& [name, value] : named) {
    if (name == keyword) return value;
  }
  return Value::Undefined(keyword);
}

StatusOr<std::string> Arguments::GetString(size_t index, std::string_view keyword,
                                           std::string_view missing) const {
  const Value value = Get(index, keyword);
  if (value.is(Kind::kUndefined) || value.is(Kind::kNone)) return std::string(missing);
  if (value.is(Kind::kString)) return value.string();
  return InvalidArgument("argument {} must be a string, not {}", index + 1, value.Describe());
}

StatusOr<int64_t> Arguments::GetInt(size_t index, std::string_view keyword, int64_t missing) const {
  const Value value = Get(index, keyword);
  if (value.is(Kind::kUndefined) || value.is(Kind::kNone)) return missing;
  if (value.is_integer()) return value.integer();
  return InvalidArgument("argument {} must be an integer, not {}", index + 1, value.Describe());
}

StatusOr<Value> CallMethod(const Value& value, std::string_view name, const Arguments& arguments) {
  switch (value.kind()) {
    case Kind::kString:
      return StringMethod(value, name, arguments);
    case Kind::kList:
      return ListMethod(value, name, arguments);
    case Kind::kDict:
    case Kind::kNamespace:
      return DictMethod(value, name, arguments);
    default:
      return NoMethod(value, name);
  }
}

}  // namespace longhaul::jinja
