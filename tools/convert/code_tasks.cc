// SPDX-License-Identifier: Apache-2.0
#include "tools/convert/code_tasks.h"

namespace longhaul::tools {

std::string FencedCode(std::string_view language, std::string_view code) {
  return fmt::format("```{}\n{}{}```", language, code, code.ends_with('\n') ? "" : "\n");
}

std::string AskForProgram(std::string_view question, std::string_view language) {
  return fmt::format("{}\n\nAnswer with the whole program in a ```{} block.", question, language);
}

Json MakeCodeTask(const ConvertInput& input, size_t index, const CodeTask& task) {
  Json line = TaskOf(input, index, AskForProgram(task.prompt, task.language));
  if (!task.solution.empty()) line.Set("response", FencedCode(task.language, task.solution));
  Json reward = Json::Object();
  reward.Set("type", "code").Set("answer", task.tests.ToString()).Set("language", task.language);
  line.Set("reward", std::move(reward));
  return line;
}

}  // namespace longhaul::tools
