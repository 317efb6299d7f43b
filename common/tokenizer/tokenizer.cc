// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/tokenizer.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>

#include "common/file.h"
#include "common/tokenizer/model_files.h"
#include "common/tokenizer/stream_decoder.h"
#include "common/tokenizer/tokenizer_spec.h"
#include "common/tokenizer/utf8.h"

namespace longhaul {
namespace {

using tokenizer::AddedTokenMatcher;
using tokenizer::Words;

// Words longer than this are rarely seen twice and would make the table of words large.
constexpr size_t kRememberedWordBytes = 64;

// Encodes the words of one text, each different word once.
void EncodeWords(const tokenizer::WordModel& model, const Words& words, std::vector<int32_t>* ids) {
  struct Range {
    size_t begin;
    size_t end;
  };
  absl::flat_hash_map<std::string_view, Range, std::hash<std::string_view>, std::equal_to<>> seen;
  for (size_t i = 0; i < words.spans.size(); ++i) {
    const std::string_view word = words.word(i);
    const size_t begin = ids->size();
    const auto known = seen.find(word);
    if (known != seen.end()) {
      for (size_t k = known->second.begin; k < known->second.end; ++k) ids->push_back((*ids)[k]);
      continue;
    }
    model.Encode(word, ids);
    if (word.size() <= kRememberedWordBytes) seen.emplace(word, Range{begin, ids->size()});
  }
}

class Encoder {
 public:
  Encoder(const TokenizerSpec& spec, AddedTokenMode mode, std::vector<int32_t>* ids)
      : spec_(spec), mode_(mode), ids_(ids) {}

  // Bytes of any kind: what is not UTF-8 is a word of its own.
  void EncodeBytes(std::string_view text) {
    while (!text.empty()) {
      const size_t valid = tokenizer::ValidPrefix(text);
      if (valid > 0) EncodeText(text.substr(0, valid));
      text.remove_prefix(valid);
      const size_t invalid = tokenizer::InvalidPrefix(text);
      if (invalid > 0) {
        spec_.model->Encode(tokenizer::ByteLevelEncode(text.substr(0, invalid)), ids_);
      }
      text.remove_prefix(invalid);
    }
  }

  void EncodeText(std::string_view text) {
    const std::string normalized = spec_.normalizer.Apply(std::string(text));
    for (const AddedTokenMatcher::Part& part : spec_.normalized_matcher.Split(normalized, mode_)) {
      if (part.id >= 0) {
        ids_->push_back(part.id);
        continue;
      }
      const size_t length = part.span.end - part.span.begin;
      EncodeWords(*spec_.model,
                  spec_.pre_tokenizer.Apply(normalized.substr(part.span.begin, length)), ids_);
    }
  }

