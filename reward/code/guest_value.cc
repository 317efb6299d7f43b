// SPDX-License-Identifier: Apache-2.0
#include "reward/code/guest_value.h"

#include <gmpxx.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace longhaul::reward {
namespace {

constexpr std::string_view kLargeInteger = "$int";

// Longer integers are compared as not equal: their conversion takes more than linear time.
constexpr size_t kMaxDigits = 1'000'000;

std::optional<std::string> StringAt(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return *value->AsString();
}

struct Tagged {
  std::string tag;
  const Json* value;
};

std::optional<Tagged> AsTagged(const Json& guest) {
  const auto tag = StringAt(guest, "t");
  const Json* value = guest.Find("v");
  if (!tag.has_value() || value == nullptr) return std::nullopt;
  return Tagged{*tag, value};
}

std::optional<mpz_class> ParseInteger(const std::string& text, int base) {
  mpz_class value;
  if (text.find_first_of(" \t\r\n\v\f") != text.npos) return std::nullopt;  // GMP passes over them
  if (text.size() > kMaxDigits || value.set_str(text, base) != 0) return std::nullopt;
  return value;
}

std::optional<std::string> LargeInteger(const Json& expected) {
  return expected.members().size() == 1 ? StringAt(expected, kLargeInteger) : std::nullopt;
}

std::optional<mpz_class> AsInteger(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::kBool:
      return mpz_class(*value.AsBool() ? 1 : 0);
    case Json::Kind::kInt:
      return mpz_class(static_cast<long>(*value.AsInt()));
    default:
      return std::nullopt;
  }
}

std::optional<mpz_class> GuestInteger(const Json& guest) {
  const auto tagged = AsTagged(guest);
  if (!tagged.has_value()) return AsInteger(guest);
  if (tagged->tag != "int" || !tagged->value->is_string()) return std::nullopt;
  return ParseInteger(*tagged->value->AsString(), 16);
}

std::optional<mpz_class> ExpectedInteger(const Json& expected) {
  if (const auto digits = LargeInteger(expected)) return ParseInteger(*digits, 10);
  return AsInteger(expected);
}

bool IsFloat(const Json& value) { return value.kind() == Json::Kind::kDouble; }

// An integer and a float are equal when the float is that integer; with a tolerance, as floats.
bool NumbersEqual(const Json& guest, const Json& expected, const Tolerance& tolerance) {
  const auto guest_integer = GuestInteger(guest), expected_integer = ExpectedInteger(expected);
  if (guest_integer && expected_integer) return *guest_integer == *expected_integer;
  const bool guest_is_number = guest_integer || IsFloat(guest);
  if (!guest_is_number || !(expected_integer || IsFloat(expected))) return false;
  const double got = guest_integer ? guest_integer->get_d() : *guest.AsDouble();
  const double want = expected_integer ? expected_integer->get_d() : *expected.AsDouble();
  if (IsClose(want, got, tolerance) && want != got) return true;
  if (guest_integer) return cmp(*guest_integer, want) == 0;
  if (expected_integer) return cmp(*expected_integer, got) == 0;
  return want == got;
}

bool ListsEqual(const Json& guest, const Json& expected, const Tolerance& tolerance) {
  const Json* list = &guest;
  if (const auto tagged = AsTagged(guest)) {
    list = tagged->value;
    if (tagged->tag == "namedtuple" && list->size() == 3) {
      list = &list->items()[2];  // behind its name and those of its fields
    } else if (tagged->tag != "tuple") {
      return false;
    }
  }
  if (!list->is_array() || list->size() != expected.size()) return false;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (!GuestValueEquals(list->items()[i], expected.items()[i], tolerance)) return false;
  }
  return true;
}

std::optional<std::string> KeyText(const Json& key) {
  if (key.is_string()) return *key.AsString();
  if (key.kind() == Json::Kind::kInt) return std::to_string(*key.AsInt());
  return std::nullopt;
}

bool DictsEqual(const Json& guest, const Json& expected, const Tolerance& tolerance) {
  const auto tagged = AsTagged(guest);
  if (!tagged.has_value() || tagged->tag != "dict" || !tagged->value->is_array()) return false;
  const std::vector<Json>& members = tagged->value->items();
  if (members.size() != expected.members().size()) return false;
  std::vector<std::string> seen;
  for (const Json& member : members) {
    if (!member.is_array() || member.size() != 2) return false;
    const auto key = KeyText(member.items()[0]);
    const Json* want = key.has_value() ? expected.Find(*key) : nullptr;
    if (want == nullptr || !GuestValueEquals(member.items()[1], *want, tolerance)) return false;
    seen.push_back(*key);
  }
  std::sort(seen.begin(), seen.end());  // {1: a, "1": a} is not {"1": a, "2": a}
  return std::adjacent_find(seen.begin(), seen.end()) == seen.end();
}

}  // namespace

bool GuestValueEquals(const Json& guest, const Json& expected, const Tolerance& tolerance) {
  switch (expected.kind()) {
    case Json::Kind::kNull:
      return guest.is_null();
    case Json::Kind::kString:
      return guest.is_string() && *guest.AsString() == *expected.AsString();
    case Json::Kind::kArray:
      return ListsEqual(guest, expected, tolerance);
    case Json::Kind::kObject:
      if (LargeInteger(expected)) return NumbersEqual(guest, expected, tolerance);
      return DictsEqual(guest, expected, tolerance);
    default:
      return NumbersEqual(guest, expected, tolerance);
  }
}

Json ToGuestValue(const Json& value) {
  if (value.is_array()) {
    Json list = Json::Array();
    for (const Json& item : value.items()) list.Append(ToGuestValue(item));
    return list;
  }
  if (!value.is_object()) return value;
  Json tagged = Json::Object();
  if (const auto digits = LargeInteger(value)) {
    const auto integer = ParseInteger(*digits, 10);
    return tagged.Set("t", "int").Set("v", integer ? integer->get_str(16) : "0");
  }
  Json members = Json::Array();
  for (const Json::Member& member : value.members()) {
    members.Append(Json::Array().Append(member.key).Append(ToGuestValue(member.value)));
  }
  return tagged.Set("t", "dict").Set("v", std::move(members));
}

}  // namespace longhaul::reward
