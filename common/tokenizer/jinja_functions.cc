// SPDX-License-Identifier: Apache-2.0
//
// Global functions of templates.
#include <algorithm>
#include <ctime>

#include "common/tokenizer/jinja_builtins.h"
#include "common/tokenizer/utf8.h"

namespace longhaul::jinja {
namespace {

using Kind = Value::Kind;

StatusOr<Value> Range(const Arguments& arguments, const BuiltinContext& context) {
  if (arguments.positional.empty()) return InvalidArgument("range takes 1 to 3 integers");
  ASSIGN_OR_RETURN(int64_t start, arguments.GetInt(0, "", 0));
  ASSIGN_OR_RETURN(int64_t stop, arguments.GetInt(1, "", 0));
  ASSIGN_OR_RETURN(const int64_t step, arguments.GetInt(2, "", 1));
  if (arguments.positional.size() == 1) stop = std::exchange(start, 0);
  if (step == 0) return InvalidArgument("range: step is zero");
  const __int128 distance = step > 0 ? __int128{stop} - start : __int128{start} - stop;
  const __int128 stride = step > 0 ? __int128{step} : -__int128{step};
  const __int128 count = distance <= 0 ? 0 : (distance + stride - 1) / stride;
  const auto charged = static_cast<int64_t>(std::min<__int128>(count, Budget::kMaxBytes));
  RETURN_IF_ERROR(context.budget->Bytes(charged * static_cast<int64_t>(sizeof(Value))));
  List items;
  for (int64_t i = 0; i < charged; ++i) items.push_back(Value::Int(start + i * step));
  return Value::MakeList(std::move(items));
}

StatusOr<Dict> NamedDict(const Arguments& arguments) {
  Dict dict;
  if (!arguments.positional.empty()) {
    if (!arguments.positional[0].is(Kind::kDict)) {
      return InvalidArgument("expected a dictionary, not {}", arguments.positional[0].Describe());
    }
    dict = arguments.positional[0].dict();
  }
  for (const auto& [name, value] : arguments.named) dict.Set(name, value);
  return dict;
}

StatusOr<Value> FormatNow(const Arguments& arguments, const BuiltinContext& context) {
  ASSIGN_OR_RETURN(const std::string format, arguments.GetString(0, "format", ""));
  if (format.empty()) return Value::String("");
  std::tm broken_down{};
  if (context.now_unix_s) {
    const std::time_t now = *context.now_unix_s;
    gmtime_r(&now, &broken_down);
  } else {
    const std::time_t now = std::time(nullptr);
    localtime_r(&now, &broken_down);
  }
  std::string buffer(format.size() * 16 + 256, '\0');
  const size_t length = std::strftime(buffer.data(), buffer.size(), format.c_str(), &broken_down);
  buffer.resize(length);
  return Value::String(tokenizer::ToValidUtf8(buffer));
}

}  // namespace

bool IsFunction(std::string_view name) {
  return name == "range" || name == "namespace" || name == "dict" || name == "raise_exception" ||
         name == "strftime_now";
}

StatusOr<Value> CallFunction(std::string_view name, const Arguments& arguments,
                             const BuiltinContext& context) {
  if (name == "range") return Range(arguments, context);
  if (name == "strftime_now") return FormatNow(arguments, context);
  if (name == "raise_exception") return InvalidArgument("{}", arguments.Get(0, "message").Text());
  ASSIGN_OR_RETURN(Dict dict, NamedDict(arguments));
  return name == "namespace" ? Value::MakeNamespace(std::move(dict))
                             : Value::MakeDict(std::move(dict));
}

}  // namespace longhaul::jinja
