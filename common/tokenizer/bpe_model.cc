// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/bpe_model.h"

#include <queue>

#include "common/tokenizer/utf8.h"

namespace longhaul::tokenizer {
namespace {

uint64_t PairKey(int32_t left, int32_t right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

Status RefuseAffix(const Json& json, std::string_view key) {
  ASSIGN_OR_RETURN(const std::string affix, json.GetStringOr(key, ""));
  if (affix.empty()) return OkStatus();
  return Unimplemented("{}: {} '{}' is not supported", json.where(), key, affix);
}

}  // namespace

struct BpeModel::Symbol {
  int32_t id;        // -1: merged into its left neighbour
  int32_t previous;  // -1 at the ends
  int32_t next;
};

struct BpeModel::Candidate {
  int32_t rank;
  int32_t left;                                   // index of the left symbol
  int32_t id;                                     // of the joined piece
  bool operator<(const Candidate& other) const {  // std::priority_queue gives the largest first
    return rank != other.rank ? rank > other.rank : left > other.left;
  }
};

struct BpeModel::Work {
  std::vector<Symbol> symbols;
  std::priority_queue<Candidate> candidates;

  void Append(int32_t id) {
    const auto index = static_cast<int32_t>(symbols.size());
    if (index > 0) symbols.back().next = index;
    symbols.push_back({.id = id, .previous = index - 1, .next = -1});
  }
};

StatusOr<std::unique_ptr<WordModel>> BpeModel::Parse(const Json& json) {
  ASSIGN_OR_RETURN(const Json* entries, json.Get("vocab"));
  ASSIGN_OR_RETURN(Vocabulary vocabulary, Vocabulary::Parse(*entries));
  std::unique_ptr<BpeModel> model(new BpeModel(std::move(vocabulary)));
  RETURN_IF_ERROR(model->ParseOptions(json));
  ASSIGN_OR_RETURN(const Json* merges, json.Get("merges"));
  RETURN_IF_ERROR(model->ParseMerges(*merges));
  model->FillCharacterTables();
  return std::unique_ptr<WordModel>(std::move(model));
}

Status BpeModel::ParseOptions(const Json& json) {
  ASSIGN_OR_RETURN(const double dropout, json.GetDoubleOr("dropout", 0));
  if (dropout != 0) {
    return Unimplemented("{}: BPE dropout {} is not supported; set it to null", json.where(),
                         dropout);
  }
  RETURN_IF_ERROR(RefuseAffix(json, "continuing_subword_prefix"));
  RETURN_IF_ERROR(RefuseAffix(json, "end_of_word_suffix"));
  ASSIGN_OR_RETURN(byte_fallback_, json.GetBoolOr("byte_fallback", false));
  ASSIGN_OR_RETURN(fuse_unk_, json.GetBoolOr("fuse_unk", false));
  ASSIGN_OR_RETURN(ignore_merges_, json.GetBoolOr("ignore_merges", false));
  const Json* unk = json.Find("unk_token");
  if (unk == nullptr || unk->is_null()) return OkStatus();
  ASSIGN_OR_RETURN(const std::string unk_token, unk->AsString());
  unk_id_ = vocabulary_.Find(unk_token);
  return OkStatus();
}

Status BpeModel::ParseMerges(const Json& merges) {
  merges_.reserve(merges.size());
  for (const Json& merge : merges.items()) {
    std::string left;
    std::string right;
    if (merge.is_string()) {
      ASSIGN_OR_RETURN(const std::string pair, merge.AsString());
      const size_t space = pair.find(' ');
      if (space == std::string::npos || pair.find(' ', space + 1) != std::string::npos) {
        return InvalidArgument("{}: '{}' is not two pieces and a space", merge.where(), pair);
      }
      left = pair.substr(0, space);
      right = pair.substr(space + 1);
    } else if (merge.is_array() && merge.size() == 2) {
      ASSIGN_OR_RETURN(left, merge.items()[0].AsString());
      ASSIGN_OR_RETURN(right, merge.items()[1].AsString());
    } else {
      return InvalidArgument("{}: a merge must be \"a b\" or [\"a\", \"b\"]", merge.where());
    }
    const Status added = AddMerge(left, right);
    if (!added.ok()) return Annotate(added, merge.where());
  }
  return OkStatus();
}

Status BpeModel::AddMerge(std::string_view left, std::string_view right) {
  const auto find = [this](std::string_view piece) -> StatusOr<int32_t> {
    const std::optional<int32_t> id = vocabulary_.Find(piece);
    if (!id) return InvalidArgument("merge piece '{}' is not in the vocabulary", piece);
    return *id;
  };
  ASSIGN_OR_RETURN(const int32_t left_id, find(left));
  ASSIGN_OR_RETURN(const int32_t right_id, find(right));
  ASSIGN_OR_RETURN(const int32_t id, find(std::string(left) + std::string(right)));
  // Of a merge written twice the later rank counts, as in Hugging Face tokenizers.
  merges_[PairKey(left_id, right_id)] = {next_rank_++, id};
  return OkStatus();
}

void BpeModel::FillCharacterTables() {
  for (size_t value = 0; value < common_characters_.size(); ++value) {
    std::string character;
    AppendUtf8(static_cast<char32_t>(value), &character);
    common_characters_[value] = vocabulary_.Find(character).value_or(-1);
  }
  for (int byte = 0; byte < 256; ++byte) {
    byte_pieces_[byte] = vocabulary_.Find(fmt::format("<0x{:02X}>", byte)).value_or(-1);
  }
}

void BpeModel::AppendCharacter(std::string_view character, char32_t value, Work* work) const {
  const int32_t id = value < common_characters_.size() ? common_characters_[value]
                                                       : vocabulary_.Find(character).value_or(-1);
  if (id >= 0) return work->Append(id);
  const auto piece = [this](char byte) { return byte_pieces_[static_cast<unsigned char>(byte)]; };
  bool has_bytes = byte_fallback_;
  for (const char byte : character) has_bytes = has_bytes && piece(byte) >= 0;
  if (has_bytes) {
    for (const char byte : character) work->Append(piece(byte));
  } else if (unk_id_ &&
             !(fuse_unk_ && !work->symbols.empty() && work->symbols.back().id == *unk_id_)) {
    work->Append(*unk_id_);
  }
}

void BpeModel::Propose(int32_t left, Work* work) const {
  if (left < 0) return;
  const Symbol& symbol = work->symbols[left];
  if (symbol.next < 0) return;
  const auto merge = merges_.find(PairKey(symbol.id, work->symbols[symbol.next].id));
  if (merge != merges_.end()) work->candidates.push({merge->second.rank, left, merge->second.id});
}

void BpeModel::MergeAll(Work* work) const {
  std::vector<Symbol>& symbols = work->symbols;
  while (!work->candidates.empty()) {
    const Candidate best = work->candidates.top();
    work->candidates.pop();
    Symbol& left = symbols[best.left];
    if (left.id < 0 || left.next < 0) continue;
    Symbol& right = symbols[left.next];
    const auto merge = merges_.find(PairKey(left.id, right.id));
    if (merge == merges_.end() || merge->second.id != best.id) continue;  // a neighbour has changed
    left.id = best.id;
    left.next = right.next;
    right.id = -1;
    if (left.next >= 0) symbols[left.next].previous = best.left;
    Propose(left.previous, work);
    Propose(best.left, work);
  }
}

void BpeModel::Encode(std::string_view word, std::vector<int32_t>* ids) const {
  if (ignore_merges_) {
    if (const std::optional<int32_t> id = vocabulary_.Find(word)) {
      ids->push_back(*id);
      return;
    }
  }
  Work work;
  work.symbols.reserve(word.size());
  for (size_t position = 0; position < word.size();) {
    const Utf8Character character = FirstCharacter(word.substr(position));
    AppendCharacter(word.substr(position, character.length), character.value, &work);
    position += character.length;
  }
  for (size_t i = 0; i + 1 < work.symbols.size(); ++i) Propose(static_cast<int32_t>(i), &work);
  MergeAll(&work);
  for (const Symbol& symbol : work.symbols) {
    if (symbol.id >= 0) ids->push_back(symbol.id);
  }
}

}  // namespace longhaul::tokenizer
