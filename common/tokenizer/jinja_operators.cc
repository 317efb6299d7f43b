// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic, subscripts and membership, and the budget they draw on.
#include <algorithm>
#include <cmath>

#include "common/tokenizer/jinja_builtins.h"

namespace longhaul::jinja {
namespace {

using Kind = Value::Kind;

Status BadOperands(std::string_view symbol, const Value& left, const Value& right) {
  return InvalidArgument("'{}' between {} and {}", symbol, left.Describe(), right.Describe());
}

Status Overflow(std::string_view symbol) {
  return InvalidArgument("'{}' leaves the range of 64-bit integers", symbol);
}

StatusOr<Value> IntegerBinary(std::string_view symbol, int64_t left, int64_t right) {
  int64_t result = 0;
  if (symbol == "+" && !__builtin_add_overflow(left, right, &result)) return Value::Int(result);
  if (symbol == "-" && !__builtin_sub_overflow(left, right, &result)) return Value::Int(result);
  if (symbol == "*" && !__builtin_mul_overflow(left, right, &result)) return Value::Int(result);
  if (symbol == "//" || symbol == "%") {
    if (right == 0) return InvalidArgument("division by zero");
    if (right == -1)
      return symbol == "%" ? StatusOr<Value>(Value::Int(0)) : IntegerBinary("-", 0, left);
    int64_t quotient = left / right;
    int64_t rest = left % right;
    if (rest != 0 && (rest < 0) != (right < 0)) {  // Python rounds down
      --quotient;
      rest += right;
    }
    return Value::Int(symbol == "%" ? rest : quotient);
  }
  if (symbol == "**") {
    if (right < 0)
      return Value::Double(std::pow(static_cast<double>(left), static_cast<double>(right)));
    result = 1;
    if (left == 0 || left == 1) return Value::Int(right == 0 ? 1 : left);
    for (int64_t i = 0; i < right; ++i) {  // leaves by overflow after 63 steps, but for -1
      if (left == -1) return Value::Int(right % 2 == 0 ? 1 : -1);
      if (__builtin_mul_overflow(result, left, &result)) return Overflow(symbol);
    }
    return Value::Int(result);
  }
  return Overflow(symbol);
}

StatusOr<Value> DoubleBinary(std::string_view symbol, double left, double right) {
  if (symbol == "+") return Value::Double(left + right);
  if (symbol == "-") return Value::Double(left - right);
  if (symbol == "*") return Value::Double(left * right);
  if (symbol == "**") return Value::Double(std::pow(left, right));
  if (right == 0) return InvalidArgument("division by zero");
  if (symbol == "/") return Value::Double(left / right);
  if (symbol == "//") return Value::Double(std::floor(left / right));
  const double rest = std::fmod(left, right);
  return Value::Double(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest);
}

StatusOr<Value> JoinStrings(const std::string& left, const std::string& right, Budget* budget) {
  RETURN_IF_ERROR(budget->Bytes(static_cast<int64_t>(left.size() + right.size())));
  return Value::String(left + right);
}

StatusOr<Value> Repeat(const std::string& text, int64_t count, Budget* budget) {
  count = std::max<int64_t>(count, 0);
  int64_t bytes = 0;
  if (__builtin_mul_overflow(static_cast<int64_t>(text.size()), count, &bytes))
    return Overflow("*");
  RETURN_IF_ERROR(budget->Bytes(bytes));
  std::string out;
  out.reserve(static_cast<size_t>(bytes));
  for (int64_t i = 0; i < count && !text.empty(); ++i) out += text;
  return Value::String(std::move(out));
}

// The indices a Python slice takes from a sequence of `length`.
StatusOr<std::vector<size_t>> SliceIndices(int64_t length, const Value& start, const Value& stop,
                                           const Value& step) {
  for (const Value* part : {&start, &stop, &step}) {
    if (!part->is(Kind::kNone) && !part->is_integer()) {
      return InvalidArgument("a slice takes integers, not {}", part->Describe());
    }
  }
  const int64_t by = step.is(Kind::kNone) ? 1 : step.integer();
  if (by == 0) return InvalidArgument("slice step cannot be zero");
  const int64_t low = by > 0 ? 0 : -1;
  const int64_t high = by > 0 ? length : length - 1;
  const auto bound = [&](const Value& part, int64_t missing) {
    if (part.is(Kind::kNone)) return missing;
    const int64_t index =
        part.integer() < 0 ? std::max(part.integer(), -length - 1) + length : part.integer();
    return std::clamp(index, low, high);
  };
  const int64_t first = bound(start, by > 0 ? low : high);
  const int64_t last = bound(stop, by > 0 ? high : low);
  std::vector<size_t> indices;
  const int64_t stride = std::clamp(by, -length - 1, length + 1);
  for (int64_t i = first; by > 0 ? i < last : i > last; i += stride) {
    indices.push_back(static_cast<size_t>(i));
  }
  return indices;
}

}  // namespace

Status Budget::Step() {
  if (++steps_ <= kMaxSteps) return OkStatus();
  return ResourceExhausted("the template takes more than {} steps", kMaxSteps);
}

Status Budget::Bytes(int64_t count) {
  const bool fits = count <= kMaxStringBytes && bytes_ + count <= kMaxBytes;
  if (fits) bytes_ += count;
  if (fits) return OkStatus();
  return ResourceExhausted("the template makes too much text ({} bytes at once, {} in all)", count,
                           bytes_);
}

StatusOr<Value> Binary(std::string_view symbol, const Value& left, const Value& right,
                       Budget* budget) {
  if (symbol == "~") return JoinStrings(left.Text(), right.Text(), budget);
  if (left.is_number() && right.is_number()) {
    if (left.is_integer() && right.is_integer() && symbol != "/") {
      return IntegerBinary(symbol, left.integer(), right.integer());
    }
    return DoubleBinary(symbol, left.number(), right.number());
  }
  if (symbol == "+" && left.is(Kind::kString) && right.is(Kind::kString)) {
    return JoinStrings(left.string(), right.string(), budget);
  }
  if (symbol == "+" && left.is(Kind::kList) && right.is(Kind::kList)) {
    List items = left.list();
    items.insert(items.end(), right.list().begin(), right.list().end());
    RETURN_IF_ERROR(budget->Bytes(static_cast<int64_t>(items.size() * sizeof(Value))));
    return Value::MakeList(std::move(items));
  }
  if (symbol == "*" && left.is(Kind::kString) && right.is_integer()) {
    return Repeat(left.string(), right.integer(), budget);
  }
  if (symbol == "*" && right.is(Kind::kString) && left.is_integer()) {
    return Repeat(right.string(), left.integer(), budget);
  }
  return BadOperands(symbol, left, right);
}

StatusOr<bool> Contains(const Value& container, const Value& item) {
  if (container.is(Kind::kString)) {
    if (!item.is(Kind::kString)) return BadOperands("in", item, container);
    return container.string().find(item.string()) != std::string::npos;
  }
  if (container.is(Kind::kDict) || container.is(Kind::kNamespace)) {
    return item.is(Kind::kString) && container.dict().Find(item.string()) != nullptr;
  }
  ASSIGN_OR_RETURN(const List items, container.Iterate());
  return std::find(items.begin(), items.end(), item) != items.end();
}

StatusOr<Value> GetItem(const Value& value, const Value& key) {
  if (value.is(Kind::kUndefined)) return InvalidArgument("subscript of {}", value.Describe());
  if (key.is(Kind::kString)) return GetAttribute(value, key.string());
  if (!key.is_integer()) return Value::Undefined(fmt::format("item {}", key.Repr()));
  const int64_t index = key.integer();
  const auto missing = [&] { return Value::Undefined(fmt::format("item {}", index)); };
  if (value.is(Kind::kList)) {
    const List& items = value.list();
    const int64_t size = static_cast<int64_t>(items.size());
    const int64_t position = index < 0 ? index + size : index;
    return position < 0 || position >= size ? missing() : items[static_cast<size_t>(position)];
  }
  if (value.is(Kind::kString)) {
    const std::vector<std::string_view> characters = SplitCharacters(value.string());
    const int64_t size = static_cast<int64_t>(characters.size());
    const int64_t position = index < 0 ? index + size : index;
    if (position < 0 || position >= size) return missing();
    return Value::String(std::string(characters[static_cast<size_t>(position)]));
  }
  return missing();
}

StatusOr<Value> GetAttribute(const Value& value, std::string_view name) {
  if (value.is(Kind::kUndefined))
    return InvalidArgument("attribute '{}' of {}", name, value.Describe());
  if (value.is(Kind::kDict) || value.is(Kind::kNamespace)) {
    if (const Value* item = value.dict().Find(name)) return *item;
  }
  return Value::Undefined(name);
}

StatusOr<Value> GetPath(const Value& value, const Value& path) {
  if (!path.is(Kind::kString)) return GetItem(value, path);
  Value current = value;
  std::string_view rest = path.string();
  while (true) {
    const size_t dot = rest.find('.');
    const std::string_view part = rest.substr(0, dot);
    const bool is_index =
        !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
    if (is_index && part.size() < 10) {
      ASSIGN_OR_RETURN(current, GetItem(current, Value::Int(std::stoll(std::string(part)))));
    } else {
      ASSIGN_OR_RETURN(current, GetAttribute(current, part));
    }
    if (dot == std::string_view::npos) return current;
    rest.remove_prefix(dot + 1);
  }
}

StatusOr<Value> GetSlice(const Value& value, const Value& start, const Value& stop,
                         const Value& step) {
  if (value.is(Kind::kList)) {
    const List& items = value.list();
    ASSIGN_OR_RETURN(const std::vector<size_t> indices,
                     SliceIndices(static_cast<int64_t>(items.size()), start, stop, step));
    List out;
    for (const size_t index : indices) out.push_back(items[index]);
    return Value::MakeList(std::move(out));
  }
  if (value.is(Kind::kString)) {
    const std::vector<std::string_view> characters = SplitCharacters(value.string());
    ASSIGN_OR_RETURN(const std::vector<size_t> indices,
                     SliceIndices(static_cast<int64_t>(characters.size()), start, stop, step));
    std::string out;
    for (const size_t index : indices) out += characters[index];
    return Value::String(std::move(out));
  }
  return InvalidArgument("cannot slice {}", value.Describe());
}

}  // namespace longhaul::jinja
