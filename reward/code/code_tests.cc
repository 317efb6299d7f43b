// SPDX-License-Identifier: Apache-2.0
#include "reward/code/code_tests.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>

#include "reward/code/cpp_declaration.h"
#include "reward/scorer.h"

namespace longhaul::reward {
namespace {

constexpr std::string_view kSource = "answer";

Status CheckKeys(const Json& object, std::initializer_list<std::string_view> valid) {
  for (const Json::Member& member : object.members()) {
    if (std::find(valid.begin(), valid.end(), member.key) != valid.end()) continue;
    return InvalidArgument("{}: unknown key; valid here: {}", object.WhereOf(Excerpt(member.key)),
                           fmt::join(valid, ", "));
  }
  return OkStatus();
}

StatusOr<const Json*> GetTests(const Json& object, std::string_view key) {
  ASSIGN_OR_RETURN(const Json* tests, object.Get(key));
  if (!tests->is_array()) return InvalidArgument("{}: expected an array", tests->where());
  if (tests->size() == 0) return InvalidArgument("{}: there is no test", tests->where());
  return tests;
}

// A text, or its lines (APPS).
StatusOr<std::string> TextOf(const Json& value) {
  if (!value.is_array()) return value.AsString();
  std::string text;
  for (const Json& line : value.items()) {
    ASSIGN_OR_RETURN(const std::string one, line.AsString());
    text += one + "\n";
  }
  return text;
}

struct Pairs {
  const std::vector<Json>& inputs;
  const std::vector<Json>& outputs;
};

StatusOr<Pairs> GetPairs(const Json& object) {
  ASSIGN_OR_RETURN(const Json* inputs, GetTests(object, "inputs"));
  ASSIGN_OR_RETURN(const Json* outputs, GetTests(object, "outputs"));
  if (inputs->size() != outputs->size()) {
    return InvalidArgument("{}: {} inputs and {} outputs", object.where(), inputs->size(),
                           outputs->size());
  }
  return Pairs{inputs->items(), outputs->items()};
}

Status ParsePrograms(const Json& object, CodeTests& tests) {
  RETURN_IF_ERROR(CheckKeys(object, {"inputs", "outputs"}));
  ASSIGN_OR_RETURN(const Pairs pairs, GetPairs(object));
  for (size_t i = 0; i < pairs.inputs.size(); ++i) {
    ProgramTest test;
    ASSIGN_OR_RETURN(test.input, TextOf(pairs.inputs[i]));
    ASSIGN_OR_RETURN(test.output, TextOf(pairs.outputs[i]));
    tests.programs.push_back(std::move(test));
  }
  return OkStatus();
}

Status ParseCommonOj(const Json& object, CodeTests& tests) {
  RETURN_IF_ERROR(CheckKeys(object, {"test"}));
  ASSIGN_OR_RETURN(const Json* list, GetTests(object, "test"));
  for (const Json& item : list->items()) {
    RETURN_IF_ERROR(CheckKeys(item, {"input", "output"}));
    ASSIGN_OR_RETURN(const Json* input, item.Get("input"));
    ASSIGN_OR_RETURN(const Json* output, item.Get("output"));
    RETURN_IF_ERROR(CheckKeys(*input, {"stdin"}));
    RETURN_IF_ERROR(CheckKeys(*output, {"stdout"}));
    ProgramTest test;
    ASSIGN_OR_RETURN(test.input, input->GetString("stdin"));
    ASSIGN_OR_RETURN(test.output, output->GetString("stdout"));
    tests.programs.push_back(std::move(test));
  }
  return OkStatus();
}

StatusOr<Json> ParseValueText(const Json& text, std::string_view line) {
  auto value = Json::Parse(QuoteLargeIntegers(line), text.where());
  if (value.ok()) return value;
  return InvalidArgument("{}: not JSON: '{}'", text.where(), Excerpt(line));
}

// Arguments as JSON, one a line.
StatusOr<Json> ParseArgumentLines(const Json& value) {
  ASSIGN_OR_RETURN(const std::string text, value.AsString());
  Json arguments = Json::Array();
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), end + 1));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    ASSIGN_OR_RETURN(Json argument, ParseValueText(value, line));
    arguments.Append(std::move(argument));
  }
  return arguments;
}

