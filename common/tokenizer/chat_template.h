// SPDX-License-Identifier: Apache-2.0
//
// The Jinja subset that chat templates are written in, with the settings and the extra functions
// Transformers gives them: trim_blocks and lstrip_blocks on, `tojson` that keeps key order and does
// not escape HTML, raise_exception, strftime_now, break and continue, {% generation %} blocks.
//
//   text, {{ expression }}, {% set if for macro generation break continue %}, {# comment #}, -
//   trimming
//
// Tuples are lists here, and print as such. Anything outside the subset is an error that names the
// template and the line, when it is parsed where possible. A template is a program somebody else
// wrote, so its work is bounded: expression steps, output bytes and nesting have limits, and
// nothing but its inputs can be reached from it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace longhaul {

struct ChatMessage {
  std::string role;  // "system", "user", "assistant"
  std::string content;
};
// [{"role": ..., "content": ...}, ...], the plain case of ChatInput::messages_json.
std::string MessagesToJson(const std::vector<ChatMessage>& messages);

// What a template sees. JSON objects keep their key order.
struct ChatInput {
  std::string messages_json = {};  // array of messages
  std::string tools_json = {};     // array of tool schemas; "": the variable is none
  std::string extra_json = {};     // object of more variables, {"enable_thinking": false}; "": none
  bool add_generation_prompt = false;
  // strftime_now's clock (UTC); without it, the real one (local time).
  std::optional<int64_t> now_unix_s = std::nullopt;
};

class ChatTemplate {
 public:
  struct Program;  // common/tokenizer/jinja_ast.h

  // `name` is what errors call it: "tokenizer_config.json: chat_template".
  static StatusOr<std::unique_ptr<ChatTemplate>> Parse(std::string_view source,
                                                       std::string_view name);
  ~ChatTemplate();
  ChatTemplate(const ChatTemplate&) = delete;
  ChatTemplate& operator=(const ChatTemplate&) = delete;

  // `special_tokens` are string variables: {"eos_token": "<|im_end|>"}. InvalidArgument for what
  // raise_exception says and for any error of the template, with its line. Thread-safe.
  StatusOr<std::string> Render(
      const ChatInput& input,
      const std::map<std::string, std::string, std::less<>>& special_tokens) const;

 private:
  ChatTemplate();
  std::unique_ptr<Program> program_;
};

}  // namespace longhaul
