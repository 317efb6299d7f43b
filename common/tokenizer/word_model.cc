// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/word_model.h"

#include "common/tokenizer/bpe_model.h"

namespace longhaul::tokenizer {

StatusOr<std::unique_ptr<WordModel>> WordModel::Parse(const Json& json) {
  if (!json.is_object()) return InvalidArgument("{}: no \"model\" object", json.where());
  // Files written before the field existed hold BPE, told by its merges.
  const std::string guess = json.Find("merges") != nullptr ? "BPE" : "";
  ASSIGN_OR_RETURN(const std::string type, json.GetStringOr("type", guess));
  if (type == "BPE") return BpeModel::Parse(json);
  if (type == "WordLevel") return WordLevelModel::Parse(json);
  return Unimplemented("{}: tokenizer kind '{}' is not supported (BPE and WordLevel are)",
                       json.where(), type);
}

StatusOr<std::unique_ptr<WordModel>> WordLevelModel::Parse(const Json& json) {
  ASSIGN_OR_RETURN(const Json* entries, json.Get("vocab"));
  ASSIGN_OR_RETURN(Vocabulary vocabulary, Vocabulary::Parse(*entries));
  ASSIGN_OR_RETURN(const std::string unk_token, json.GetString("unk_token"));
  const std::optional<int32_t> unk_id = vocabulary.Find(unk_token);
  if (!unk_id) {
    return InvalidArgument("{}: unk_token '{}' is not in the vocabulary", json.where(), unk_token);
  }
  return std::unique_ptr<WordModel>(new WordLevelModel(std::move(vocabulary), *unk_id));
}

void WordLevelModel::Encode(std::string_view word, std::vector<int32_t>* ids) const {
  ids->push_back(vocabulary_.Find(word).value_or(unk_id_));
}

}  // namespace longhaul::tokenizer
