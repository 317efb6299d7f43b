// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/tokenizer_spec.h"

#include "common/file.h"

namespace longhaul::tokenizer {
namespace {

Status ParseAddedTokens(const Json& root, TokenizerSpec* spec) {
  const Json* tokens = root.Find("added_tokens");
  if (tokens == nullptr) return OkStatus();
  for (const Json& item : tokens->items()) {
    ASSIGN_OR_RETURN(AddedToken token, AddedToken::Parse(item));
    if (token.id < 0 || token.id > Vocabulary::kMaxId) {
      return InvalidArgument("{}: added token '{}' has id {}", item.where(), token.content,
                             token.id);
    }
    spec->added_ids[token.content] = token.id;
    spec->added[token.id] = std::move(token);
  }
  return OkStatus();
}

void FillMatchers(TokenizerSpec* spec) {
  for (const auto& [id, token] : spec->added) {
    if (token.normalized) {
      spec->normalized_matcher.Add(token, spec->normalizer.Apply(token.content));
    } else {
      spec->raw_matcher.Add(token, token.content);
    }
  }
}

// Added tokens decode to their content; the decoder's rules are for the model's own pieces.
void FillTokenBytes(TokenizerSpec* spec) {
  const Vocabulary& vocabulary = spec->model->vocabulary();
  const int32_t added_end = spec->added.empty() ? 0 : spec->added.rbegin()->first + 1;
  spec->token_bytes.resize(std::max(vocabulary.size(), added_end));
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary.Contains(id)) spec->token_bytes[id] = spec->decoder.Decode(vocabulary.piece(id));
  }
  for (const auto& [id, token] : spec->added) spec->token_bytes[id] = token.content;
}

const Json& Member(const Json& root, std::string_view key) {
  static const Json& null = *new Json();
  const Json* member = root.Find(key);
  return member == nullptr ? null : *member;
}

}  // namespace

const std::string* FindFile(const std::vector<TokenizerFile>& files, std::string_view name) {
  for (const TokenizerFile& file : files) {
    if (file.name == name) return &file.contents;
  }
  return nullptr;
}

StatusOr<std::unique_ptr<TokenizerSpec>> BuildSpec(std::vector<TokenizerFile> files,
                                                   const std::string& where) {
  auto spec = std::make_unique<TokenizerSpec>();
  spec->files = std::move(files);
  const std::string* text = FindFile(spec->files, "tokenizer.json");
  if (text == nullptr) return NotFound("{}: no tokenizer.json", where);
  ASSIGN_OR_RETURN(const Json root, Json::Parse(*text, JoinPath(where, "tokenizer.json")));
  ASSIGN_OR_RETURN(const Json* model, root.Get("model"));
  ASSIGN_OR_RETURN(spec->model, WordModel::Parse(*model));
  ASSIGN_OR_RETURN(spec->normalizer, Normalizer::Parse(Member(root, "normalizer")));
  ASSIGN_OR_RETURN(spec->pre_tokenizer, PreTokenizer::Parse(Member(root, "pre_tokenizer")));
  ASSIGN_OR_RETURN(spec->decoder, TokenDecoder::Parse(Member(root, "decoder")));
  RETURN_IF_ERROR(ParseAddedTokens(root, spec.get()));
  RETURN_IF_ERROR(ParseConfigFiles(where, spec.get()));
  RETURN_IF_ERROR(ParsePostProcessor(Member(root, "post_processor"), spec.get()));
  FillMatchers(spec.get());
  FillTokenBytes(spec.get());
  return spec;
}

}  // namespace longhaul::tokenizer
