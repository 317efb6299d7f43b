// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/chat_template.h"

#include "common/json.h"
#include "common/tokenizer/jinja_ast.h"
#include "common/tokenizer/jinja_evaluator.h"
#include "common/tokenizer/jinja_parser.h"

namespace longhaul {
namespace {

StatusOr<jinja::Value> ParseArray(std::string_view text, std::string_view what) {
  ASSIGN_OR_RETURN(const Json json, Json::Parse(text, what));
  if (!json.is_array()) return InvalidArgument("{}: expected a JSON array", what);
  return jinja::Value::FromJson(json);
}

StatusOr<jinja::Dict> Variables(
    const ChatInput& input, const std::map<std::string, std::string, std::less<>>& special_tokens) {
  jinja::Dict variables;
  for (const auto& [role, text] : special_tokens) variables.Set(role, jinja::Value::String(text));
  ASSIGN_OR_RETURN(jinja::Value messages, ParseArray(input.messages_json, "chat messages"));
  variables.Set("messages", std::move(messages));
  jinja::Value tools = jinja::Value::None();
  if (!input.tools_json.empty()) {
    ASSIGN_OR_RETURN(tools, ParseArray(input.tools_json, "chat tools"));
  }
  variables.Set("tools", std::move(tools));
  variables.Set("documents", jinja::Value::None());
  variables.Set("add_generation_prompt", jinja::Value::Bool(input.add_generation_prompt));
  if (input.extra_json.empty()) return variables;
  ASSIGN_OR_RETURN(const Json extra, Json::Parse(input.extra_json, "chat template variables"));
  if (!extra.is_object()) return InvalidArgument("chat template variables: expected a JSON object");
  for (const Json::Member& member : extra.members()) {
    variables.Set(member.key, jinja::Value::FromJson(member.value));
  }
  return variables;
}

}  // namespace

std::string MessagesToJson(const std::vector<ChatMessage>& messages) {
  Json array = Json::Array();
  for (const ChatMessage& message : messages) {
    Json object = Json::Object();
    object.Set("role", message.role).Set("content", message.content);
    array.Append(std::move(object));
  }
  return array.ToString();
}

ChatTemplate::ChatTemplate() : program_(std::make_unique<Program>()) {}
ChatTemplate::~ChatTemplate() = default;

StatusOr<std::unique_ptr<ChatTemplate>> ChatTemplate::Parse(std::string_view source,
                                                            std::string_view name) {
  std::unique_ptr<ChatTemplate> result(new ChatTemplate());
  result->program_->name = name;
  ASSIGN_OR_RETURN(result->program_->body, jinja::ParseTemplate(source, name));
  return result;
}

StatusOr<std::string> ChatTemplate::Render(
    const ChatInput& input,
    const std::map<std::string, std::string, std::less<>>& special_tokens) const {
  ASSIGN_OR_RETURN(jinja::Dict variables, Variables(input, special_tokens));
  jinja::Evaluator evaluator(program_->name, std::move(variables), input.now_unix_s);
  return evaluator.Render(program_->body);
}

}  // namespace longhaul