 private:
  const TokenizerSpec& spec_;
  AddedTokenMode mode_;
  std::vector<int32_t>* ids_;
};

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<TokenizerSpec> spec) : spec_(std::move(spec)) {}
Tokenizer::~Tokenizer() = default;

StatusOr<std::unique_ptr<Tokenizer>> Tokenizer::Load(const std::string& model_dir) {
  ASSIGN_OR_RETURN(std::vector<TokenizerFile> files, tokenizer::ReadModelFiles(model_dir));
  return FromFiles(std::move(files), model_dir);
}

StatusOr<std::unique_ptr<Tokenizer>> Tokenizer::FromFile(const std::string& tokenizer_json) {
  ASSIGN_OR_RETURN(std::string text, ReadFile(tokenizer_json));
  return FromFiles({{"tokenizer.json", std::move(text)}}, ParentDirectory(tokenizer_json));
}

StatusOr<std::unique_ptr<Tokenizer>> Tokenizer::FromFiles(std::vector<TokenizerFile> files,
                                                          const std::string& where) {
  ASSIGN_OR_RETURN(std::unique_ptr<TokenizerSpec> spec,
                   tokenizer::BuildSpec(std::move(files), where));
  return std::unique_ptr<Tokenizer>(new Tokenizer(std::move(spec)));
}

std::vector<int32_t> Tokenizer::Encode(std::string_view text, const EncodeOptions& options) const {
  std::vector<int32_t> ids;
  if (options.add_special_tokens) ids = spec_->prefix_ids;
  std::string replaced;
  if (!spec_->pre_tokenizer.byte_level() && !tokenizer::IsValidUtf8(text)) {
    replaced = tokenizer::ToValidUtf8(text);
    text = replaced;
  }
  Encoder encoder(*spec_, options.added_tokens, &ids);
  for (const AddedTokenMatcher::Part& part : spec_->raw_matcher.Split(text, options.added_tokens)) {
    if (part.id >= 0) {
      ids.push_back(part.id);
    } else {
      encoder.EncodeBytes(text.substr(part.span.begin, part.span.end - part.span.begin));
    }
  }
  if (options.add_special_tokens) {
    ids.insert(ids.end(), spec_->suffix_ids.begin(), spec_->suffix_ids.end());
  }
  return ids;
}

std::string Tokenizer::DecodeBytes(std::span<const int32_t> ids,
                                   const DecodeOptions& options) const {
  std::string bytes;
  bool at_start = true;
  for (const int32_t id : ids) {
    if (options.skip_special_tokens && IsSpecial(id)) continue;
    if (id < 0 || id >= vocab_size()) continue;
    if (at_start) {
      bytes += spec_->decoder.StripTextStart(spec_->token_bytes[id]);
    } else {
      bytes.append(spec_->decoder.separator()).append(spec_->token_bytes[id]);
    }
    at_start = false;
  }
  return bytes;
}

std::string Tokenizer::Decode(std::span<const int32_t> ids, const DecodeOptions& options) const {
  return tokenizer::ToValidUtf8(DecodeBytes(ids, options));
}

std::string_view Tokenizer::IdToPiece(int32_t id) const {
  const auto added = spec_->added.find(id);
  return added != spec_->added.end() ? std::string_view(added->second.content)
                                     : spec_->model->vocabulary().piece(id);
}

std::string_view Tokenizer::TokenBytes(int32_t id) const {
  return id >= 0 && id < vocab_size() ? std::string_view(spec_->token_bytes[id])
                                      : std::string_view();
}

bool Tokenizer::LosesText(std::string_view text, const std::vector<int32_t>& ids) const {
  const std::optional<int32_t> unknown = SpecialTokenId("unk_token");
  if (!unknown.has_value() || std::find(ids.begin(), ids.end(), *unknown) == ids.end()) {
    return false;
  }
  return text.find(IdToPiece(*unknown)) == std::string_view::npos;
}

std::optional<int32_t> Tokenizer::TokenToId(std::string_view piece) const {
  const auto added = spec_->added_ids.find(piece);
  return added != spec_->added_ids.end() ? added->second : spec_->model->vocabulary().Find(piece);
}

bool Tokenizer::IsSpecial(int32_t id) const {
  const auto added = spec_->added.find(id);
  return added != spec_->added.end() && added->second.special;
}

int32_t Tokenizer::vocab_size() const { return static_cast<int32_t>(spec_->token_bytes.size()); }

std::optional<int32_t> Tokenizer::SpecialTokenId(std::string_view role) const {
  const auto token = spec_->special_tokens.find(role);
  return token != spec_->special_tokens.end() ? TokenToId(token->second) : std::nullopt;
}

const std::map<std::string, std::string, std::less<>>& Tokenizer::special_tokens() const {
  return spec_->special_tokens;
}

bool Tokenizer::has_chat_template() const { return spec_->chat_template != nullptr; }

StatusOr<std::string> Tokenizer::ApplyChatTemplate(const ChatInput& input) const {
  if (!has_chat_template()) {
    return FailedPrecondition(
        "this tokenizer has no chat template (chat_template in tokenizer_config.json, or "
        "chat_template.jinja)");
  }
  return spec_->chat_template->Render(input, spec_->special_tokens);
}

const std::vector<TokenizerFile>& Tokenizer::files() const { return spec_->files; }

Status Tokenizer::Save(const std::string& dir) const {
  for (const TokenizerFile& file : files()) {
    RETURN_IF_ERROR(WriteFileAtomic(JoinPath(dir, file.name), file.contents));
  }
  return OkStatus();
}

}  // namespace longhaul
