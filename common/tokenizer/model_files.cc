// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/model_files.h"

#include "common/file.h"
#include "common/json.h"
#include "common/tokenizer/character_tokenizer.h"
#include "common/tokenizer/tokenizer_spec.h"

namespace longhaul::tokenizer {
namespace {

constexpr std::string_view kCompanions[] = {"tokenizer_config.json", "special_tokens_map.json",
                                            "added_tokens.json", "chat_template.jinja"};
// The two files of a byte-level BPE: Transformers' names, then OpenAI's.
constexpr std::string_view kBpePairs[][2] = {{"vocab.json", "merges.txt"},
                                             {"encoder.json", "vocab.bpe"}};

// OpenAI's GPT-2 and its like name no special tokens; GPT2Tokenizer takes this one for all roles.
constexpr std::string_view kEndOfText = "<|endoftext|>";

Status ReadInto(const std::string& dir, std::string_view name, std::vector<TokenizerFile>* files) {
  const std::string path = JoinPath(dir, std::string(name));
  if (!FileExists(path)) return OkStatus();
  ASSIGN_OR_RETURN(std::string contents, ReadFile(path));
  files->push_back({std::string(name), std::move(contents)});
  return OkStatus();
}

std::string ContentsOr(const std::vector<TokenizerFile>& files, std::string_view name,
                       std::string_view missing) {
  const std::string* contents = FindFile(files, name);
  return contents != nullptr ? *contents : std::string(missing);
}

Status AddGpt2Roles(const std::string& dir, std::vector<TokenizerFile>* files) {
  if (FindFile(*files, "special_tokens_map.json") != nullptr) return OkStatus();
  ASSIGN_OR_RETURN(const Json config,
                   Json::Parse(ContentsOr(*files, "tokenizer_config.json", "{}"), dir));
  if (config.Find("eos_token") != nullptr) return OkStatus();
  Json roles = Json::Object();
  for (const std::string_view role : {"bos_token", "eos_token", "unk_token"})
    roles.Set(role, kEndOfText);
  files->push_back({"special_tokens_map.json", roles.ToPrettyString() + "\n"});
  return OkStatus();
}

StatusOr<bool> AddFromBpePair(const std::string& dir, std::vector<TokenizerFile>* files) {
  for (const auto& pair : kBpePairs) {
    if (!FileExists(JoinPath(dir, std::string(pair[0])))) continue;
    if (!FileExists(JoinPath(dir, std::string(pair[1])))) {
      return NotFound("{}: {} is there, {} is not", dir, pair[0], pair[1]);
    }
    BpeFilesArgs args;
    args.where = dir;
    args.config = ContentsOr(*files, "tokenizer_config.json", "{}");
    ASSIGN_OR_RETURN(args.vocab, ReadFile(JoinPath(dir, std::string(pair[0]))));
    ASSIGN_OR_RETURN(args.merges, ReadFile(JoinPath(dir, std::string(pair[1]))));
    ASSIGN_OR_RETURN(std::string json, MakeBpeTokenizerJson(args));
    files->push_back({"tokenizer.json", std::move(json)});
    RETURN_IF_ERROR(AddGpt2Roles(dir, files));
    return true;
  }
  return false;
}

StatusOr<bool> AddFromCharacters(const std::string& dir, std::vector<TokenizerFile>* files) {
  const std::string* text = FindFile(*files, "tokenizer_config.json");
  if (text == nullptr) return false;
  const std::string path = JoinPath(dir, "tokenizer_config.json");
  ASSIGN_OR_RETURN(const Json config, Json::Parse(*text, path));
  if (config.Find("char_ords") == nullptr) return false;
  ASSIGN_OR_RETURN(const CharacterTokenizerArgs args, CharacterTokenizerFromConfig(config));
  ASSIGN_OR_RETURN(*files, MakeCharacterTokenizer(args));
  return true;
}

}  // namespace

StatusOr<std::vector<TokenizerFile>> ReadModelFiles(const std::string& model_dir) {
  if (!DirectoryExists(model_dir)) return NotFound("{}: no such directory", model_dir);
  std::vector<TokenizerFile> files;
  RETURN_IF_ERROR(ReadInto(model_dir, "tokenizer.json", &files));
  const bool found = !files.empty();
  for (const std::string_view name : kCompanions)
    RETURN_IF_ERROR(ReadInto(model_dir, name, &files));
  if (found) return files;
  ASSIGN_OR_RETURN(const bool from_bpe, AddFromBpePair(model_dir, &files));
  if (from_bpe) return files;
  ASSIGN_OR_RETURN(const bool from_characters, AddFromCharacters(model_dir, &files));
  if (from_characters) return files;
  for (const std::string_view name :
       {"tokenizer.model", "spiece.model", "sentencepiece.bpe.model"}) {
    if (FileExists(JoinPath(model_dir, std::string(name)))) {
      return Unimplemented(
          "{}: only {}, a SentencePiece model, which is not supported; a tokenizer.json beside it "
          "is "
          "(Transformers writes one: AutoTokenizer.from_pretrained(dir).save_pretrained(dir))",
          model_dir, name);
    }
  }
  if (FileExists(JoinPath(model_dir, "vocab.txt"))) {
    return Unimplemented("{}: only vocab.txt, a WordPiece vocabulary, which is not supported",
                         model_dir);
  }
  return NotFound(
      "{}: no tokenizer: none of tokenizer.json, vocab.json + merges.txt, encoder.json + "
      "vocab.bpe, or "
      "char_ords in tokenizer_config.json",
      model_dir);
}

}  // namespace longhaul::tokenizer
