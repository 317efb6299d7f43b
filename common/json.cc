// SPDX-License-Identifier: Apache-2.0
#include "common/json.h"

#include <algorithm>
#include <cmath>

#include "common/check.h"

namespace longhaul {
namespace {

// Below this many members a scan is as fast as a sorted index.
constexpr size_t kFewMembers = 16;

std::string_view KindName(Json::Kind kind) {
  constexpr std::string_view kNames[] = {"null",   "true or false", "integer", "number",
                                         "string", "array",         "object"};
  return kNames[static_cast<int>(kind)];
}

}  // namespace

int64_t Json::ObjectValue::Find(std::string_view key) const {
  if (members.size() <= kFewMembers) {
    for (size_t i = 0; i < members.size(); ++i) {
      if (members[i].key == key) return static_cast<int64_t>(i);
    }
    return -1;
  }
  const auto it = std::lower_bound(
      by_key.begin(), by_key.end(), key,
      [this](uint32_t i, std::string_view wanted) { return members[i].key < wanted; });
  return it != by_key.end() && members[*it].key == key ? static_cast<int64_t>(*it) : -1;
}

void Json::ObjectValue::Add(std::string_view key, Json value) {
  members.push_back({std::string(key), std::move(value)});
  if (members.size() <= kFewMembers) return;
  if (by_key.size() + 1 != members.size()) return SortKeys();
  const auto it = std::lower_bound(
      by_key.begin(), by_key.end(), key,
      [this](uint32_t i, std::string_view wanted) { return members[i].key < wanted; });
  by_key.insert(it, static_cast<uint32_t>(members.size() - 1));
}

void Json::ObjectValue::SortKeys() {
  by_key.resize(members.size());
  for (size_t i = 0; i < members.size(); ++i) by_key[i] = static_cast<uint32_t>(i);
  std::sort(by_key.begin(), by_key.end(),
            [this](uint32_t a, uint32_t b) { return members[a].key < members[b].key; });
}

Json Json::Array() {
  Json json;
  json.value_ = std::vector<Json>();
  return json;
}

Json Json::Object() {
  Json json;
  json.value_ = ObjectValue();
  return json;
}

// The path of a document itself is its source with a colon, "file:".
std::string Json::where() const {
  if (path_ == nullptr) return "JSON value";
  const bool of_document = path_->ends_with(':');
  if (index_ >= 0) return fmt::format("{}{}[{}]", *path_, of_document ? " " : "", index_);
  return of_document ? path_->substr(0, path_->size() - 1) : *path_;
}

std::string Json::WhereOf(std::string_view key) const {
  const bool document = path_ != nullptr && index_ < 0 && path_->ends_with(':');
  return fmt::format("{}{}{}", where(), document ? ": " : ".", key);
}

Status Json::TypeError(std::string_view expected) const {
  const bool short_text = is_string() && std::get<std::string>(value_).size() <= 40;
  const std::string found = is_object() || is_array() || is_null() ? std::string(KindName(kind()))
                            : is_string() && !short_text           ? "a long string"
                                                                   : ToString();
  return InvalidArgument("{}: expected {}, found {}", where(), expected, found);
}

StatusOr<bool> Json::AsBool() const {
  if (const bool* value = std::get_if<bool>(&value_)) return *value;
  return TypeError("true or false");
}

StatusOr<int64_t> Json::AsInt() const {
  if (const int64_t* value = std::get_if<int64_t>(&value_)) return *value;
  const double* number = std::get_if<double>(&value_);  // 1e6 and 2.0 are integers as well
  if (number != nullptr && *number == std::trunc(*number) && std::fabs(*number) < 0x1p63) {
    return static_cast<int64_t>(*number);
  }
  return TypeError("integer");
}

StatusOr<double> Json::AsDouble() const {
  if (const double* value = std::get_if<double>(&value_)) return *value;
  if (const int64_t* value = std::get_if<int64_t>(&value_)) return static_cast<double>(*value);
  return TypeError("number");
}

StatusOr<std::string> Json::AsString() const {
  if (const std::string* value = std::get_if<std::string>(&value_)) return *value;
  return TypeError("string");
}

const std::vector<Json>& Json::items() const {
  static const std::vector<Json> kNone;
  const auto* items = std::get_if<std::vector<Json>>(&value_);
  return items != nullptr ? *items : kNone;
}

const Json::Members& Json::members() const {
  static const Members kNone;
  const auto* object = std::get_if<ObjectValue>(&value_);
  return object != nullptr ? object->members : kNone;
}

size_t Json::size() const { return items().size(); }

const Json* Json::Find(std::string_view key) const {
  const auto* object = std::get_if<ObjectValue>(&value_);
  const int64_t i = object != nullptr ? object->Find(key) : -1;
  return i >= 0 ? &object->members[static_cast<size_t>(i)].value : nullptr;
}

StatusOr<const Json*> Json::Get(std::string_view key) const {
  if (!is_object()) return TypeError("object");
  const Json* value = Find(key);
  if (value == nullptr) return NotFound("{}: missing", WhereOf(key));
  return value;
}

StatusOr<bool> Json::GetBool(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* value, Get(key));
  return value->AsBool();
}

