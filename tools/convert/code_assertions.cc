// SPDX-License-Identifier: Apache-2.0
//
// Programming tasks with test code: HumanEval (github.com/openai/human-eval), its C++ translation
// (MultiPL-E, as DeepSeek-Coder has it), MBPP (google-research, whole and sanitized, and as
// SandboxFusion has it) and CRUXEval (github.com/facebookresearch/cruxeval).
#include <algorithm>
#include <optional>

#include "tools/convert/code_tasks.h"

namespace longhaul::tools {
namespace {

// What stands before the first line that begins with "def <name>": imports and helpers.
std::string BeforeDefinition(const std::string& code, const std::string& name) {
  const std::string head = "def " + name;
  size_t at = code.starts_with(head) ? 0 : code.find("\n" + head);
  if (at == std::string::npos) return "";
  return code.substr(0, at == 0 ? 0 : at + 1);
}

bool IsNameCharacter(char ch) {
  return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
         ch == '_';
}

// Names of functions and classes at the outermost level.
std::vector<std::string> DefinedNames(std::string_view code) {
  std::vector<std::string> names;
  while (!code.empty()) {
    const size_t end = std::min(code.find('\n'), code.size());
    std::string_view line = code.substr(0, end);
    code.remove_prefix(std::min(code.size(), end + 1));
    for (const std::string_view keyword : {"def ", "class "}) {
      if (!line.starts_with(keyword)) continue;
      line.remove_prefix(keyword.size());
      const auto stop = std::find_if_not(line.begin(), line.end(), IsNameCharacter);
      names.emplace_back(line.begin(), stop);
    }
  }
  return names;
}

// The only name the solution defines that the tests call, if there is just one.
std::optional<std::string> EntryPoint(const std::string& code, const Json& tests) {
  std::vector<std::string> called;
  for (const std::string& name : DefinedNames(code)) {
    const bool calls =
        std::any_of(tests.items().begin(), tests.items().end(), [&](const Json& item) {
          const StatusOr<std::string> text = item.AsString();
          const size_t at = text.ok() ? text->find(name + "(") : std::string::npos;
          return at != std::string::npos && (at == 0 || !IsNameCharacter((*text)[at - 1]));
        });
    const bool known = std::find(called.begin(), called.end(), name) != called.end();
    if (calls && !known) called.push_back(name);
  }
  if (called.size() != 1) return std::nullopt;
  return called[0];
}

StatusOr<CodeTask> MbppTask(const Json& row) {
  CodeTask task;
  ASSIGN_OR_RETURN(const std::string text, GetFirstString(row, {"text", "prompt", "content"}));
  ASSIGN_OR_RETURN(task.solution, GetFirstString(row, {"code", "canonical_solution"}));
  ASSIGN_OR_RETURN(const Json* tests, row.Get("test_list"));
  ASSIGN_OR_RETURN(std::string setup, row.GetStringOr("test_setup_code", ""));
  const bool builds_on_solution = !setup.empty();  // trees of the solution's own nodes
  if (const Json* imports = row.Find("test_imports")) {
    for (const Json& line : imports->items()) {
      ASSIGN_OR_RETURN(const std::string import, line.AsString());
      setup += import + "\n";
    }
  }
  if (tests->size() == 0) return InvalidArgument("{}: no tests", row.where());
  ASSIGN_OR_RETURN(const std::string first, tests->items()[0].AsString());
  task.prompt =
      fmt::format("{}\n\nIt is tested like this:\n\n{}", text, FencedCode("python", first));
  task.tests.Set("assert_case", *tests);
  if (!setup.empty()) task.tests.Set("setup", setup);
  const auto name = EntryPoint(task.solution, *tests);
  if (name.has_value() && !builds_on_solution) task.tests.Set("entry_point", *name);
  return task;
}

StatusOr<CodeTask> HumanEvalTask(const Json& row) {
  CodeTask task;
  ASSIGN_OR_RETURN(const std::string prompt, row.GetString("prompt"));
  ASSIGN_OR_RETURN(const std::string name, row.GetString("entry_point"));
  ASSIGN_OR_RETURN(const std::string test, row.GetString("test"));
  ASSIGN_OR_RETURN(const std::string rest, row.GetStringOr("canonical_solution", ""));
  task.prompt = "Complete this function:\n\n" + FencedCode("python", prompt);
  if (!rest.empty()) task.solution = prompt + rest;
  task.tests.Set("test", test).Set("entry_point", name);
  task.tests.Set("prelude", BeforeDefinition(prompt, name));
  return task;
}

StatusOr<CodeTask> CruxEvalTask(const Json& row) {
  CodeTask task;
  ASSIGN_OR_RETURN(task.solution, row.GetString("code"));
  ASSIGN_OR_RETURN(const std::string input, row.GetString("input"));
  ASSIGN_OR_RETURN(const std::string output, row.GetString("output"));
  const std::string assertion = fmt::format("assert f({}) == {}", input, output);
  task.prompt = "Write a Python function f that meets this:\n\n" + FencedCode("python", assertion);
  task.tests.Set("assert_case", Json::Array().Append(assertion)).Set("entry_point", "f");
  const std::string setup = BeforeDefinition(task.solution, "f");
  if (!setup.empty()) task.tests.Set("setup", setup);  // values that the input names
  return task;
}

std::string_view TrimEnd(std::string_view text, std::string_view what) {
  return text.substr(0, text.find_last_not_of(what) + 1);
}

// The prompt ends with the function's head and "{", the test begins with "}".
StatusOr<CodeTask> HumanEvalCppTask(const Json& row) {
  CodeTask task;
  task.language = "cpp";
  ASSIGN_OR_RETURN(const std::string prompt, row.GetString("prompt"));
  ASSIGN_OR_RETURN(std::string test, row.GetString("test"));
  const std::string_view head = TrimEnd(prompt, " \t\r\n{");
  const size_t newline = head.rfind('\n');
  const size_t brace = test.find('}');
  if (newline == std::string_view::npos || brace == std::string::npos) {
    return InvalidArgument("{}: no function head", row.where());
  }
  task.prompt = "Complete this function:\n\n" + FencedCode("cpp", prompt);
  task.tests.Set("declaration", head.substr(newline + 1)).Set("test", test.substr(brace + 1));
  return task;
}

using ToTask = StatusOr<CodeTask> (*)(const Json& row);

StatusOr<Converted> ConvertRows(const ConvertInput& input, ToTask to_task) {
  ASSIGN_OR_RETURN(const std::vector<Json> rows, ReadRows(input));
  Converted converted;
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSIGN_OR_RETURN(const CodeTask task, to_task(rows[i]));
    const bool has_own_types =
        task.language == "cpp" && (task.prompt.find("union ") != std::string::npos ||
                                   task.prompt.find("std::any") != std::string::npos);
    if (has_own_types) {
      ++converted.left_out["types that do not cross between jails (union, std::any)"];
    } else {
      converted.tasks.push_back(MakeCodeTask(input, i, task));
    }
  }
  return converted;
}

}  // namespace

StatusOr<Converted> ConvertHumanEval(const ConvertInput& input) {
  return ConvertRows(input, HumanEvalTask);
}
StatusOr<Converted> ConvertHumanEvalCpp(const ConvertInput& input) {
  return ConvertRows(input, HumanEvalCppTask);
}
StatusOr<Converted> ConvertMbpp(const ConvertInput& input) { return ConvertRows(input, MbppTask); }
StatusOr<Converted> ConvertCruxEval(const ConvertInput& input) {
  return ConvertRows(input, CruxEvalTask);
}

}  // namespace longhaul::tools