StatusOr<CallTest> ParseCall(const Json& input, const Json& output) {
  CallTest test;
  if (input.is_array()) {
    test.arguments = input;
    test.expected = output;
    return test;
  }
  if (!input.is_string() || !output.is_string()) {
    return InvalidArgument(
        "{}: expected a list of arguments, or a string of JSON lines with an output that is a "
        "string of JSON",
        input.where());
  }
  ASSIGN_OR_RETURN(test.arguments, ParseArgumentLines(input));
  ASSIGN_OR_RETURN(const std::string expected, output.AsString());
  ASSIGN_OR_RETURN(test.expected, ParseValueText(output, expected));
  return test;
}

bool IsIdentifier(std::string_view name) {
  const auto is_letter = [](char ch) {
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_';
  };
  if (name.empty() || !is_letter(name[0])) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char ch) { return is_letter(ch) || (ch >= '0' && ch <= '9'); });
}

// A function, or as LeetCodeDataset has it a method: "Solution().f".
StatusOr<std::string> GetFunctionName(const Json& object, std::string_view key) {
  constexpr std::string_view kMethod = "Solution().";
  ASSIGN_OR_RETURN(std::string name, object.GetString(key));
  if (name.starts_with(kMethod)) name.erase(0, kMethod.size());
  if (IsIdentifier(name)) return name;
  return InvalidArgument("{}: '{}' is no name of a function", object.WhereOf(key), Excerpt(name));
}

Status ParseCalls(const Json& object, CodeTests& tests) {
  RETURN_IF_ERROR(CheckKeys(object, {"fn_name", "inputs", "outputs", "prelude"}));
  tests.form = TestForm::kCalls;
  ASSIGN_OR_RETURN(tests.function, GetFunctionName(object, "fn_name"));
  ASSIGN_OR_RETURN(const Pairs pairs, GetPairs(object));
  for (size_t i = 0; i < pairs.inputs.size(); ++i) {
    ASSIGN_OR_RETURN(CallTest test, ParseCall(pairs.inputs[i], pairs.outputs[i]));
    tests.calls.push_back(std::move(test));
  }
  return OkStatus();
}

Status ParseEntryPoint(const Json& object, CodeTests& tests) {
  if (object.Find("entry_point") == nullptr) return OkStatus();
  ASSIGN_OR_RETURN(tests.entry_point, GetFunctionName(object, "entry_point"));
  return OkStatus();
}

Status ParseAssertions(const Json& object, CodeTests& tests) {
  RETURN_IF_ERROR(CheckKeys(object, {"assert_case", "setup", "prelude", "entry_point"}));
  tests.form = TestForm::kAssertions;
  RETURN_IF_ERROR(ParseEntryPoint(object, tests));
  ASSIGN_OR_RETURN(const Json* list, GetTests(object, "assert_case"));
  for (const Json& item : list->items()) {
    ASSIGN_OR_RETURN(std::string assertion, item.AsString());
    tests.assertions.push_back(std::move(assertion));
  }
  return OkStatus();
}

// HumanEval's "def check(candidate):"; one of more parameters is a helper.
bool HasCheck(std::string_view test) {
  constexpr std::string_view kCheck = "def check(";
  for (size_t at = test.find(kCheck); at != std::string_view::npos;
       at = test.find(kCheck, at + 1)) {
    const std::string_view parameters = test.substr(at, test.find(')', at) - at);
    const bool at_line_begin = at == 0 || test[at - 1] == '\n';
    if (at_line_begin && parameters.find(',') == std::string_view::npos) return true;
  }
  return false;
}