StatusOr<int64_t> Json::GetInt(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* value, Get(key));
  return value->AsInt();
}

StatusOr<double> Json::GetDouble(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* value, Get(key));
  return value->AsDouble();
}

StatusOr<std::string> Json::GetString(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* value, Get(key));
  return value->AsString();
}

StatusOr<std::vector<int64_t>> Json::GetInts(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* value, Get(key));
  if (!value->is_array()) return value->TypeError("array of integers");
  std::vector<int64_t> numbers;
  numbers.reserve(value->size());
  for (const Json& item : value->items()) {
    ASSIGN_OR_RETURN(const int64_t number, item.AsInt());
    numbers.push_back(number);
  }
  return numbers;
}

StatusOr<bool> Json::GetBoolOr(std::string_view key, bool missing) const {
  const Json* value = Find(key);
  if (value == nullptr || value->is_null()) return missing;
  return value->AsBool();
}

StatusOr<int64_t> Json::GetIntOr(std::string_view key, int64_t missing) const {
  const Json* value = Find(key);
  if (value == nullptr || value->is_null()) return missing;
  return value->AsInt();
}

StatusOr<double> Json::GetDoubleOr(std::string_view key, double missing) const {
  const Json* value = Find(key);
  if (value == nullptr || value->is_null()) return missing;
  return value->AsDouble();
}

StatusOr<std::string> Json::GetStringOr(std::string_view key, std::string_view missing) const {
  const Json* value = Find(key);
  if (value == nullptr || value->is_null()) return std::string(missing);
  return value->AsString();
}

Json& Json::Set(std::string_view key, Json value) {
  if (is_null()) value_ = ObjectValue();
  CHECK(is_object()) << "Set(" << key << ") on a value that is not an object";
  auto& object = std::get<ObjectValue>(value_);
  const int64_t i = object.Find(key);
  if (i >= 0) {
    object.members[static_cast<size_t>(i)].value = std::move(value);
  } else {
    object.Add(key, std::move(value));
  }
  return *this;
}

Json& Json::Append(Json value) {
  if (is_null()) value_ = std::vector<Json>();
  CHECK(is_array()) << "Append on a value that is not an array";
  std::get<std::vector<Json>>(value_).push_back(std::move(value));
  return *this;
}

void Json::Remove(std::string_view key) {
  auto* object = std::get_if<ObjectValue>(&value_);
  const int64_t i = object != nullptr ? object->Find(key) : -1;
  if (i < 0) return;
  object->members.erase(object->members.begin() + i);
  object->SortKeys();
}

bool Json::operator==(const Json& other) const {
  if (kind() != other.kind()) return false;
  if (is_object()) {
    return std::equal(
        members().begin(), members().end(), other.members().begin(), other.members().end(),
        [](const Member& a, const Member& b) { return a.key == b.key && a.value == b.value; });
  }
  if (is_array()) return items() == other.items();
  switch (kind()) {
    case Kind::kBool:
      return std::get<bool>(value_) == std::get<bool>(other.value_);
    case Kind::kInt:
      return std::get<int64_t>(value_) == std::get<int64_t>(other.value_);
    case Kind::kDouble:
      return std::get<double>(value_) == std::get<double>(other.value_);
    case Kind::kString:
      return std::get<std::string>(value_) == std::get<std::string>(other.value_);
    default:
      return true;
  }
}

}  // namespace longhaul
