// SPDX-License-Identifier: Apache-2.0
//
// What converted programming tasks have in common: the `reward` of the scorer "code", and programs
// as fenced blocks in prompts and example responses.
#pragma once

#include <string>
#include <string_view>

#include "tools/convert/convert.h"

namespace longhaul::tools {

// "```python\n...\n```".
std::string FencedCode(std::string_view language, std::string_view code);

// Asks for a program in a fenced block, which is what the scorer takes.
std::string AskForProgram(std::string_view question, std::string_view language);

struct CodeTask {
  std::string prompt;
  std::string language = "python";
  Json tests = Json::Object();  // ground truth (docs/data.md)
  std::string solution;         // "" where the data set has none
};
Json MakeCodeTask(const ConvertInput& input, size_t index, const CodeTask& task);

}  // namespace longhaul::tools
