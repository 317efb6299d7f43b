// SPDX-License-Identifier: Apache-2.0
//
// tokenizer_config.json, special_tokens_map.json, added_tokens.json and chat_template.jinja.
#include <charconv>
#include <string>

#include "common/file.h"
#include "common/tokenizer/tokenizer_spec.h"

namespace longhaul::tokenizer {
namespace {

constexpr std::string_view kRoles[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                       "pad_token", "cls_token", "mask_token"};

// The object in a companion file; an empty object when the file is absent.
StatusOr<Json> ReadObject(const TokenizerSpec& spec, const std::string& where,
                          std::string_view name) {
  const std::string* text = FindFile(spec.files, name);
  if (text == nullptr) return Json::Object();
  ASSIGN_OR_RETURN(Json json, Json::Parse(*text, JoinPath(where, std::string(name))));
  if (!json.is_object()) return InvalidArgument("{}: expected an object", json.where());
  return json;
}

// A token is written as its text or as {"content": text, ...}.
StatusOr<std::string> TokenText(const Json& json) {
  return json.is_object() ? json.GetString("content") : json.AsString();
}

// Adds a token that tokenizer.json does not list. One that it lists stays as it is there.
Status AddToken(AddedToken token, const Json& source, TokenizerSpec* spec) {
  if (spec->added_ids.contains(token.content)) return OkStatus();
  if (token.id < 0 || token.id > Vocabulary::kMaxId || spec->added.contains(token.id)) {
    return InvalidArgument("{}: id {} of '{}' is taken or out of range", source.where(), token.id,
                           token.content);
  }
  spec->added_ids[token.content] = token.id;
  spec->added[token.id] = std::move(token);
  return OkStatus();
}

Status ParseAddedTokensDecoder(const Json& config, TokenizerSpec* spec) {
  const Json* table = config.Find("added_tokens_decoder");
  if (table == nullptr) return OkStatus();
  for (const Json::Member& member : table->members()) {
    ASSIGN_OR_RETURN(AddedToken token, AddedToken::Parse(member.value));
    const char* end = member.key.data() + member.key.size();
    const auto [stopped, error] = std::from_chars(member.key.data(), end, token.id);
    if (error != std::errc() || stopped != end) {
      return InvalidArgument("{}: '{}' is not a token id", table->where(), member.key);
    }
    RETURN_IF_ERROR(AddToken(std::move(token), member.value, spec));
  }
  return OkStatus();
}

Status ParseAddedTokensFile(const Json& table, TokenizerSpec* spec) {
  for (const Json::Member& member : table.members()) {
    AddedToken token{.content = member.key};
    ASSIGN_OR_RETURN(const int64_t id, member.value.AsInt());
    token.id = static_cast<int32_t>(id);
    RETURN_IF_ERROR(AddToken(std::move(token), member.value, spec));
  }
  return OkStatus();
}

// A special token that the vocabulary holds but no list of added tokens does is one all the same.
Status MarkSpecial(const std::string& text, const Json& source, TokenizerSpec* spec) {
  const auto added = spec->added_ids.find(text);
  if (added != spec->added_ids.end()) {
    spec->added[added->second].special = true;
    return OkStatus();
  }
  const std::optional<int32_t> id = spec->model->vocabulary().Find(text);
  if (!id) return OkStatus();
  return AddToken({.id = *id, .content = text, .special = true}, source, spec);
}

Status ParseRoles(const Json& json, TokenizerSpec* spec) {
  for (const std::string_view role : kRoles) {
    const Json* value = json.Find(role);
    if (value == nullptr || value->is_null() || spec->special_tokens.contains(role)) continue;
    ASSIGN_OR_RETURN(const std::string text, TokenText(*value));
    if (text.empty()) continue;
    spec->special_tokens.emplace(role, text);
    RETURN_IF_ERROR(MarkSpecial(text, *value, spec));
  }
  const Json* additional = json.Find("additional_special_tokens");
  if (additional == nullptr) return OkStatus();
  for (const Json& value : additional->items()) {
    ASSIGN_OR_RETURN(const std::string text, TokenText(value));
    RETURN_IF_ERROR(MarkSpecial(text, value, spec));
  }
  return OkStatus();
}

// A string, or [{"name": ..., "template": ...}, ...], of which "default" is taken.
StatusOr<std::string> TemplateText(const Json& json) {
  if (!json.is_array()) return json.AsString();
  for (const Json& item : json.items()) {
    ASSIGN_OR_RETURN(const std::string name, item.GetString("name"));
    if (name == "default") return item.GetString("template");
  }
  return InvalidArgument("{}: no template is named 'default'", json.where());
}

Status ParseChatTemplate(const Json& config, const std::string& where, TokenizerSpec* spec) {
  std::string text;
  std::string name = JoinPath(where, "chat_template.jinja");
  if (const std::string* file = FindFile(spec->files, "chat_template.jinja")) {
    text = *file;
  } else {
    const Json* json = config.Find("chat_template");
    if (json == nullptr || json->is_null()) return OkStatus();
    ASSIGN_OR_RETURN(text, TemplateText(*json));
    name = json->where();
  }
  ASSIGN_OR_RETURN(spec->chat_template, ChatTemplate::Parse(text, name));
  return OkStatus();
}

}  // namespace

Status ParseConfigFiles(const std::string& where, TokenizerSpec* spec) {
  ASSIGN_OR_RETURN(const Json config, ReadObject(*spec, where, "tokenizer_config.json"));
  ASSIGN_OR_RETURN(const Json special, ReadObject(*spec, where, "special_tokens_map.json"));
  ASSIGN_OR_RETURN(const Json added, ReadObject(*spec, where, "added_tokens.json"));
  RETURN_IF_ERROR(ParseAddedTokensDecoder(config, spec));
  RETURN_IF_ERROR(ParseAddedTokensFile(added, spec));
  RETURN_IF_ERROR(ParseRoles(config, spec));
  RETURN_IF_ERROR(ParseRoles(special, spec));
  return ParseChatTemplate(config, where, spec);
}

}  // namespace longhaul::tokenizer
