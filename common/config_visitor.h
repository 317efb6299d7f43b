// SPDX-License-Identifier: Apache-2.0
//
// What a VisitFields of a configuration struct is given: the constraints of a field, and one
// interface for reading and for printing. The templates here only turn C++ types into calls of the
// few virtual functions of ConfigVisitor, so the rest is compiled once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace longhaul {

// What a field may hold. Bounds are for numbers, also for each number of a list. Designated
// initialisers follow this order: lower bound, upper bound, the rest.
struct FieldSpec {
  double min = -std::numeric_limits<double>::infinity();    // value >= min
  double above = -std::numeric_limits<double>::infinity();  // value > above
  double max = std::numeric_limits<double>::infinity();     // value <= max
  double below = std::numeric_limits<double>::infinity();   // value < below
  bool required = false;                                    // the file must give it
  bool not_empty = false;                                   // strings and lists
  std::vector<std::string> one_of = {};                     // strings: the valid ones
  std::string_view doc = {};                                // one line, printed as a comment
};

// Names of an enum in a configuration. Declare beside the enum, found by argument-dependent lookup:
//   inline std::vector<EnumName> EnumNames(Precision) {
//     return {{"fp32", int(Precision::kFp32)}, {"bf16", int(Precision::kBf16)}};
//   }
struct EnumName {
  std::string_view name;
  int value;
};

class ConfigVisitor {
 public:
  virtual ~ConfigVisitor() = default;

  // Visits one field of the current section.
  template <typename T>
  void Field(std::string_view name, T& value, const FieldSpec& spec = {}) {
    if (!EnterField(name, spec)) return;
    Visit(value, spec);
    Leave();
  }

 protected:
  // A field is entered only when it is to be visited (the printer: always; the reader: when the
  // file has it).
  virtual bool EnterField(std::string_view name, const FieldSpec& spec) = 0;
  virtual void Leave() = 0;
  virtual void Bool(bool& value) = 0;
  virtual void Int(int64_t& value, const FieldSpec& spec) = 0;
  virtual void Unsigned(uint64_t& value, const FieldSpec& spec) = 0;
  virtual void Double(double& value, const FieldSpec& spec) = 0;
  virtual void Float(float& value, const FieldSpec& spec) = 0;
  virtual void String(std::string& value, const FieldSpec& spec) = 0;
  virtual void Enum(int& value, const std::vector<EnumName>& names) = 0;
  // `visit_fields` visits the fields of a nested struct.
  virtual void Section(const std::function<void()>& visit_fields) = 0;
  // True: the value is there (the reader) or to be written (the printer, told by `present`).
  virtual bool Present(bool present) = 0;
  // Number of items to visit; the reader's answer is the file's, the printer's `size`. -1: no list,
  // leave it.
  virtual int64_t BeginList(int64_t size, const FieldSpec& spec) = 0;
  virtual void EnterItem(int64_t index) = 0;
  // Keys to visit; the reader's are the file's.
  virtual std::vector<std::string> Keys(const std::vector<std::string>& keys) = 0;
  virtual void EnterKey(const std::string& key) = 0;

 private:
  void Visit(bool& value, const FieldSpec&) { Bool(value); }
  void Visit(int64_t& value, const FieldSpec& spec) { Int(value, spec); }
  void Visit(uint64_t& value, const FieldSpec& spec) { Unsigned(value, spec); }
  void Visit(double& value, const FieldSpec& spec) { Double(value, spec); }
  void Visit(float& value, const FieldSpec& spec) { Float(value, spec); }
  void Visit(std::string& value, const FieldSpec& spec) { String(value, spec); }

  void Visit(int& value, const FieldSpec& spec) {
    FieldSpec narrow = spec;
    narrow.min = std::max(spec.min, static_cast<double>(std::numeric_limits<int>::min()));
    narrow.max = std::min(spec.max, static_cast<double>(std::numeric_limits<int>::max()));
    int64_t wide = value;
    Int(wide, narrow);
    value = static_cast<int>(wide);
  }

  template <typename E>
  requires std::is_enum_v<E>
  void Visit(E& value, const FieldSpec&) {
    int number = static_cast<int>(value);
    Enum(number, EnumNames(value));
    value = static_cast<E>(number);
  }

  template <typename T>
  void Visit(std::optional<T>& value, const FieldSpec& spec) {
    if (!Present(value.has_value())) {
      value.reset();
      return;
    }
    if (!value.has_value()) value.emplace();
    Visit(*value, spec);
  }

  template <typename T>
  void Visit(std::vector<T>& values, const FieldSpec& spec) {
    const int64_t size = BeginList(static_cast<int64_t>(values.size()), spec);
    if (size < 0) return;
    values.resize(static_cast<size_t>(size));
    for (int64_t i = 0; i < size; ++i) {
      EnterItem(i);
      Visit(values[static_cast<size_t>(i)], spec);
      Leave();
    }
  }

  template <typename T>
  void Visit(std::map<std::string, T>& values, const FieldSpec& spec) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : values) keys.push_back(key);
    keys = Keys(keys);
    std::map<std::string, T> visited;
    for (const std::string& key : keys) {
      T value = values.contains(key) ? values.at(key) : T{};
      EnterKey(key);
      Visit(value, spec);
      Leave();
      visited.emplace(key, std::move(value));
    }
    values = std::move(visited);
  }

  template <typename T>
  requires(std::is_class_v<T>) void Visit(T& section, const FieldSpec&) {
    Section([&] { section.VisitFields(*this); });
  }
};

}  // namespace longhaul
