// SPDX-License-Identifier: Apache-2.0
//
// {{ value | filter }}: the filters of one value. Those of sequences are in
// jinja_sequence_filters.cc.
#include "common/tokenizer/jinja_filters.h"

#include <charconv>
#include <cmath>
#include <map>

namespace longhaul::jinja {
namespace {

using Kind = Value::Kind;

StatusOr<Value> Trim(const Value& input, const Arguments& arguments, const BuiltinContext&) {
  std::optional<std::string> characters;
  if (!arguments.Get(0, "chars").is(Kind::kUndefined)) {
    ASSIGN_OR_RETURN(characters, arguments.GetString(0, "chars", ""));
  }
  return Value::String(StripText(input.Text(), characters, Sides::kBoth));
}

StatusOr<Value> ToJson(const Value& input, const Arguments& arguments,
                       const BuiltinContext& context) {
  ASSIGN_OR_RETURN(const int64_t indent, arguments.GetInt(0, "indent", -1));
  if (indent > 64) return InvalidArgument("tojson: indent {} is over 64", indent);
  ASSIGN_OR_RETURN(std::string text, ToJsonText(input, indent));
  RETURN_IF_ERROR(context.budget->Bytes(static_cast<int64_t>(text.size())));
  return Value::String(std::move(text));
}

StatusOr<Value> Length(const Value& input, const Arguments&, const BuiltinContext&) {
  ASSIGN_OR_RETURN(const int64_t length, input.Length());
  return Value::Int(length);
}

StatusOr<Value> Default(const Value& input, const Arguments& arguments, const BuiltinContext&) {
  const bool replace_false = arguments.Get(1, "boolean").Truth();
  const bool missing = input.is(Kind::kUndefined) || (replace_false && !input.Truth());
  if (!missing) return input;
  const Value value = arguments.Get(0, "default_value");
  return value.is(Kind::kUndefined) ? Value::String("") : value;
}

StatusOr<Value> Upper(const Value& input, const Arguments&, const BuiltinContext&) {
  return Value::String(UpperText(input.Text()));
}
StatusOr<Value> Lower(const Value& input, const Arguments&, const BuiltinContext&) {
  return Value::String(LowerText(input.Text()));
}
StatusOr<Value> Title(const Value& input, const Arguments&, const BuiltinContext&) {
  return Value::String(TitleText(input.Text()));
}
StatusOr<Value> Capitalize(const Value& input, const Arguments&, const BuiltinContext&) {
  return Value::String(CapitalizeText(input.Text()));
}
StatusOr<Value> ToString(const Value& input, const Arguments&, const BuiltinContext&) {
  return Value::String(input.Text());
}
StatusOr<Value> Unchanged(const Value& input, const Arguments&, const BuiltinContext&) {
  return input;
}

StatusOr<Value> Replace(const Value& input, const Arguments& arguments,
                        const BuiltinContext& context) {
  ASSIGN_OR_RETURN(const std::string from, arguments.GetString(0, "old", ""));
  ASSIGN_OR_RETURN(const std::string to, arguments.GetString(1, "new", ""));
  ASSIGN_OR_RETURN(const int64_t count, arguments.GetInt(2, "count", -1));
  std::string text = ReplaceText(input.Text(), from, to, count);
  RETURN_IF_ERROR(context.budget->Bytes(static_cast<int64_t>(text.size())));
  return Value::String(std::move(text));
}

// Jinja's indent: lines after the first, blank ones left alone, unless asked.
StatusOr<Value> Indent(const Value& input, const Arguments& arguments,
                       const BuiltinContext& context) {
  std::string prefix;
  if (arguments.Get(0, "width").is(Kind::kString)) {
    ASSIGN_OR_RETURN(prefix, arguments.GetString(0, "width", ""));
  } else {
    ASSIGN_OR_RETURN(const int64_t width, arguments.GetInt(0, "width", 4));
    if (width < 0 || width > 1024)
      return InvalidArgument("indent: width {} is not in 0..1024", width);
    prefix.assign(static_cast<size_t>(width), ' ');
  }
  const bool first = arguments.Get(1, "first").Truth();
  const bool blank = arguments.Get(2, "blank").Truth();
  const std::string text = input.Text();
  std::string out;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if ((begin > 0 || first) && (end > begin || blank)) out += prefix;
    out.append(text, begin, end - begin);
    if (end < text.size()) out.push_back('\n');
    begin = end + 1;
  }
  RETURN_IF_ERROR(context.budget->Bytes(static_cast<int64_t>(out.size())));
  return Value::String(std::move(out));
}

StatusOr<Value> ToInt(const Value& input, const Arguments& arguments, const BuiltinContext&) {
  if (input.is_integer()) return Value::Int(input.integer());
  double number = NAN;
  if (input.is(Kind::kDouble)) number = input.number();
  if (input.is(Kind::kString)) {
    const std::string text = StripText(input.string(), std::nullopt, Sides::kBoth);
    const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
    const char* end = text.data() + text.size();
    int64_t value = 0;
    const auto parsed = std::from_chars(begin, end, value);
    if (begin != end && parsed.ec == std::errc() && parsed.ptr == end) return Value::Int(value);
    const auto real = std::from_chars(begin, end, number);
    if (begin == end || real.ec != std::errc() || real.ptr != end) number = NAN;
  }
  if (std::fabs(number) < 9e18) return Value::Int(static_cast<int64_t>(number));
  ASSIGN_OR_RETURN(const int64_t missing, arguments.GetInt(0, "default", 0));
  return Value::Int(missing);
}

StatusOr<Value> ToFloat(const Value& input, const Arguments& arguments, const BuiltinContext&) {
  if (input.is_number()) return Value::Double(input.number());
  const std::string text = StripText(input.Text(), std::nullopt, Sides::kBoth);
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole =
      !text.empty() && parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  if (whole) return Value::Double(number);
  const Value missing = arguments.Get(0, "default");
  return missing.is(Kind::kUndefined) ? Value::Double(0) : missing;
}

StatusOr<Value> Absolute(const Value& input, const Arguments&, const BuiltinContext& context) {
  if (!input.is_number()) return InvalidArgument("abs of {}", input.Describe());
  if (input.number() >= 0) return input;
  return Binary("-", Value::Int(0), input, context.budget);
}

using Table = std::map<std::string_view, Filter>;

const Table& Filters() {
  static const Table& filters = *new Table([] {
    Table table{{"trim", Trim},       {"tojson", ToJson},
                {"length", Length},   {"count", Length},
                {"default", Default}, {"d", Default},
                {"upper", Upper},     {"lower", Lower},
                {"title", Title},     {"capitalize", Capitalize},
                {"string", ToString}, {"safe", Unchanged},
                {"replace", Replace}, {"indent", Indent},
                {"int", ToInt},       {"float", ToFloat},
                {"abs", Absolute}};
    AddSequenceFilters(&table);
    return table;
  }());
  return filters;
}

}  // namespace

bool IsFilter(std::string_view name) { return Filters().contains(name); }

StatusOr<Value> ApplyFilter(std::string_view name, const Value& input, const Arguments& arguments,
                            const BuiltinContext& context) {
  const auto filter = Filters().find(name);
  if (filter == Filters().end()) return InvalidArgument("filter '{}' is not supported", name);
  return filter->second(input, arguments, context);
}

}  // namespace longhaul::jinja
