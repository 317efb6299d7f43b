// SPDX-License-Identifier: Apache-2.0
//
// Text to token ids and back, from the tokenizer files of a Hugging Face model directory.
//
//   ASSIGN_OR_RETURN(std::unique_ptr<Tokenizer> tokenizer, Tokenizer::Load(model_dir));
//   std::vector<int32_t> ids = tokenizer->Encode("Hello world");
//   std::string text = tokenizer->Decode(ids);
//
// Encode runs the pipeline of a tokenizer.json: added tokens are cut out of the text, the rest is
// normalised, split into words by the pre-tokenizer and each word is given to the model (byte-level
// BPE, BPE with byte fallback, or WordLevel: one entry a word, the character tokenizers of toy
// tasks).
//
// With a byte-level tokenizer every string of bytes can be encoded, UTF-8 or not, and DecodeBytes
// gives the same bytes back (after the normalizer, where the file names one: Qwen's is NFC, which
// leaves invalid bytes alone). Decode gives valid UTF-8: what is not UTF-8 becomes U+FFFD.
//
// A Tokenizer is immutable and thread-safe once made.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "common/tokenizer/chat_template.h"

namespace longhaul {

struct TokenizerSpec;  // common/tokenizer/tokenizer_spec.h: the parsed files

// What the contents of added tokens mean when they appear in a text.
enum class AddedTokenMode {
  kRecognize,      // "<|im_end|>" in the text is that token: our own prompts and rendered templates
  kSpecialAsText,  // tokens marked special are plain text, others ("<think>") are recognised
  kAllAsText,      // nothing is recognised: text from strangers cannot forge any token
};

struct EncodeOptions {
  AddedTokenMode added_tokens = AddedTokenMode::kRecognize;
  bool add_special_tokens = false;  // what the file's post-processor adds: BOS before, EOS after
};

struct DecodeOptions {
  bool skip_special_tokens = false;
};

// One file as it was read (or generated), to be written into a checkpoint or an export.
struct TokenizerFile {
  std::string name;  // "tokenizer.json"
  std::string contents;
};

class Tokenizer {
 public:
  // Reads a model directory: tokenizer.json, else vocab.json + merges.txt (or encoder.json +
  // vocab.bpe), else the `char_ords` of tokenizer_config.json; with tokenizer_config.json,
  // special_tokens_map.json, added_tokens.json and chat_template.jinja where present. Kinds that
  // are not supported (Unigram, WordPiece, a SentencePiece .model alone) are refused with the file
  // and the kind in the message.
  static StatusOr<std::unique_ptr<Tokenizer>> Load(const std::string& model_dir);
  // One tokenizer.json alone: no chat template, no named special tokens.
  static StatusOr<std::unique_ptr<Tokenizer>> FromFile(const std::string& tokenizer_json);

  // The same from files in memory, tokenizer.json among them; `where` names them in errors.
  static StatusOr<std::unique_ptr<Tokenizer>> FromFiles(std::vector<TokenizerFile> files,
                                                        const std::string& where);

  ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  std::vector<int32_t> Encode(std::string_view text, const EncodeOptions& options = {}) const;

  // Ids outside the vocabulary decode to nothing (a model's head may be padded past the tokenizer).
  std::string Decode(std::span<const int32_t> ids, const DecodeOptions& options = {}) const;
  std::string DecodeBytes(std::span<const int32_t> ids, const DecodeOptions& options = {}) const;

  // The piece as the vocabulary writes it ("Ġworld"), printable; "" outside the vocabulary.
  std::string_view IdToPiece(int32_t id) const;
  // The bytes this token adds to a text; "" outside the vocabulary.
  std::string_view TokenBytes(int32_t id) const;
  // Id of a vocabulary piece or of an added token's content.
  std::optional<int32_t> TokenToId(std::string_view piece) const;
  bool IsSpecial(int32_t id) const;
  // Whether encoding `text` to `ids` replaced a part of it by the "unk_token", which no decoding
  // brings back. Byte-level BPE never does.
  bool LosesText(std::string_view text, const std::vector<int32_t>& ids) const;

  // One more than the largest id. A model's `vocab_size` may be larger (padding), never smaller.
  int32_t vocab_size() const;

  std::optional<int32_t> eos_id() const { return SpecialTokenId("eos_token"); }
  std::optional<int32_t> bos_id() const { return SpecialTokenId("bos_token"); }
  std::optional<int32_t> pad_id() const { return SpecialTokenId("pad_token"); }
  // Id of a role of tokenizer_config.json: "eos_token", "bos_token", "pad_token", "unk_token",
  // "sep_token", "cls_token", "mask_token".
  std::optional<int32_t> SpecialTokenId(std::string_view role) const;
  // Role to token text, the variables a chat template sees.
  const std::map<std::string, std::string, std::less<>>& special_tokens() const;

  bool has_chat_template() const;
  // The model's chat template on these messages. Encode the result with AddedTokenMode::kRecognize
  // and without add_special_tokens: the template writes them itself. FailedPrecondition without a
  // template.
  StatusOr<std::string> ApplyChatTemplate(const ChatInput& input) const;

  // The files that make this tokenizer. A `char_ords` tokenizer gives the generated tokenizer.json,
  // which Transformers loads without the class that wrote the original.
  const std::vector<TokenizerFile>& files() const;
  // Writes files() into an existing directory, replacing files of the same names.
  Status Save(const std::string& dir) const;

 private:
  friend class StreamDecoder;
  explicit Tokenizer(std::unique_ptr<TokenizerSpec> spec);

  std::unique_ptr<const TokenizerSpec> spec_;
};

}  // namespace longhaul
