// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/character_tokenizer.h"

#include <set>

#include "common/file.h"
#include "common/tokenizer/utf8.h"

namespace longhaul {
namespace {

using tokenizer::FirstCharacter;
using tokenizer::Utf8Character;

StatusOr<std::vector<std::string>> Characters(std::string_view alphabet) {
  std::vector<std::string> characters;
  while (!alphabet.empty()) {
    const Utf8Character character = FirstCharacter(alphabet);
    if (character.kind != Utf8Character::Kind::kValid) {
      return InvalidArgument("character tokenizer: the alphabet is not UTF-8");
    }
    characters.emplace_back(alphabet.substr(0, character.length));
    alphabet.remove_prefix(character.length);
  }
  return characters;
}

// All pieces in id order.
StatusOr<std::vector<std::string>> Pieces(const CharacterTokenizerArgs& args) {
  ASSIGN_OR_RETURN(const std::vector<std::string> characters, Characters(args.alphabet));
  std::vector<std::string> pieces;
  for (const auto& special : args.special_tokens) pieces.push_back(special.text);
  pieces.insert(pieces.end(), characters.begin(), characters.end());
  std::set<std::string> distinct;
  for (const std::string& piece : pieces) {
    if (piece.empty()) return InvalidArgument("character tokenizer: an empty special token");
    if (!distinct.insert(piece).second) {
      return InvalidArgument("character tokenizer: '{}' is there twice", piece);
    }
  }
  return pieces;
}

Json Typed(std::string_view type) {
  Json json = Json::Object();
  json.Set("type", type);
  return json;
}

Json AddedTokenJson(std::string_view text) {
  Json json = Json::Object();
  json.Set("content", text).Set("single_word", false).Set("lstrip", false).Set("rstrip", false);
  json.Set("normalized", false).Set("special", true);
  return json;
}

struct Parts {
  Json added_tokens = Json::Array();           // of tokenizer.json
  Json added_tokens_decoder = Json::Object();  // of tokenizer_config.json
  Json roles = Json::Object();                 // special_tokens_map.json
  std::string unk_token;
};

Parts SpecialParts(const CharacterTokenizerArgs& args) {
  Parts parts;
  for (size_t id = 0; id < args.special_tokens.size(); ++id) {
    const auto& [role, text] = args.special_tokens[id];
    Json token = Json::Object();
    token.Set("id", id);
    const Json fields = AddedTokenJson(text);
    for (const Json::Member& member : fields.members()) token.Set(member.key, member.value);
    parts.added_tokens.Append(token);
    parts.added_tokens_decoder.Set(std::to_string(id), fields);
    if (!role.empty()) parts.roles.Set(role, text);
    if (role == "unk_token") parts.unk_token = text;
  }
  return parts;
}

Json TokenizerJson(const std::vector<std::string>& pieces, const Parts& parts) {
  Json vocab = Json::Object();
  for (size_t id = 0; id < pieces.size(); ++id) vocab.Set(pieces[id], id);
  Json model = Typed("WordLevel");
  model.Set("vocab", std::move(vocab)).Set("unk_token", parts.unk_token);
  // Oniguruma, which Hugging Face tokenizers runs, reads '.' without the newline and has no (?s).
  Json split = Typed("Split");
  split.Set("pattern", Json::Object().Set("Regex", "[\\s\\S]"));
  split.Set("behavior", "Isolated").Set("invert", false);
  Json root = Json::Object();
  root.Set("version", "1.0").Set("truncation", Json()).Set("padding", Json());
  root.Set("added_tokens", parts.added_tokens).Set("normalizer", Json());
  root.Set("pre_tokenizer", split).Set("post_processor", Json());
  root.Set("decoder", Typed("Fuse")).Set("model", std::move(model));
  return root;
}

Json ConfigJson(const CharacterTokenizerArgs& args, const Parts& parts) {
  Json config = Json::Object();
  config.Set("tokenizer_class", "PreTrainedTokenizerFast");
  config.Set("added_tokens_decoder", parts.added_tokens_decoder);
  for (const Json::Member& member : parts.roles.members()) config.Set(member.key, member.value);
  config.Set("clean_up_tokenization_spaces", false);
  if (args.model_max_length > 0) config.Set("model_max_length", args.model_max_length);
  if (!args.chat_template.empty()) config.Set("chat_template", args.chat_template);
  return config;
}

}  // namespace

StatusOr<std::vector<TokenizerFile>> MakeCharacterTokenizer(const CharacterTokenizerArgs& args) {
  ASSIGN_OR_RETURN(const std::vector<std::string> pieces, Pieces(args));
  const Parts parts = SpecialParts(args);
  if (parts.unk_token.empty()) {
    return InvalidArgument("character tokenizer: no special token has the role unk_token");
  }
  return std::vector<TokenizerFile>{
      {"tokenizer.json", TokenizerJson(pieces, parts).ToPrettyString() + "\n"},
      {"tokenizer_config.json", ConfigJson(args, parts).ToPrettyString() + "\n"},
      {"special_tokens_map.json", parts.roles.ToPrettyString() + "\n"}};
}

Status WriteCharacterTokenizer(const std::string& dir, const CharacterTokenizerArgs& args) {
  ASSIGN_OR_RETURN(const std::vector<TokenizerFile> files, MakeCharacterTokenizer(args));
  for (const TokenizerFile& file : files) {
    RETURN_IF_ERROR(WriteFileAtomic(JoinPath(dir, file.name), file.contents));
  }
  return OkStatus();
}

StatusOr<CharacterTokenizerArgs> CharacterTokenizerFromConfig(const Json& config) {
  CharacterTokenizerArgs args;
  args.special_tokens = {
      {"sep_token", "S"}, {"eos_token", "E"}, {"pad_token", "P"}, {"unk_token", "U"}};
  ASSIGN_OR_RETURN(const std::vector<int64_t> code_points, config.GetInts("char_ords"));
  for (const int64_t value : code_points) {
    std::string character;
    if (value >= 0 && value <= 0x10FFFF)
      tokenizer::AppendUtf8(static_cast<char32_t>(value), &character);
    if (!tokenizer::IsValidUtf8(character) || character.empty()) {
      return InvalidArgument("{}: char_ords: {} is no character", config.where(), value);
    }
    args.alphabet += character;
  }
  ASSIGN_OR_RETURN(args.model_max_length, config.GetIntOr("model_max_length", 0));
  ASSIGN_OR_RETURN(args.chat_template, config.GetStringOr("chat_template", ""));
  return args;
}

}  // namespace longhaul
