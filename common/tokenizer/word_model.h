// SPDX-License-Identifier: Apache-2.0
//
// The "model" of a tokenizer.json: one word, as the pre-tokenizer cut it, to ids.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"
#include "common/tokenizer/vocabulary.h"

namespace longhaul::tokenizer {

// Thread-safe.
class WordModel {
 public:
  virtual ~WordModel() = default;
  // Appends the ids of a word that is not empty and is valid UTF-8.
  virtual void Encode(std::string_view word, std::vector<int32_t>* ids) const = 0;

  // `json` is the value of "model". BPE and WordLevel; Unigram, WordPiece and others are refused.
  static StatusOr<std::unique_ptr<WordModel>> Parse(const Json& json);

  const Vocabulary& vocabulary() const { return vocabulary_; }

 protected:
  explicit WordModel(Vocabulary vocabulary) : vocabulary_(std::move(vocabulary)) {}
  Vocabulary vocabulary_;
};

// One entry a word. Parse refuses a vocabulary without its unk_token.
class WordLevelModel : public WordModel {
 public:
  static StatusOr<std::unique_ptr<WordModel>> Parse(const Json& json);
  void Encode(std::string_view word, std::vector<int32_t>* ids) const override;

 private:
  WordLevelModel(Vocabulary vocabulary, int32_t unk_id)
      : WordModel(std::move(vocabulary)), unk_id_(unk_id) {}
  int32_t unk_id_;
};

}  // namespace longhaul::tokenizer
