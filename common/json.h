// SPDX-License-Identifier: Apache-2.0
//
// JSON values: reading config.json, data lines and manifests, and writing them back.
//
//   ASSIGN_OR_RETURN(Json root, Json::Parse(text, "config.json"));
//   ASSIGN_OR_RETURN(int64_t layers, root.GetInt("num_hidden_layers"));   // errors name file and
//   key Json line = Json::Object(); line.Set("step", 12).Set("reward/mean", 0.5);
//   file.Append(line.ToString() + "\n");
//
// Objects keep the order of their keys. 64-bit integers and doubles are exact both ways.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/status.h"

namespace longhaul {

class Json {
 public:
  enum class Kind { kNull, kBool, kInt, kDouble, kString, kArray, kObject };
  struct Member;
  using Members = std::vector<Member>;
  static constexpr int kMaxDepth = 128;

  Json() = default;  // null
  // Implicit, so that literals, containers and Set("key", 3) read as JSON.
  Json(std::nullptr_t) {}
  Json(std::same_as<bool> auto value) : value_(value) {}
  Json(std::integral auto value) requires(!std::same_as<decltype(value), bool>)
      : value_(static_cast<int64_t>(value)) {}
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  template <typename T>
  Json(const std::vector<T>& items) : value_(std::vector<Json>()) {
    for (const T& item : items) Append(Json(item));
  }
  static Json Array();
  static Json Object();

  // Reads one document. `source` ("config.json", "data.jsonl:12") begins every message, also those
  // of the accessors below. Refused: bad UTF-8, duplicate keys, nesting over kMaxDepth, integers
  // outside int64, anything after the document.
  static StatusOr<Json> Parse(std::string_view text, std::string_view source);
  static StatusOr<Json> ParseFile(const std::string& path);

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_object() const { return kind() == Kind::kObject; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_number() const { return kind() == Kind::kInt || kind() == Kind::kDouble; }

  // The value as a type; the error names the source and the path ("config.json: layers[3].size:
  // expected integer, found string"). AsDouble takes integers too; AsInt takes no fraction.
  StatusOr<bool> AsBool() const;
  StatusOr<int64_t> AsInt() const;
  StatusOr<double> AsDouble() const;
  StatusOr<std::string> AsString() const;

  // Items of an array; empty for every other kind.
  const std::vector<Json>& items() const;
  // Members of an object in file order; empty for every other kind.
  const Members& members() const;
  // Number of items of an array; 0 for every other kind.
  size_t size() const;

  // Member by key: null when absent, or when this is no object. Valid while this value lives
  // unchanged.
  const Json* Find(std::string_view key) const;
  // Member by key; kNotFound names the path of the missing key.
  StatusOr<const Json*> Get(std::string_view key) const;
  StatusOr<bool> GetBool(std::string_view key) const;
  StatusOr<int64_t> GetInt(std::string_view key) const;
  StatusOr<double> GetDouble(std::string_view key) const;
  StatusOr<std::string> GetString(std::string_view key) const;
  StatusOr<std::vector<int64_t>> GetInts(std::string_view key) const;
  // As above, with a default when the key is absent or null; a wrong type is still an error.
  StatusOr<bool> GetBoolOr(std::string_view key, bool missing) const;
  StatusOr<int64_t> GetIntOr(std::string_view key, int64_t missing) const;
  StatusOr<double> GetDoubleOr(std::string_view key, double missing) const;
  StatusOr<std::string> GetStringOr(std::string_view key, std::string_view missing) const;

  // Building. Set replaces a key in place or appends it; both turn null into an object / array and
  // CHECK on any other kind.
  Json& Set(std::string_view key, Json value);
  Json& Append(Json value);
  void Remove(std::string_view key);

  // One line without spaces, or indented by two. Deterministic: doubles in the shortest form that
  // reads back the same and always with a '.' or an exponent; NaN and infinities are null; bytes
  // that are not UTF-8 become U+FFFD.
  std::string ToString() const;
  std::string ToPrettyString() const;

  // "config.json: layers[3].size": what a message about this value begins with.
  std::string where() const;
  // The same for a member, there or not: "config.json: layers[3].size.key".
  std::string WhereOf(std::string_view key) const;

  bool operator==(const Json& other) const;  // same kinds and values, members in the same order

 private:
  friend class JsonReader;

  struct ObjectValue {
    Members members;
    std::vector<uint32_t> by_key;  // members in the order of their keys, once there are many

    int64_t Find(std::string_view key) const;  // -1 when absent
    void Add(std::string_view key, Json value);
    void SortKeys();
  };

  Status TypeError(std::string_view expected) const;

  std::variant<std::monostate, bool, int64_t, double, std::string, std::vector<Json>, ObjectValue>
      value_;
  // Where the value was read: its own path, or for items of an array the array's path and an index.
  std::shared_ptr<const std::string> path_;
  int64_t index_ = -1;
};

struct Json::Member {
  std::string key;
  Json value;
};

}  // namespace longhaul