Status ParseCheck(const Json& object, CodeTests& tests) {
  RETURN_IF_ERROR(CheckKeys(object, {"test", "entry_point", "setup", "prelude", "declaration"}));
  ASSIGN_OR_RETURN(std::string test, object.GetString("test"));
  tests.form = TestForm::kAssertions;
  if (object.Find("declaration") != nullptr) {
    ASSIGN_OR_RETURN(tests.declaration, object.GetString("declaration"));
    RETURN_IF_ERROR(DeclaredName(tests.declaration).status());
  } else {
    RETURN_IF_ERROR(ParseEntryPoint(object, tests));
    const bool has_check = HasCheck(test);
    if (has_check && tests.entry_point.empty()) {
      return InvalidArgument("{}: no \"entry_point\": the function that check is called with",
                             object.where());
    }
    if (has_check) test += fmt::format("\ncheck({})\n", tests.entry_point);
  }
  tests.assertions.push_back(std::move(test));
  return OkStatus();
}

Status ParseForm(const Json& object, CodeTests& tests) {
  if (object.Find("fn_name") != nullptr) return ParseCalls(object, tests);
  if (object.Find("inputs") != nullptr) return ParsePrograms(object, tests);
  if (object.Find("assert_case") != nullptr) return ParseAssertions(object, tests);
  if (const Json* test = object.Find("test")) {
    return test->is_array() ? ParseCommonOj(object, tests) : ParseCheck(object, tests);
  }
  return InvalidArgument(
      "{}: no tests: expected inputs and outputs (with fn_name for calls), assert_case, or test",
      kSource);
}

bool IsDigitOf(char ch) { return ch >= '0' && ch <= '9'; }

// Whether the digits are beyond int64 on either side.
bool IsLarge(std::string_view digits, std::string_view limit) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits.size() != limit.size() ? digits.size() > limit.size() : digits > limit;
}

}  // namespace

size_t CodeTests::size() const { return programs.size() + calls.size() + assertions.size(); }

void CodeTests::Truncate(size_t count) {
  programs.resize(std::min(programs.size(), count));
  if (calls.size() > count) calls.resize(count);
  assertions.resize(std::min(assertions.size(), count));
}

StatusOr<CodeTests> ParseCodeTests(std::string_view text) {
  ASSIGN_OR_RETURN(const Json object, Json::Parse(QuoteLargeIntegers(text), kSource));
  if (!object.is_object()) return InvalidArgument("{}: expected an object", kSource);
  CodeTests tests;
  RETURN_IF_ERROR(ParseForm(object, tests));
  ASSIGN_OR_RETURN(tests.prelude, object.GetStringOr("prelude", ""));
  ASSIGN_OR_RETURN(tests.setup, object.GetStringOr("setup", ""));
  return tests;
}

std::string QuoteLargeIntegers(std::string_view json) {
  std::string out;
  bool in_string = false;
  for (size_t i = 0; i < json.size();) {
    const char ch = json[i];
    const bool starts_number = !in_string && (IsDigitOf(ch) || ch == '-');
    if (!starts_number) {
      if (ch == '"') in_string = !in_string;
      const size_t length = in_string && ch == '\\' && i + 1 < json.size() ? 2 : 1;
      out += json.substr(i, length);
      i += length;
      continue;
    }
    const size_t end = std::min(json.find_first_not_of("0123456789+-.eE", i), json.size());
    const std::string_view number = json.substr(i, end - i);
    const std::string_view digits = number.substr(ch == '-' ? 1 : 0);
    const bool integer = std::all_of(digits.begin(), digits.end(), IsDigitOf);
    const std::string_view limit = ch == '-' ? "9223372036854775808" : "9223372036854775807";
    if (integer && IsLarge(digits, limit)) {
      out += fmt::format("{{\"$int\":\"{}\"}}", number);
    } else {
      out += number;
    }
    i = end;
  }
  return out;
}

}  // namespace longhaul::reward
