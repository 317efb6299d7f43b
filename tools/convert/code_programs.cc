// SPDX-License-Identifier: Apache-2.0
//
// Programming tasks with inputs and outputs: CommonOJ as SandboxFusion has it (rows {"content",
// "test"}, the tests a list or its JSON text) and APPS or PRIME (rows {"question" or "prompt",
// "input_output"}).
#include "tools/convert/code_tasks.h"

namespace longhaul::tools {
namespace {

// A value, or the JSON text of one.
StatusOr<Json> ValueOf(const Json& value) {
  if (!value.is_string()) return value;
  ASSIGN_OR_RETURN(const std::string text, value.AsString());
  return Json::Parse(text, value.where());
}

}  // namespace

StatusOr<Converted> ConvertCommonOj(const ConvertInput& input) {
  ASSIGN_OR_RETURN(const std::vector<Json> rows, ReadRows(input));
  Converted converted;
  for (size_t i = 0; i < rows.size(); ++i) {
    CodeTask task;
    ASSIGN_OR_RETURN(task.prompt, rows[i].GetString("content"));
    ASSIGN_OR_RETURN(const Json* test, rows[i].Get("test"));
    const StatusOr<Json> tests = ValueOf(*test);
    if (!tests.ok() || !tests->is_array()) {
      ++converted.left_out["tests that are no list of inputs and outputs"];
      continue;
    }
    task.tests.Set("test", *tests);
    ASSIGN_OR_RETURN(task.solution, rows[i].GetStringOr("canonical_solution", ""));
    converted.tasks.push_back(MakeCodeTask(input, i, task));
  }
  return converted;
}

StatusOr<Converted> ConvertApps(const ConvertInput& input) {
  ASSIGN_OR_RETURN(const std::vector<Json> rows, ReadRows(input));
  Converted converted;
  for (size_t i = 0; i < rows.size(); ++i) {
    CodeTask task;
    ASSIGN_OR_RETURN(task.prompt, GetFirstString(rows[i], {"question", "prompt"}));
    ASSIGN_OR_RETURN(const Json* tests, rows[i].Get("input_output"));
    ASSIGN_OR_RETURN(task.tests, ValueOf(*tests));
    const Json* inputs = task.tests.Find("inputs");
    if (inputs == nullptr || inputs->size() == 0) {
      ++converted.left_out["no tests"];
      continue;
    }
    converted.tasks.push_back(MakeCodeTask(input, i, task));
  }
  return converted;
}

}  // namespace longhaul::tools
