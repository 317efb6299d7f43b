// SPDX-License-Identifier: Apache-2.0
//
// The tokens of a chat template, white-space control applied: trim_blocks (the newline after a
// block or a comment goes), lstrip_blocks (so does the blank in front of one on its own line), '-'
// and '+' marks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace longhaul::jinja {

struct Token {
  enum class Kind {
    kText,           // `text` between tags
    kBlockBegin,     // {%
    kBlockEnd,       // %}
    kVariableBegin,  // {{
    kVariableEnd,    // }}
    kName,
    kString,  // `text` without quotes and escapes
    kInteger,
    kFloat,
    kOperator,
    kEnd,
  };
  Kind kind;
  std::string text;
  int line;

  bool IsOperator(std::string_view symbol) const {
    return kind == Kind::kOperator && text == symbol;
  }
  bool IsName(std::string_view name) const { return kind == Kind::kName && text == name; }
};

// Ends with a kEnd token. `name` begins errors: "chat_template:12: ...".
StatusOr<std::vector<Token>> Tokenize(std::string_view source, std::string_view name);

}  // namespace longhaul::jinja
