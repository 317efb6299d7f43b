// SPDX-License-Identifier: Apache-2.0
//
// Byte-pair encoding: a word starts as its characters; of all neighbours that form a merge, the one
// of lowest rank (the leftmost among equals) becomes one symbol, until none is left.
//
// Candidates wait in a heap and symbols in a linked list, so a word of n characters takes O(n log
// n), also when it is one letter repeated.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "common/tokenizer/word_model.h"

namespace longhaul::tokenizer {

class BpeModel : public WordModel {
 public:
  // Refused: dropout (encoding would not be a function), continuing_subword_prefix and
  // end_of_word_suffix (no byte-level model has them), merges of pieces that are not in the
  // vocabulary.
  static StatusOr<std::unique_ptr<WordModel>> Parse(const Json& json);

  void Encode(std::string_view word, std::vector<int32_t>* ids) const override;

 private:
  struct Symbol;
  struct Candidate;
  struct Work;
  struct Merge {
    int32_t rank;
    int32_t id;  // of the joined piece
  };

  explicit BpeModel(Vocabulary vocabulary) : WordModel(std::move(vocabulary)) {}

  Status ParseOptions(const Json& json);
  Status ParseMerges(const Json& merges);
  Status AddMerge(std::string_view left, std::string_view right);
  void FillCharacterTables();

  void AppendCharacter(std::string_view character, char32_t value, Work* work) const;
  void Propose(int32_t left, Work* work) const;
  void MergeAll(Work* work) const;

  absl::flat_hash_map<uint64_t, Merge> merges_;  // (left id << 32 | right id)
  std::array<int32_t, 512> common_characters_;   // ids of U+0000 to U+01FF, -1: none
  std::array<int32_t, 256> byte_pieces_;         // ids of "<0x00>" to "<0xFF>", -1: none
  int32_t next_rank_ = 0;
  std::optional<int32_t> unk_id_;
  bool byte_fallback_ = false;
  bool fuse_unk_ = false;
  bool ignore_merges_ = false;
};

}  // namespace longhaul::tokenizer
