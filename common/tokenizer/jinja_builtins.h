// SPDX-License-Identifier: Apache-2.0
//
// What a template can call: filters, tests, methods and global functions. Errors carry no line; the
// evaluator adds it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/tokenizer/jinja_value.h"

namespace longhaul::jinja {

struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;

  // By position or by keyword; undefined when absent.
  Value Get(size_t index, std::string_view keyword) const;
  // The same with the kind checked; `missing` when absent or none.
  StatusOr<std::string> GetString(size_t index, std::string_view keyword,
                                  std::string_view missing) const;
  StatusOr<int64_t> GetInt(size_t index, std::string_view keyword, int64_t missing) const;
};

// Bounds what one rendering may do. Every step and every byte made is charged.
class Budget {
 public:
  static constexpr int64_t kMaxSteps = 5'000'000;
  static constexpr int64_t kMaxBytes = int64_t{1} << 28;        // made in all
  static constexpr int64_t kMaxStringBytes = int64_t{1} << 26;  // of one text

  Status Step();
  Status Bytes(int64_t count);

 private:
  int64_t steps_ = 0;
  int64_t bytes_ = 0;
};

// What the built-ins need of the rendering.
struct BuiltinContext {
  Budget* budget;
  std::optional<int64_t> now_unix_s;
};

bool IsFilter(std::string_view name);
StatusOr<Value> ApplyFilter(std::string_view name, const Value& input, const Arguments& arguments,
                            const BuiltinContext& context);

bool IsTest(std::string_view name);
StatusOr<bool> ApplyTest(std::string_view name, const Value& input, const Arguments& arguments);

// value.name(arguments), as Python's str, list and dict have it.
StatusOr<Value> CallMethod(const Value& value, std::string_view name, const Arguments& arguments);

bool IsFunction(std::string_view name);
StatusOr<Value> CallFunction(std::string_view name, const Arguments& arguments,
                             const BuiltinContext& context);

// value[key] and value.key: undefined when there is no such item.
StatusOr<Value> GetItem(const Value& value, const Value& key);
StatusOr<Value> GetAttribute(const Value& value, std::string_view name);
// "a.b.0" of filters' attribute arguments.
StatusOr<Value> GetPath(const Value& value, const Value& path);
StatusOr<Value> GetSlice(const Value& value, const Value& start, const Value& stop,
                         const Value& step);

StatusOr<Value> Binary(std::string_view symbol, const Value& left, const Value& right,
                       Budget* budget);
StatusOr<bool> Contains(const Value& container, const Value& item);

// Python's strip: of white space, or of the characters given.
enum class Sides { kLeft, kRight, kBoth };
std::string StripText(std::string_view text, const std::optional<std::string>& characters,
                      Sides sides);
std::string ReplaceText(std::string_view text, std::string_view from, std::string_view to,
                        int64_t count);
std::string UpperText(std::string_view text);
std::string LowerText(std::string_view text);
std::string TitleText(std::string_view text);
std::string CapitalizeText(std::string_view text);

}  // namespace longhaul::jinja
