// SPDX-License-Identifier: Apache-2.0
//
// What the lexer knows of LaTeX commands by their names, without the backslash.
#pragma once

#include <string_view>

namespace longhaul::reward::math {

// Sizes, fonts and what else shows nothing of its own.
bool IsDropped(std::string_view name);
// \text and others whose argument is words.
bool IsTextCommand(std::string_view name);
// Also written without the backslash.
bool IsFunctionName(std::string_view name);
// Other names that are written without the backslash.
bool IsPlainName(std::string_view name);
// One name for commands that show the same sign.
std::string_view SameCommand(std::string_view name);
// \lbrack is [. 0 when the command is no bracket.
char BracketOf(std::string_view name);

}  // namespace longhaul::reward::math
