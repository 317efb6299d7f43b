// SPDX-License-Identifier: Apache-2.0
#include "tools/convert/convert.h"

#include <fmt/ranges.h>

#include "common/nearest_name.h"

namespace longhaul::tools {

const std::vector<ConvertFormat>& ConvertFormats() {
  static const std::vector<ConvertFormat> formats = {
      {"apps", "programming tasks with an \"input_output\", as APPS has them (JSONL)", "code",
       ConvertApps},
      {"bbh", "a task of BIG-Bench Hard (JSON with \"examples\")", "logic", ConvertBbh},
      {"common_oj", "programming tasks with lists of tests, as SandboxFusion has them (JSONL)",
       "code", ConvertCommonOj},
      {"cruxeval", "CRUXEval (JSONL)", "code", ConvertCruxEval},
      {"humaneval", "HumanEval (JSONL)", "code", ConvertHumanEval},
      {"humaneval_cpp", "HumanEval in C++ as MultiPL-E translates it (JSONL)", "code",
       ConvertHumanEvalCpp},
      {"ifbench", "IFBench's test set (JSONL)", "instruction", ConvertIfeval},
      {"ifeval", "IFEval's input data, or IF-RLVR data of the same fields (JSONL)", "instruction",
       ConvertIfeval},
      {"knights_knaves", "knights and knaves as Logic-RL has them (rows as JSONL)", "logic",
       ConvertKnightsKnaves},
      {"math", "mathematics as GSM8K, MATH, AIME and AMC files have it (JSONL or a JSON list)",
       "math", ConvertMath},
      {"mbpp", "MBPP, whole (JSONL) or sanitized (JSON)", "code", ConvertMbpp},
      {"reasoning_gym", "items of Reasoning Gym (JSONL)", "logic", ConvertReasoningGym},
  };
  return formats;
}

StatusOr<const ConvertFormat*> FindConvertFormat(std::string_view name) {
  std::vector<std::string> names;
  for (const ConvertFormat& format : ConvertFormats()) {
    if (format.name == name) return &format;
    names.emplace_back(format.name);
  }
  return InvalidArgument("--format: unknown format '{}'{}", name, SuggestName(name, names));
}

StatusOr<std::vector<Json>> ReadRows(const ConvertInput& input) {
  std::vector<Json> rows;
  std::string_view rest = input.text;
  if (rest.substr(std::min(rest.size(), rest.find_first_not_of(" \t\r\n"))).starts_with('[')) {
    ASSIGN_OR_RETURN(const Json list, Json::Parse(rest, input.path));
    rows = list.items();
    rest = {};
  }
  for (int64_t line = 1; !rest.empty(); ++line) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    if (text.find_first_not_of(" \t\r") == text.npos) continue;
    ASSIGN_OR_RETURN(Json row, Json::Parse(text, fmt::format("{}:{}", input.path, line)));
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return InvalidArgument("{}: no rows", input.path);
  return rows;
}

StatusOr<std::string> GetFirstString(const Json& row,
                                     std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (row.Find(key) != nullptr) return row.GetString(key);
  }
  return InvalidArgument("{}: none of the keys {}", row.where(), fmt::join(keys, ", "));
}

Json TaskOf(const ConvertInput& input, size_t index, std::string_view prompt) {
  Json task = Json::Object();
  task.Set("uid", fmt::format("{}-{}", input.name, index));
  task.Set("prompt", prompt);
  task.Set("domain", input.domain);
  return task;
}

std::string AskForAnswerTag(std::string_view question) {
  return fmt::format("{}\n\nWrite your final answer between <answer> and </answer>.", question);
}

}  // namespace longhaul::tools
